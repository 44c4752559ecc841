"""The ledger of a network: its totals, a picture with the box that a unit sees, and a table with a row per layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.colours import table
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

if TYPE_CHECKING:
    from cnnviz.ledger import Ledger, Row

_HTML = """<div class="root">
<div class="totals" role="group" aria-label="Totals"></div>
<div class="parts">
<figure>
<canvas class="stage" role="img" tabindex="0"></canvas>
<div class="line"><label><input type="checkbox" name="heat"> Measured field</label>
<span class="scale" hidden>gradient 0 <canvas class="ramp" width="256" height="1" aria-hidden="true"></canvas> 1</span>
</div>
<output class="told"></output>
</figure>
<div><div class="pane"><table role="grid"><thead></thead><tbody></tbody></table></div>
<div class="line"><span class="keys">↑ ↓ layer · click or arrow keys in the picture: unit</span>
<label class="rows">Rows <select name="kept"><option value="counting">that count</option>
<option value="all">all</option><option value="blocks">folded to blocks</option></select></label></div></div>
</div></div>"""

COLOURS = "inferno"
KEPT = ("counting", "all", "blocks")
SORTABLE = ("name", "source", "output", "params", "macs", "bytes", "field", "jump", "offset")
_mount = component(
    "ledger", html=_HTML, css=style("ledger"), js=script("packing", "settling", "ledger_field", "ledger")
)


@dataclass(frozen=True)
class Total:
    """A large number above the table."""

    value: str
    label: str
    note: str


@dataclass(frozen=True)
class View:
    """Which row and unit (None: the middle one) are looked at, and whether the measured field is shown.

    ``kept`` says which rows the table has, of :data:`KEPT`; ``sort`` is one of :data:`SORTABLE`, with a minus in front
    for the largest first, or empty for the network's own order.
    """

    row: int
    unit: tuple[int, int] | None = None
    show: bool = False
    kept: str = "counting"
    sort: str = ""


@dataclass(frozen=True)
class Heat:
    """The measured field of one unit: float32 ``(H, W)`` with a maximum of 1, and what to say about it."""

    row: int
    unit: tuple[int, int]
    values: NDArray[np.float32]
    note: str

    def message(self) -> dict[str, Any]:
        """What travels to the browser: one byte per pixel."""
        bytes_ = np.rint(255 * np.clip(self.values, 0, 1)).astype(np.uint8)
        return {
            "row": self.row,
            "unit": list(self.unit),
            "values": packed(bytes_, "u1"),
            "size": self.values.shape,
            "note": self.note,
        }


def columns(made: Ledger) -> dict[str, list[Any]]:
    """The rows as columns, for the browser: with the first unit's box, the steps to its neighbours, and its block."""
    rows = made.rows
    return {
        "name": [row.name for row in rows],
        "depth": [row.branch for row in rows],
        "block": blocks(rows),
        "idle": [idle(row) for row in rows],
        "source": [what(row) for row in rows],
        "output": ["×".join(map(str, row.output)) for row in rows],
        "area": [prod(row.output) for row in rows],
        "params": [row.params for row in rows],
        "macs": [row.macs for row in rows],
        "bytes": [row.activation_bytes for row in rows],
        "field": [row.receptive_field for row in rows],
        "jump": [row.jump for row in rows],
        "offset": [row.offset for row in rows],
        "grid": [grid(row) for row in rows],
        "start": [[row.axes[0].start, row.axes[1].start, row.axes[0].size, row.axes[1].size] for row in rows],
        "jumps": [[row.axes[0].jump, row.axes[1].jump] for row in rows],
    }


def idle(row: Row) -> bool:
    """Whether a row counts nothing, looks through no window and joins nothing: an activation, dropout, flattening."""
    return not (row.params or row.macs or row.kind == "pool" or len(row.inputs) > 1)


def grid(row: Row) -> tuple[int, int]:
    """How many places a row has, down and across; a row of numbers has one."""
    return (row.output[1], row.output[2]) if len(row.output) == 3 else (1, 1)


def what(row: Row) -> str:
    """Kind and settings in one cell: ``conv 3×3, 64``."""
    return row.source if row.source.startswith(row.kind) else f"{row.kind} {row.source}".strip()


def blocks(rows: Sequence[Row]) -> list[str]:
    """Which block each row belongs to: branches, and the row that joins them, which names it. Empty outside blocks."""
    names, waiting = [""] * len(rows), []
    for k, row in enumerate(rows):
        if row.branch:
            waiting.append(k)
            continue
        joined = row.kind in {"add", "concat"}
        for at in [*waiting, k] if joined else waiting:
            names[at] = row.name if joined else "aside"
        waiting = []
    return names


@dataclass(frozen=True)
class Scene:
    """What is drawn: rows of :func:`columns`, and a picture (a data address) scaled to ``size`` (height, width).

    ``stack`` says which network this is: for another one the browser takes the server's view.
    """

    rows: dict[str, list[Any]]
    picture: str
    size: tuple[int, int]
    totals: Sequence[Total]
    label: str
    stack: str


def ledger_table(scene: Scene, view: View, *, heat: Heat | None, key: str, on_view: Callable[[], None]) -> None:
    """Draw ``scene``. What the student settles on, in table or picture, is ``view`` in the state of ``key``."""
    data = {
        "rows": scene.rows,
        "picture": scene.picture,
        "size": scene.size,
        "view": asdict(view),
        "totals": [asdict(total) for total in scene.totals],
        "label": scene.label,
        "stack": scene.stack,
        "heat": heat.message() if heat else None,
        "colours": packed(table(COLOURS), "u1"),
    }
    _mount(key=key, data=data, default={"view": asdict(view)}, on_view_change=on_view)
