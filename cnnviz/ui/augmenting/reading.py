"""Below the grid: the formulas with the numbers of the tile in view, what to notice, downloads and code."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.augment import Drawn, replay
from cnnviz.augment.sixteen import SIXTEEN
from cnnviz.data.images import encode_png
from cnnviz.ui.augmenting.code import as_csv, as_json, code, command
from cnnviz.ui.augmenting.controls import Shown
from cnnviz.ui.augmenting.grid import Grid
from cnnviz.ui.augmenting.sheets import Image
from cnnviz.ui.strip import columns, download, show_code

NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}


def strip(shown: Shown, grid: Grid) -> None:
    """Three columns under the grid."""
    left, middle, right = columns()
    records = grid.records[shown.tile]
    with left:
        formulas(shown, records)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notices(shown, grid)))
    with right:
        downloads(shown, grid)


def formulas(shown: Shown, records: tuple[Drawn, ...]) -> None:
    """Each step of the tile in view with its numbers; y is what it makes of x."""
    if shown.tile == 0:
        st.latex("y = x")
        st.caption("The original. Click another tile.")
        return
    st.caption(SIXTEEN[shown.tile].title if shown.deck else f"Tile of seed {shown.seed + shown.tile - 1}")
    for drawn in records:
        st.markdown(f"{drawn.augmentation.title}: {drawn.words()}")
        st.latex(drawn.augmentation.formula(drawn.record))


def notices(shown: Shown, grid: Grid) -> list[str]:
    """What the tiles say, in numbers."""
    original, tile = grid.pictures[0], grid.pictures[shown.tile]
    found = []
    if shown.tile:
        found.append(
            f"In the tile in view **{differing(original, tile):.0%}** of the pixels have changed, by "
            f"{np.abs(tile.astype(int) - original).mean():.0f} of 255 levels in the mean. The label is the same."
        )
    if shown.deck:
        wrong = sum(1 for tile in SIXTEEN if tile.deck)
        return [*found, f"**{wrong}** of the sixteen names in the deck's list are wrong: they are crossed out."]
    same = sum(1 for picture in grid.pictures[1:] if np.array_equal(picture, original))
    if same:
        found.append(f"**{same}** of {len(grid.pictures) - 1} draws leave the picture as it was: coins do that.")
    if len(shown.steps) > 1 and shown.tile:
        found.append(_order(shown, grid))
    found.append("Numbers are drawn anew each time a picture comes up, so hardly any is seen twice.")
    return found


def _order(shown: Shown, grid: Grid) -> str:
    """How much of the tile in view depends on the order of its steps."""
    turned = replay(grid.records[shown.tile][::-1], grid.pictures[0])
    share = differing(grid.pictures[shown.tile], turned)
    if share == 0:
        return "Here the order does not matter: the same numbers in the opposite order give the same pixels."
    return f"The order matters: turned around, the same numbers give **{share:.0%}** of the pixels other colours."


def differing(first: Image, second: Image) -> float:
    """Share of the pixels of which any channel differs."""
    return float((first != second).any(axis=2).mean())


def downloads(shown: Shown, grid: Grid) -> None:
    """The grid, what was drawn, the code of the tile in view, and its command."""
    with st.container(horizontal=True):
        download("Grid (PNG)", lambda: _png(grid), name="augmented.png", mime="image/png")
        download("Draws (JSON)", lambda: as_json(shown, grid), name="draws.json", mime="application/json")
        download("Draws (CSV)", lambda: as_csv(grid), name="draws.csv", mime="text/csv")
    show_code(code(shown, grid.records[shown.tile]))
    line = command(shown)
    if line:
        st.caption("The same draw on a whole picture, from the shell:")
        st.code(line, language="bash", wrap_lines=True)


def _png(grid: Grid) -> bytes:
    per_row = grid.sheet.columns
    height, width = grid.pictures[0].shape[:2]
    whole = np.full((grid.sheet.rows * height, per_row * width, 3), 255, dtype=np.uint8)
    for k, picture in enumerate(grid.pictures):
        top, left = k // per_row * height, k % per_row * width
        whole[top : top + height, left : left + width] = picture
    return encode_png(whole)
