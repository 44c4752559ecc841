"""A matrix product A · B = C drawn as three blocks; a cell of C lights up its row of A and its column of B."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from cnnviz.ui import state
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="product"><canvas role="img" tabindex="0"></canvas>
<p class="told" aria-live="polite"></p></div>"""
_mount = component("product", html=_HTML, css=style("product"), js=script("packing", "window_colours", "product"))


@dataclass(frozen=True)
class Block:
    """One matrix: a short ``title`` over it, its ``hue`` (input, kernel, output) and its ``values`` (rows, columns)."""

    title: str
    hue: str
    values: NDArray[Any]

    def message(self) -> dict[str, Any]:
        """What travels to the browser: 4 bytes per number."""
        rows, columns = self.values.shape
        return {
            "title": self.title,
            "hue": self.hue,
            "rows": rows,
            "columns": columns,
            "values": packed(self.values, "<f4"),
        }


def product(
    blocks: tuple[Block, Block, Block], *, cell: tuple[int, int], alt: str, key: str, on_cell: Callable[[], None]
) -> None:
    """Draw A · B = C with the ``cell`` (row, column) of C lit; ``on_cell`` when another is clicked (:func:`chosen`)."""
    data = {"blocks": [b.message() for b in blocks], "cell": list(cell), "alt": alt}
    _mount(key=key, data=data, on_cell_change=on_cell)


def chosen(key: str, *, shape: tuple[int, int]) -> tuple[int, int] | None:
    """The cell (row, column) of C that was just clicked; None if it lies outside ``shape``."""
    told = getattr(state.get(key), "cell", None)
    found = [at for at in told if type(at) is int] if isinstance(told, list | tuple) else []
    if len(found) != 2 or not all(0 <= at < size for at, size in zip(found, shape, strict=True)):
        return None
    return found[0], found[1]
