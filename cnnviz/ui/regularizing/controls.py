"""The controls of the network that overfits, and the run that is kept to compare."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import streamlit as st

from cnnviz.training.tasks.overfit import Overfit
from cnnviz.training.tasks.registry import TASKS, BadSettings
from cnnviz.ui import state
from cnnviz.ui.controls import controls

SEEN = ("kind", "points", "noise", "width", "decay", "dropout")
KEPT = "fit-kept"
FIELDS = tuple(field.name for field in dataclasses.fields(Overfit))


def _part(name: str, names: tuple[str, ...]) -> type[Any]:
    """A record of some of the task's settings, with their ranges."""
    return dataclasses.make_dataclass(
        name,
        [
            (f.name, f.type, dataclasses.field(default=f.default, metadata=dict(f.metadata)))
            for f in dataclasses.fields(Overfit)
            if f.name in names
        ],
        frozen=True,
    )


_SEEN = _part("Seen", SEEN)
_MORE = _part("More", tuple(name for name in FIELDS if name not in SEEN))


def choose_settings() -> Overfit:
    """Draw the controls and return what to train."""
    seen = controls(_SEEN, key="fit")
    with st.expander("More"):
        more = controls(_MORE, key="fit")
    return Overfit(**dataclasses.asdict(seen), **dataclasses.asdict(more))


def written(settings: Overfit) -> str:
    """Settings as the link carries them: ``moons,40,0.25,…``."""
    return ",".join(str(getattr(settings, name)) for name in FIELDS)


def read(text: str) -> Overfit | None:
    """The way back of :func:`written`; none if the text is no settings."""
    words = text.split(",")
    if len(words) != len(FIELDS):
        return None
    try:
        told = {name: word if name == "kind" else json.loads(word) for name, word in zip(FIELDS, words, strict=True)}
        settings = TASKS["overfit"].rebuilt(told)
    except (ValueError, BadSettings):
        return None
    return settings if isinstance(settings, Overfit) else None


def kept() -> Overfit | None:
    """The settings that were kept to compare with, from the link or the button; examples leave them, Reset does not."""
    now = state.generation()
    if state.get("fit-kept-since", now) != now:
        state.put(KEPT, "")
    state.put("fit-kept-since", now)
    text = state.linked(KEPT, "", lambda text: not text or read(text) is not None)
    state.remember_default(KEPT, text)
    return read(text)


def keep_button(settings: Overfit, held: Overfit | None) -> None:
    """Keep the run on screen, or let go of the one that was kept."""
    with st.container(horizontal=True):
        st.button(
            "Keep this run and compare",
            icon=":material/push_pin:",
            key="fit-keep",
            disabled=held == settings,
            on_click=state.put,
            args=(KEPT, written(settings)),
            help="The next run is drawn beside this one.",
        )
        if held is not None:
            st.button("Let go", key="fit-drop-kept", on_click=state.put, args=(KEPT, ""))


def named(settings: Overfit) -> str:
    """What tells a run from another, in few words."""
    parts = [settings.kind, f"{settings.points} points", f"{settings.width} units"]
    parts += [f"λ = {settings.decay:g}"] if settings.decay else []
    parts += [f"dropout {settings.dropout:g}"] if settings.dropout else []
    default = Overfit()
    more = {"noise": "noise {:g}", "rate": "rate {:g}", "steps": "{} steps", "seed": "seed {}"}
    parts += [
        text.format(getattr(settings, name))
        for name, text in more.items()
        if getattr(settings, name) != getattr(default, name)
    ]
    return ", ".join(parts)
