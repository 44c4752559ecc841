"""The section on trained depth: plain networks get worse when they get deeper, residual ones do not, and why."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz.training.tasks.depth import DEPTHS, NETS, Event, Settings
from cnnviz.ui.components.curves import Axis, Curve, curves
from cnnviz.ui.controls import controls
from cnnviz.ui.live import live
from cnnviz.ui.vanishing.numbers import power

TITLE = "Plain or residual depth"
COLOURS = ("#56B4E9", "#0072B2", "#E69F00", "#D55E00")  # by depth, shallow to deep
DEEPEST = len(DEPTHS) - 1
GONE, GROWN = 0.01, 100.0  # first layer's gradient against the last one's
WORSE = 1.5  # times the loss that is told as worse
GROWS = (
    " At first it even grows on its way back: batch norm does that in dense nets (Yang et al. 2019); the paper’s "
    "convolutional ones had healthy norms."
)
PAPER = (
    "**What the decks say.** D0 and D1: deeper plain nets are worse “due to vanishing gradients”. The ResNet paper "
    "looked, and says no (§4.1): its plain nets have batch norm, the gradients going back have healthy norms, and the "
    "difficulty is “unlikely to be caused by vanishing gradients”. D2: “from 20 to >50 layers on the ImageNet "
    "benchmark” mixes two plots. 20 against 56 layers is CIFAR-10 (Fig. 1). On ImageNet it is 18 against 34: plain "
    "27.94 and 28.54 % top-1 error, residual 27.88 and 25.03 % (Table 2). The 1202-layer net that did less well is "
    "CIFAR-10 too."
)


def section() -> None:
    """Settings on the left, the trained networks on the right."""
    st.subheader(TITLE, anchor=False)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        settings = controls(Settings, key="depth")
        st.markdown(
            f"Eight networks of dense layers, {', '.join(map(str, DEPTHS[:-1]))} and {DEPTHS[-1]} deep, **all with "
            "batch norm**: plain, and residual in blocks of two layers. Same first weights, same points, same steps."
        )
    with main:
        live("depth", settings, key="depth-run", draw=draw)
    st.markdown(PAPER)


def draw(events: Sequence[Event], finished: bool) -> None:  # noqa: FBT001 (the interface of live)
    """Training loss by step; below, the loss by depth and the gradient at every layer, and what it all says."""
    curves(
        _losses(events),
        x=Axis("training step"),
        y=Axis("training loss", log=True, low=1e-5),
        label="Training loss of plain (solid) and residual (dashed) networks.",
        key="depth-losses",
        height=280,
    )
    left, right = st.columns(2, gap="medium")
    with left:
        curves(
            _by_depth(events[-1]),
            x=Axis("layers"),
            y=Axis(f"loss after {events[-1].step} steps", log=True, low=1e-5),
            label=f"Training loss after {events[-1].step} steps by depth: {_told(events[-1])}.",
            key="depth-depths",
            height=280,
        )
    with right:
        curves(
            [curve for event in events if event.gradient for curve in _gradients(event)],
            x=Axis(f"layer of the nets of {DEPTHS[-1]}, first to last"),
            y=Axis("‖∂ℓ/∂W‖", log=True),
            label=f"Norm of the weights' gradient at every layer of the networks of {DEPTHS[-1]} layers.",
            key="depth-gradients",
            height=280,
        )
    if finished:
        st.markdown("\n".join(f"- {line}" for line in reading(events)))


def _losses(events: Sequence[Event]) -> list[Curve]:
    steps = [event.step for event in events]
    return [
        Curve(_name(k), steps, [event.loss[k] for event in events], COLOURS[k % len(DEPTHS)], dashed=residual)
        for k, (_, residual) in enumerate(NETS)
    ]


def _by_depth(event: Event) -> list[Curve]:
    plain, residual = event.loss[: len(DEPTHS)], event.loss[len(DEPTHS) :]
    return [
        Curve("plain", DEPTHS, plain, "#D55E00", dots=True),
        Curve("residual", DEPTHS, residual, "#009E73", dashed=True, dots=True),
    ]


def _told(event: Event) -> str:
    return ", ".join(f"{_name(k)} {power(loss)}" for k, loss in enumerate(event.loss))


def _gradients(event: Event) -> list[Curve]:
    deep = [k for k, (depth, _) in enumerate(NETS) if depth == DEPTHS[-1]]
    layers = range(1, DEPTHS[-1] + 1)
    when, colour = ("at first", "#8A8A8A") if event.step == 0 else ("at the end", "#CC79A7")
    names = ("plain", "residual")
    return [Curve(f"{names[NETS[k][1]]}, {when}", layers, event.gradient[k], colour, dashed=NETS[k][1]) for k in deep]


def _name(k: int) -> str:
    depth, residual = NETS[k]
    return f"{'residual' if residual else 'plain'} {depth}"


def reading(events: Sequence[Event]) -> list[str]:
    """What this very training shows: whether depth hurt, and whether the gradient had vanished."""
    first, last = events[0], events[-1]
    if not last.gradient:
        return []
    return [_degraded(last), _residual(last), _alive(first.gradient[DEEPEST], last.gradient[DEEPEST])]


def _degraded(last: Event) -> str:
    plain = last.loss[: len(DEPTHS)]
    told = ", ".join(f"{DEPTHS[k]} layers {power(loss)}" for k, loss in enumerate(plain))
    if plain[-1] > WORSE * min(plain):
        right = f"the deepest has {last.accuracy[DEEPEST]:.0%} of the points right"
        return f"**Deeper plain nets train worse**: {told}; {right}. It is *training* loss: no overfitting."
    return f"In this run the deeper plain nets do not train worse: {told}. The paper’s numbers below are the evidence."


def _residual(last: Event) -> str:
    plain, residual = last.loss[DEEPEST], last.loss[len(DEPTHS) :]
    told = ", ".join(power(loss) for loss in residual)
    if residual[-1] > plain / 2:
        return f"The residual ones end at {told}: in this run no better than the plain ones."
    verdict = "do not" if residual[-1] <= WORSE * residual[0] else "suffer far less"
    right, less = f"{last.accuracy[-1]:.0%} of the points right", power(plain / residual[-1])
    return f"**Residual ones {verdict}**: {told}. With {DEPTHS[-1]} layers {right}, a loss {less} times smaller."


def _alive(before: Sequence[float], after: Sequence[float]) -> str:
    """The plain net of most layers: is the gradient of its first layers gone?"""
    start, end = before[0] / before[-1], after[0] / after[-1]
    told = (
        f"first layer against last in the plain net of {DEPTHS[-1]} it is {power(before[0])} against "
        f"{power(before[-1])} at first, {power(after[0])} against {power(after[-1])} at the end"
    )
    if min(start, end) > GONE:
        return f"**The gradient has not vanished**: {told}.{GROWS if start > GROWN else ''}"
    return f"The gradient’s sizes: {told}."
