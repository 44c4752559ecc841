"""Below the figure: the product of the layers with its numbers, what to notice, code and downloads."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from cnnviz.signals import ACTIVATIONS, expected_factors, mean_square_slope, variance
from cnnviz.ui.strip import columns, download, show_code
from cnnviz.ui.vanishing import kept
from cnnviz.ui.vanishing.code import code
from cnnviz.ui.vanishing.controls import Shown
from cnnviz.ui.vanishing.notices import notice
from cnnviz.ui.vanishing.numbers import latex, times

HEADER = "network,layer,gradient,factor,expected_factor,weight_gradient,signal,saturated,dead"


def strip(shown: Shown) -> None:
    """Three columns under the figure."""
    left, middle, right = columns()
    with left:
        for line in (chain(shown), product(shown), one_layer(shown), bound(shown)):
            st.latex(line)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notice(shown)[:4]))
    with right:
        download("Numbers (CSV)", lambda: csv(shown), name="gradients.csv", mime="text/csv")
        show_code(code(shown.net))


def chain(shown: Shown) -> str:
    """The chain rule from the loss back to the weights of the layer in view, in symbols."""
    depth, layer = shown.net.depth, max(1, shown.layer)
    between = (
        rf"\prod_{{k={layer + 1}}}^{{{depth}}}\frac{{\partial a_k}}{{\partial a_{{k-1}}}}\;" if layer < depth else ""
    )
    return (
        rf"\frac{{\partial\ell}}{{\partial W_{{{layer}}}}} = \frac{{\partial\ell}}{{\partial a_{{{depth}}}}}\;{between}"
        rf"\frac{{\partial a_{{{layer}}}}}{{\partial W_{{{layer}}}}}"
    )


def product(shown: Shown) -> str:
    """The norm at the layer in view as the product of what every layer lets through; the numbers multiply exactly."""
    depth, layer = shown.net.depth, shown.layer
    factors = [_factor(float(f)) for f in shown.flow.factors[layer:][::-1]]
    if len(factors) > 4:
        factors = [*factors[:2], r"\cdots", factors[-1]]
    start = latex(float(shown.flow.gradient[-1]))
    name, count = "x" if layer == 0 else f"a_{{{layer}}}", depth - layer
    lines = [rf"\Big\|\frac{{\partial\ell}}{{\partial {name}}}\Big\| &= " + r"\cdot ".join([start, *factors])]
    if factors:
        under = rf"\ \text{{({count} factor{'s' * (count != 1)})}}"
        lines.append(rf"&= {latex(float(shown.flow.gradient[layer]))}{under}")
    if layer:
        weight = latex(float(shown.flow.weight[layer - 1]))
        lines.append(rf"\Big\|\frac{{\partial\ell}}{{\partial W_{{{layer}}}}}\Big\| &= {weight}")
    return r"\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}"


def one_layer(shown: Shown) -> str:
    """What theory expects of a layer far from the input, with its numbers, beside the measured median."""
    net, last = shown.net, float(shown.expected[-1])
    one, passes = ("1+", last**2 - 1.0) if net.residual else ("", last**2)
    slope = mean_square_slope(net)
    if net.norm:
        branch = r"\frac{E[\varphi'(z)^2]}{\operatorname{Var} a}"
        numbers = rf"\frac{{{latex(slope)}}}{{{latex(slope / passes if passes > 0 else math.inf)}}}"
    else:
        branch = r"w\,\sigma_W^2\,E[\varphi'(z)^2]"
        numbers = rf"{net.width}\cdot {latex(variance(net))}\cdot {latex(slope)}"
    measured = _factor(float(np.nanmedian(shown.flow.factors)))
    told = rf"\text{{expected }} {_factor(last)},\ \text{{measured }} {measured}\text{{ (median)}}"
    return (
        rf"\begin{{aligned}}f &\approx \sqrt{{{one}{branch}}} = \sqrt{{{one}{numbers}}}\\ &\quad {told}\end{{aligned}}"
    )


def bound(shown: Shown) -> str:
    """The largest slope to the power of the depth, and the measured product of as many factors."""
    net, largest = shown.net, ACTIVATIONS[shown.net.activation].largest
    slope = rf"\max|\varphi'|^{{n}} &= {_factor(largest)}^{{{net.depth}}} = {latex(largest**net.depth)}"
    return rf"\begin{{aligned}}{slope}\\ \textstyle\prod f &= {latex(shown.flow.total)}\end{{aligned}}"


def _factor(value: float) -> str:
    return latex(value) if value >= 100 or 0 < value < 0.001 else times(value).replace("∞", r"\infty")


def csv(shown: Shown) -> bytes:
    """A line per layer of every network on screen; layer 0 is the input and has no factor or weights."""
    lines = [HEADER]
    for net, flow in ((shown.net, shown.flow), *shown.kept):
        ends = (flow.factors, expected_factors(net), flow.weight, flow.saturated, flow.dead)
        for layer in range(net.depth + 1):
            own: list[float | None] = [float(column[layer - 1]) if layer else None for column in ends]
            cells = [flow.gradient[layer], *own[:3], flow.signal[layer], *own[3:]]
            told = ",".join("" if cell is None else f"{cell:.9g}" for cell in cells)
            lines.append(f"{kept.write(net).replace(',', ' ')},{layer},{told}")
    return ("\n".join(lines) + "\n").encode()
