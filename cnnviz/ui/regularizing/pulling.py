"""Weight decay's pull: on one weight over the steps, and on a fit direction by direction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from cnnviz.params import param
from cnnviz.regularization import decay, ridge
from cnnviz.regularization.decay import Valley
from cnnviz.ui.components.curves import Axis, Curve, Mark, curves
from cnnviz.ui.controls import controls

TITLE = "Weight decay: the pull on a weight"
WEIGHTS, PULL, DATA = "#E69F00", "#CC79A7", "#0072B2"
STEPS = 200
EXAMPLES, DEGREE, SEED = 15, 9, 4
RATE = 0.03  # of the descent that is stopped early; it converges as 2 / RATE is above the largest d²


@dataclass(frozen=True)
class Pull:
    """One weight: how fast it learns, how hard it is pulled, and how much the examples insist."""

    rate: float = param(0.1, low=0.01, high=0.5, step=0.01, label="learning rate η", help="How far a step goes.")
    decay: float = param(0.2, low=0.0, high=1.0, step=0.05, label="weight decay λ", help="The pull towards 0.")
    insist: float = param(
        0.3,
        low=0.0,
        high=2.0,
        step=0.1,
        label="how much the examples insist",
        help="The curvature a of their loss a/2 · (w − 1)². 0: no example cares about this weight.",
    )


@dataclass(frozen=True)
class Fitting:
    """A polynomial: how hard its weights are pulled, or when its descent is stopped."""

    power: float = param(
        -2.0, low=-6.0, high=1.0, step=0.25, label="weight decay of the fit: 10 to the", help="λ = 10 to this power."
    )
    stopped: float = param(
        3.5, low=0.0, high=7.0, step=0.25, label="or stopped after: 10 to the", help="Steps of descent, without decay."
    )


def section() -> None:
    """One weight with its two charts, then the fit."""
    st.subheader(TITLE, anchor=False)
    side, left, right = st.columns([3, 5, 5], gap="medium")
    with side:
        pull = controls(Pull, key="pull")
    with left:
        _one_weight(pull)
    with right:
        st.latex(formula(pull))
        st.markdown("\n".join(f"- {line}" for line in reading(pull)))
    side, left, right = st.columns([3, 5, 5], gap="medium")
    with side:
        fitting = controls(Fitting, key="ridge")
        told = fitted(10.0**fitting.power, round(10.0**fitting.stopped))
        st.markdown(told.reading)
    with left:
        _shrinkage(told)
    with right:
        _fit(told)


def _one_weight(pull: Pull) -> None:
    valley = Valley(pull.insist, 1.0)
    t = list(range(STEPS + 1))

    def path(insisting: Valley, pulled: float) -> list[float]:
        return list(decay.against(insisting, 0.0, rate=pull.rate, decay=pulled, steps=STEPS))

    lines = [
        Curve("decay alone", t, list(decay.alone(1.0, rate=pull.rate, decay=pull.decay, steps=STEPS)), PULL),
        Curve("examples alone", t, path(valley, 0.0), DATA, dashed=True),
        Curve("both", t, path(valley, pull.decay), WEIGHTS),
    ]
    rest = decay.rest(valley, pull.decay)
    label = f"A weight over {STEPS} steps: decay alone takes it from 1 to {lines[0].y[-1]:.3f}; both end at {rest:.3f}."
    curves(
        lines,
        x=Axis("step"),
        y=Axis("weight", low=0.0, high=1.05),
        label=label,
        key="pull-weight",
        height=280,
        marks=[Mark(rest, f"rest: {rest:.2f}", axis="y", colour=WEIGHTS)] if pull.insist else [],
    )


def formula(pull: Pull) -> str:
    """One step, alone and against the examples, with the numbers."""
    product, a, total = pull.rate * pull.decay, pull.insist, pull.insist + pull.decay
    rest = rf"\frac{{a}}{{a+\lambda}} = \frac{{{a:g}}}{{{total:.3g}}} = {a / total:.3f}" if total else r"w_0"
    return (
        rf"\begin{{aligned}}w &\leftarrow (1-\eta\lambda)\,w - \eta\,g = {1 - product:.4g}\,w - {pull.rate:g}\,g\\"
        rf"w_t &= (1-\eta\lambda)^t\,w_0,\qquad {1 - product:.4g}^{{{STEPS}}} = {(1 - product) ** STEPS:.3g}\\"
        rf"w_\infty &= {rest}\end{{aligned}}"
    )


def reading(pull: Pull) -> list[str]:
    """The half-life, the balance, and what Adam makes of it."""
    half = decay.half_life(pull.rate, pull.decay)
    lines = (
        [f"Without a gradient the weight halves every **{half:.1f}** steps: what no example asks for is forgotten."]
        if pull.decay
        else ["Without decay a weight that no example asks for stays where it started."]
    )
    coupled, decoupled = (adam(pull.rate, pull.decay, pure) for pure in (False, True))
    lines.append(
        "Under **Adam**, λw put into the loss is divided by the gradient's size: of a weight 1 with gradients of ±10, "
        f"100 steps (here with η/10) leave **{coupled:.3f}**; decoupled, as **AdamW** does it, **{decoupled:.3f}**."
    )
    return lines


@lru_cache(maxsize=128)
def adam(rate: float, pull: float, decoupled: bool) -> float:  # noqa: FBT001 (a key of the cache)
    """A weight of 1 after 100 steps of Adam with gradients +10, −10, +10 …; 0.1 ms."""
    return decay.adam(1.0, lambda t: 10.0 * (-1) ** t, rate=rate / 10, decay=pull, steps=100, decoupled=decoupled)


@dataclass(frozen=True)
class Fitted:
    """The polynomial with decay and stopped early: factors per direction, the curves, and a sentence."""

    singular: tuple[float, ...]
    kept: tuple[float, ...]
    stopped: tuple[float, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    line: tuple[float, ...]
    lines: tuple[tuple[str, tuple[float, ...]], ...]
    reading: str


@lru_cache(maxsize=128)
def fitted(pull: float, steps: int) -> Fitted:
    """Fit 15 noisy points with ten weights; 0.5 ms."""
    random = np.random.default_rng(SEED)
    x = np.sort(random.uniform(-1, 1, EXAMPLES))
    y = np.sin(3 * x) + 0.35 * random.normal(size=EXAMPLES)
    design, grid = ridge.polynomial(x, DEGREE), np.linspace(-1, 1, 121)
    plain, shrunk = ridge.fit(design, y, decay=0.0), ridge.fit(design, y, decay=pull)
    early = ridge.descended(design, y, rate=RATE, steps=steps)
    named = (("least squares", plain), ("weight decay", shrunk), ("stopped early", early))
    told = (
        f"Ten weights, fifteen points. λ = **{pull:.3g}** leaves **{shrunk.degrees:.1f}** effective weights of "
        f"{plain.degrees:.0f}: directions that the data hardly shows (small d) are shrunk, the others stay. Stopping "
        f"descent after **{steps:,}** steps leaves **{early.degrees:.1f}**: nearly the same filter."
    )
    return Fitted(
        tuple(shrunk.singular.tolist()),
        tuple(shrunk.factors.tolist()),
        tuple(early.factors.tolist()),
        tuple(x.tolist()),
        tuple(y.tolist()),
        tuple(grid.tolist()),
        tuple((name, tuple((ridge.polynomial(grid, DEGREE) @ each.weights).tolist())) for name, each in named),
        told,
    )


def _shrinkage(told: Fitted) -> None:
    directions = list(range(1, len(told.singular) + 1))
    written = ", ".join(f"{factor:.2f}" for factor in told.kept)
    curves(
        [
            Curve("weight decay d²/(d² + λ)", directions, told.kept, WEIGHTS, dots=True),
            Curve("stopped early 1 − (1 − ηd²)ᵗ", directions, told.stopped, "#009E73", dashed=True, dots=True),
        ],
        x=Axis("direction, from well to hardly shown by the data"),
        y=Axis("what is left of it", low=0.0, high=1.05),
        label=f"What is left along each direction with weight decay: {written}.",
        key="ridge-factors",
        height=300,
    )


def _fit(told: Fitted) -> None:
    colours = {"least squares": "#8A8A8A", "weight decay": WEIGHTS, "stopped early": "#009E73"}
    # a gap after every point: dots without a line
    apart = [value for y in told.y for value in (y, float("nan"))]
    lines = [Curve("points", [x for x in told.x for _ in (0, 1)], apart, DATA)]
    lines += [Curve(name, told.line, y, colours[name], dashed=name != "weight decay") for name, y in told.lines]
    curves(
        lines,
        x=Axis("x"),
        y=Axis("y", low=-2.0, high=2.0),
        label="Fifteen points and three polynomials of degree nine: plain, with weight decay, and stopped early.",
        key="ridge-fit",
        height=300,
    )
