"""The augmentation lecture's controls: the picture, the steps in their order, each step's settings, and the draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from cnnviz.augment import AUGMENTATIONS, Step
from cnnviz.data.images import thumbnail
from cnnviz.params import param
from cnnviz.ui import state
from cnnviz.ui.augmenting.sheets import Image
from cnnviz.ui.controls import controls
from cnnviz.ui.pictures import Chosen, choose_picture

DRAWS = 11  # beside the original: twelve tiles
SIDE = 240  # longest side of a tile in pixels: the numbers drawn are of this size
START = "resized-crop,horizontal-flip,colour-jitter"
MOST = 8  # steps


@dataclass(frozen=True)
class Draws:
    """Which random numbers are drawn."""

    seed: int = param(0, low=0, high=1100, label="first seed", help="The same seed draws the same numbers.")


@dataclass(frozen=True)
class Shown:
    """What is on screen: the picture, the steps in their order, the first seed, the grid, and the tile in view."""

    chosen: Chosen
    steps: tuple[Step, ...]
    seed: int
    deck: bool
    tile: int

    @cached_property
    def pixels(self) -> Image:
        """The picture as small as a tile."""
        return thumbnail(self.chosen.pixels, SIDE)

    @property
    def key(self) -> str:
        """What the draws depend on, for a cache."""
        return f"{self.chosen.key} {self.steps} {self.seed} {self.deck}"


def choose_shown() -> Shown:
    """Draw the controls left of the grid."""
    with st.popover("Choose the picture", icon=":material/image:", width="stretch"):
        chosen = choose_picture()
    deck = state.linked("augment-grid", "draws", ("draws", "deck")) == "deck"
    tile = int(state.linked("augment-tile", "1", [str(k) for k in range(16)]))
    names = choose_steps(disabled=deck)
    if deck:
        st.button("Back to random draws", on_click=state.put, args=("augment-grid", "draws"), width="stretch")
        return Shown(chosen, (), 0, True, tile)
    draws = choose_draws(several=len(names) > 1)
    steps = tuple(_settings(k, name, first=k == 0) for k, name in enumerate(names))
    return Shown(chosen, steps, draws.seed, False, min(tile, DRAWS))


def choose_steps(*, disabled: bool) -> list[str]:
    """The steps by name in the order in which they were chosen; their list stands in the link."""
    text = state.linked("augment-steps", START, _known)
    state.put("augment-chosen", _names(text))
    st.multiselect(
        "Do to it, in this order",
        list(AUGMENTATIONS),
        key="augment-chosen",
        format_func=lambda name: AUGMENTATIONS[name].title,
        on_change=_keep_steps,
        max_selections=MOST,
        disabled=disabled,
        placeholder="nothing: choose a step",
        help="Each step draws its own numbers and is applied to what the step before left.",
    )
    return _names(text)


def choose_draws(*, several: bool) -> Draws:
    """The seed, one button that moves on to the next draws, and one that turns the steps around."""
    left, right = st.columns(2, gap="small")
    left.button("Draw again", icon=":material/casino:", on_click=_draw_again, width="stretch", type="primary")
    right.button("Turn order", icon=":material/swap_vert:", on_click=_reverse, width="stretch", disabled=not several)
    return controls(Draws, key="augment")


def _settings(k: int, name: str, *, first: bool) -> Step:
    item = AUGMENTATIONS[name]
    with st.expander(f"{k + 1}. {item.title}", expanded=first):
        return Step(name, controls(item.settings, key=f"aug-{name}"))


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _known(text: str) -> bool:
    names = _names(text)
    return len(names) <= MOST and len(set(names)) == len(names) and all(name in AUGMENTATIONS for name in names)


def _keep_steps() -> None:
    state.put("augment-steps", ",".join(state.get("augment-chosen", [])))


def _reverse() -> None:
    state.put("augment-steps", ",".join(reversed(_names(state.get("augment-steps", "")))))


def _draw_again() -> None:
    seed = int(state.get("augment-seed", 0)) + DRAWS
    state.put("augment-seed", seed if seed <= 1100 else 0)
