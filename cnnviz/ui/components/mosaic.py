"""Many small pictures as one: a sheet of tiles that travels as one JPEG, each with its title and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui.components.source import component, script, style

_mount = component("mosaic", html='<div class="tiles" role="group"></div>', css=style("mosaic"), js=script("mosaic"))
MARKS = {"yes": "✓ keeps it", "partly": "~ up to a point", "no": "✗ changes it"}


@dataclass(frozen=True)
class Tile:
    """A title, what was done in words, and perhaps a mark: one of :data:`MARKS`, or ``still`` for what never changes.

    ``struck`` is a name that is wrong.
    """

    title: str
    words: str = ""
    mark: str = ""
    struck: str = ""


@dataclass(frozen=True)
class Sheet:
    """The address of a picture of ``rows`` × ``columns`` tiles, all of one aspect ratio (width / height)."""

    address: str
    rows: int
    columns: int
    aspect: float


def mosaic(
    sheet: Sheet,
    tiles: Sequence[Tile],
    *,
    label: str,
    key: str,
    columns: int = 0,
    narrow: int = 2,
    chosen: int = -1,
    on_pick: Callable[[], None] | None = None,
) -> None:
    """Draw the first ``len(tiles)`` tiles of ``sheet`` in ``columns`` (the sheet's own unless given).

    On a phone there are ``narrow`` columns. With ``on_pick`` tiles are buttons; the text of the number of the one that
    was clicked is then ``picked`` in the state of ``key``.
    """
    data = {
        "address": sheet.address,
        "rows": sheet.rows,
        "columns": sheet.columns,
        "aspect": sheet.aspect,
        "tiles": [asdict(tile) | {"verdict": MARKS.get(tile.mark, "")} for tile in tiles],
        "across": columns or sheet.columns,
        "narrow": narrow,
        "label": label,
        "chosen": chosen,
        "pickable": on_pick is not None,
    }
    _mount(key=key, data=data, on_picked_change=on_pick or _nothing)


def _nothing() -> None:
    """Tiles that are only looked at."""
