"""The six backward equations as deck D1 and the paper have them, with the numbers of one batch, in LaTeX."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.normalization import Backward, Forward
from cnnviz.ui.normalizing.numbers import bracketed, number, summed

Array = NDArray[np.float64]
ROOT = r"\sqrt{\sigma^2+\varepsilon}"


def equations(upstream: Array, passed: Forward, back: Backward, *, gamma: float, eps: float) -> list[str]:
    """∂ℓ/∂x̂₁, ∂ℓ/∂σ², ∂ℓ/∂μ, ∂ℓ/∂x₁, ∂ℓ/∂γ, ∂ℓ/∂β of one feature; the first example stands for all."""
    m, root = len(upstream), float(passed.variance) + eps
    inverse = number(1 / root**0.5) if root else r"\infty"
    return [
        _normalized(upstream, back, gamma),
        _variance(passed.centred, back, root),
        _mean(back, m, inverse),
        _input(passed.centred, back, inverse),
        _gamma(upstream, passed.normalized, back),
        _beta(upstream, back),
    ]


def _d(of: str) -> str:
    return rf"\frac{{\partial\ell}}{{\partial {of}}}"


FIRST, EACH, VARIANCE, MEAN, GAMMA, BETA = map(_d, (r"\hat x_1", r"\hat x_i", r"\sigma^2", r"\mu", r"\gamma", r"\beta"))


def _normalized(upstream: Array, back: Backward, gamma: float) -> str:
    product = rf"{bracketed(upstream[0])}\cdot {bracketed(gamma)}"
    return rf"{FIRST} &= {_d('y_1')}\,\gamma = {product} = {number(back.normalized[0])}"


def _variance(centred: Array, back: Backward, root: float) -> str:
    power = bracketed(-0.5 * root**-1.5) if root else r"(-\infty)"
    rule = rf"\textstyle\sum {EACH}(x_i-\mu)\cdot\tfrac{{-1}}{{2}}(\sigma^2+\varepsilon)^{{-3/2}}"
    total = _products(back.normalized, centred)
    return rf"{VARIANCE} &= {rule}\\&= ({total})\cdot {power} = {number(float(back.variance))}"


def _mean(back: Backward, m: int, inverse: str) -> str:
    rule = rf"\textstyle\sum {EACH}\cdot\frac{{-1}}{{{ROOT}}}"
    zero = rf"\underbrace{{{VARIANCE}\cdot\tfrac{{-2}}{{{m}}}\textstyle\sum(x_i-\mu)}}_{{=\,0\text{{, not in D1}}}}"
    product = rf"{bracketed(float(back.normalized.sum()))}\cdot(-{inverse})"
    return rf"{MEAN} &= {rule}+{zero}\\&= {product} + 0 = {number(float(back.mean))}"


def _input(centred: Array, back: Backward, inverse: str) -> str:
    m = len(centred)
    rule = rf"{FIRST}\frac{{1}}{{{ROOT}}}+{VARIANCE}\frac{{2(x_1-\mu)}}{{m}}+{MEAN}\frac{{1}}{{m}}"
    numbers = (
        rf"{bracketed(back.normalized[0])}\cdot {inverse}"
        rf"+{bracketed(float(back.variance))}\cdot\tfrac{{2\cdot {bracketed(centred[0])}}}{{{m}}}"
        rf"+{bracketed(float(back.mean))}\cdot\tfrac{{1}}{{{m}}}"
    )
    return rf"{_d('x_1')} &= {rule}\\&= {numbers} = {number(back.input[0])}"


def _gamma(upstream: Array, normalized: Array, back: Backward) -> str:
    total = _products(upstream, normalized)
    return rf"{GAMMA} &= \textstyle\sum {_d('y_i')}\,\hat x_i = {total} = {number(float(back.gamma))}"


def _beta(upstream: Array, back: Backward) -> str:
    total = summed([number(v) for v in upstream])
    return rf"{BETA} &= \textstyle\sum {_d('y_i')} = {total} = {number(float(back.beta))}"


def _products(first: Sequence[float] | Array, second: Sequence[float] | Array) -> str:
    """The products that are not 0 by their first factor: the first and the last of them."""
    terms = [rf"{bracketed(a)}\cdot {bracketed(b)}" for a, b in zip(first, second, strict=True) if a] or ["0"]
    return "+".join(terms) if len(terms) < 3 else rf"{terms[0]}+\dots+{terms[-1]}"
