"""Examples of the lecture decks: one click sets every control of the page, and tells where the deck is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.ui import state

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


@dataclass(frozen=True)
class Preset:
    """A worked example. ``values`` are by the key of a widget or linked value; controls not named get their default.

    ``note`` is what the example shows and, where a deck is wrong, what is right and why; ``source`` is the slide.
    """

    title: str
    values: Mapping[str, Any]
    note: str = ""
    source: str = ""


@contextmanager
def presets(
    items: Sequence[Preset], *, label: str = "Examples from the decks", key: str = "example"
) -> Iterator[DeltaGenerator]:
    """One button per example, above the controls and the figure that are drawn inside the ``with``.

    The buttons are drawn last, into their place on top: only then is it known which example is on screen.
    """
    place = st.container()
    try:
        yield place
    finally:
        now = current(items)
        state.put(key, now.title if now else None)
        place.pills(label, [i.title for i in items], key=key, on_change=_apply, args=(tuple(items), key))


def current(items: Sequence[Preset]) -> Preset | None:
    """The example that is on screen, if the controls stand as it sets them. Call it after they are drawn."""
    return next((item for item in items if _stands(item)), None)


def note(items: Sequence[Preset]) -> None:
    """What the example on screen shows, and its source."""
    shown = current(items)
    if shown is not None and shown.note:
        st.markdown(f"**{shown.title}.** {shown.note}" + (f" *({shown.source})*" if shown.source else ""))


def _stands(item: Preset) -> bool:
    return all(state.get(key) == value for key, value in item.values.items())


def _apply(items: tuple[Preset, ...], key: str) -> None:
    chosen = next((item for item in items if item.title == state.get(key)), None)
    if chosen is None:  # a second click on the same example keeps it
        return
    state.to_defaults()
    for name, value in chosen.values.items():
        state.put(name, value)
