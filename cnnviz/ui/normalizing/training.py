"""Train it live: a small network with and without batch norm at four learning rates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from cnnviz.training.tasks.batch_norm import ACTIVATIONS, PLACES, Event, Settings, Size
from cnnviz.ui.components.curves import Axis, Curve, curves
from cnnviz.ui.controls import choose, controls
from cnnviz.ui.live import live
from cnnviz.ui.normalizing.numbers import plain

TITLE = "Train it: four learning rates, with and without"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")  # a colour per rate
VIEWS = {
    "loss": "loss",
    "mean": "mean of what enters the last activation",
    "deviation": "spread of what enters the last activation",
}
AXES = {  # a run that diverges leaves the picture; the others stay readable
    "loss": Axis("loss", low=0.0, high=1.2),
    "mean": Axis("mean", low=-4.0, high=4.0),
    "deviation": Axis("spread", log=True, low=0.03, high=10.0),
}
LEARNED = 0.65  # accuracy from which a run is said to have learned; guessing gives 0.5


def section() -> None:
    """Settings left, the curves of all eight runs right, and what came of them."""
    st.subheader(TITLE, anchor=False)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        view = choose(
            "Curves",
            list(VIEWS),
            key="bn-view",
            default="loss",
            title=VIEWS.__getitem__,
            help="What the chart follows over the steps.",
        )
        settings = _settings()
        st.markdown(
            "Two spirals, a network of linear layers, plain SGD. All eight runs start from the same weights and see "
            "the same batches. **Solid: with batch norm. Dashed: without.**"
        )
    with right:
        live("batch-norm", settings, key="bn-live", draw=lambda events, done: draw(events, done, view=view))


def _settings() -> Settings:
    """Activation and place in sight: all six of their pairs are recorded. The rest is folded."""
    activation = choose("Activation", ACTIVATIONS, key="bn-train-activation", default="relu")
    place = choose(
        "Batch norm stands",
        PLACES,
        key="bn-train-place",
        default="before",
        title=_place,
        help="Another place, another run: press Train.",
    )
    with st.expander("More"):
        size = controls(Size, key="bn-train")
    return Settings(activation=activation, place=place, **vars(size))


def _place(place: str) -> str:
    return f"{place} the activation"


def draw(events: tuple[Event, ...], finished: bool, *, view: str) -> None:  # noqa: FBT001 (live() calls it so)
    """The curves of the last event; after the end also the accuracies."""
    if not events:
        return
    last = events[-1]
    items = [
        Curve(_name(rate, with_=normalized), last.steps, line, COLOURS[k % len(COLOURS)], dashed=not normalized)
        for k, (rate, normalized, line) in enumerate(zip(last.rates, last.normalized, getattr(last, view), strict=True))
    ]
    told = reading(last) if finished and last.accuracy else ""
    label = f"{VIEWS[view]} of eight runs. {told}".replace("*", "")
    curves(items, x=Axis("step"), y=AXES[view], label=label, key="bn-curves", height=340)
    if told:
        st.markdown(table(last))
        st.markdown(told)


def _name(rate: float, *, with_: bool) -> str:
    return f"{rate:g} {'with' if with_ else 'without'}"


def table(event: Event) -> str:
    """Accuracy on unseen points per rate, with and without."""
    half = len(event.rates) // 2
    head = "| learning rate | " + " | ".join(f"{rate:g}" for rate in event.rates[:half]) + " |"
    line = "|---|" + "---|" * half
    rows = [
        f"| {name} | " + " | ".join(_share(value) for value in values) + " |"
        for name, values in (
            ("with batch norm", event.accuracy[half:]),
            ("without", event.accuracy[:half]),
        )
    ]
    return "\n".join([head, line, *rows])


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if math.isfinite(value) else "diverged"


def reading(event: Event) -> str:
    """Which rates learned, in three sentences."""
    half = len(event.rates) // 2
    without, with_ = (_learned(event.rates, values) for values in (event.accuracy[:half], event.accuracy[half:]))
    spread = [plain(line[-1]) for line in event.deviation]
    fed = f"{_span(spread[half:])} with batch norm, of {_span(spread[:half])} without"
    return (
        f"Clearly better than guessing (over {LEARNED:.0%} of the unseen points right): **with batch norm at "
        f"{_rates(with_)}**, without at {_rates(without)}. Guessing gives 50 % right. At the end the last activation "
        f"was fed a spread of {fed} (by rate)."
    )


def _learned(rates: Sequence[float], accuracy: Sequence[float]) -> list[float]:
    return [rate for rate, value in zip(rates, accuracy, strict=False) if value > LEARNED]


def _rates(rates: Sequence[float]) -> str:
    return ", ".join(f"{rate:g}" for rate in rates) if rates else "none"


def _span(values: Sequence[str]) -> str:
    return ", ".join(values)
