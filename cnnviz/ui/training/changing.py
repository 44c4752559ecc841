"""What may be changed while a run goes on: learning rate, momentum, weight decay."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz.training.config import Config
from cnnviz.ui import state
from cnnviz.ui.training import commands
from cnnviz.ui.training.ladders import spoken
from cnnviz.ui.training.setup import DECAYS, RATES
from cnnviz.ui.training.shown import Shown

MOMENTA = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)
RUNGS: dict[str, tuple[str, Sequence[float]]] = {
    "lr": ("Learning rate, now", RATES),
    "momentum": ("Momentum, now", MOMENTA),
    "weight_decay": ("Weight decay, now", DECAYS),
}


def sliders(shown: Shown | None, config: Config) -> None:
    """Three sliders; they stand where the run stands, and rest while nothing runs."""
    active = shown is not None and shown.state in ("running", "paused")
    now = settings(shown) or {name: float(getattr(config, name)) for name in RUNGS}
    with st.container(key="train-changing"):
        for place, (name, (label, rungs)) in zip(st.columns(3, gap="medium"), RUNGS.items(), strict=True):
            value = now[name]
            key = f"train-now-{name}"
            state.put(key, value)
            with place.container(gap=None):
                st.markdown(label)  # of its own: that of a resting slider is too pale to be read
                st.select_slider(
                    label,
                    sorted({*map(float, rungs), value}),
                    format_func=spoken,
                    key=key,
                    disabled=not active,
                    on_change=_tell,
                    args=(shown, name),
                    label_visibility="collapsed",
                )


def settings(shown: Shown | None) -> dict[str, float]:
    """The three as they are in the run in sight: as it began, or as they were changed last."""
    if shown is None:
        return {}
    changes = shown.followed.changes
    source = changes[-1] if changes else shown.config
    count, asked = state.get(_asked(shown.run)) or (0, {})
    # the event of a change arrives a little later: until then the slider stays where it was put
    held: dict[str, float] = asked if count == len(changes) else {}
    return {name: held.get(name, float(getattr(source, name))) for name in RUNGS}


def _tell(shown: Shown | None, name: str) -> None:
    if shown is None:
        return
    value = float(state.get(f"train-now-{name}"))
    count = len(shown.followed.changes)
    commands.change(shown.run, **{name: value})
    then, asked = state.get(_asked(shown.run)) or (0, {})
    state.put(_asked(shown.run), (count, (asked if then == count else {}) | {name: value}))


def _asked(run: str) -> str:
    return f"train-asked-{run}"
