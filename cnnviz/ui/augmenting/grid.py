"""The grid: the picture as validation sees it, and draws of the chosen steps; or the deck's sixteen tiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.augment import Drawn, compose, replay
from cnnviz.augment.sixteen import SIXTEEN
from cnnviz.ui import cache, state
from cnnviz.ui.augmenting.controls import DRAWS, Shown
from cnnviz.ui.augmenting.examples import EXAMPLES
from cnnviz.ui.augmenting.sheets import Image, sheet
from cnnviz.ui.components.mosaic import Sheet, Tile, mosaic
from cnnviz.ui.presets import note

WIDE = 1.25  # aspect ratio from which four columns of three leave no tile too low
TALL = 0.75


@dataclass(frozen=True)
class Grid:
    """The tiles' pictures, what was drawn for each (nothing for the first), and all of them as one sheet."""

    pictures: tuple[Image, ...]
    records: tuple[tuple[Drawn, ...], ...]
    sheet: Sheet


def made(shown: Shown) -> Grid:
    """The grid of what is on screen; cached. A draw takes about 1 ms per step."""
    return cache.made(lambda: _make(shown), f"augment {shown.key}")


def _make(shown: Shown) -> Grid:
    aspect = shown.pixels.shape[1] / shown.pixels.shape[0]
    if shown.deck:
        records = [tile.records for tile in SIXTEEN]
        pictures = [replay(each, shown.pixels) for each in records]
    else:
        drawn = [compose(shown.steps, shown.pixels, np.random.default_rng(shown.seed + k)) for k in range(DRAWS)]
        pictures = [shown.pixels, *(picture for picture, _ in drawn)]
        records = [(), *(each for _, each in drawn)]
    columns = 4 if aspect > WIDE and not shown.deck else 6 if aspect > TALL else 8
    return Grid(tuple(pictures), tuple(records), sheet(pictures, columns))


def draw(shown: Shown) -> Grid:
    """Draw the grid, and under it what the example on screen shows."""
    grid = made(shown)
    mosaic(
        grid.sheet,
        _deck() if shown.deck else _draws(shown, grid),
        label="The picture and what becomes of it",
        key="mosaic",
        chosen=shown.tile,
        on_pick=_keep_tile,
    )
    height, width = shown.pixels.shape[:2]
    st.caption(
        f"A picture of {width}×{height} pixels; click a tile for its formula and its code. Dashed "
        "frame: as validation and test see it, never augmented."
    )
    note(EXAMPLES)
    return grid


def _draws(shown: Shown, grid: Grid) -> list[Tile]:
    tiles = [Tile("original", "validation and test: stays as it is", mark="still")]
    for k, records in enumerate(grid.records[1:]):
        words = " · ".join(drawn.words() for drawn in records) or "no step chosen"
        tiles.append(Tile("", f"seed {shown.seed + k}: {words}"))
    return tiles


def _deck() -> list[Tile]:
    return [Tile(tile.title, mark="" if tile.records else "still", struck=tile.deck) for tile in SIXTEEN]


def _keep_tile() -> None:
    picked = getattr(state.get("mosaic"), "picked", None)
    if isinstance(picked, str) and picked.isdecimal():
        state.put("augment-tile", picked)
