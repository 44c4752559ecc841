"""Trainings in a table: one is in sight, up to three more are drawn behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="shelf" role="group"><table><thead><tr></tr></thead><tbody></tbody></table>
<p class="told" role="status"></p></div>"""
_mount = component("shelf", html=_HTML, css=style("shelf"), js=script("shelf"))
COLUMNS = ("Compare", "Run", "Network", "Data", "Epochs", "Validation", "State", "Date")


@dataclass(frozen=True)
class Row:
    """One training: its id, and its cells as text in the order of :data:`COLUMNS`, without the first."""

    id: str
    cells: tuple[str, ...]


def shelf(
    rows: Sequence[Row],
    *,
    shown: str,
    compared: Sequence[str],
    most: int,
    key: str,
    on_show: Callable[[], None],
    on_compare: Callable[[], None],
) -> None:
    """Draw the table. ``show`` in the state of ``key`` is the id that was clicked, ``compare`` ids with commas."""
    data = {
        "rows": [asdict(row) for row in rows],
        "columns": COLUMNS,
        "shown": shown,
        "compared": list(compared),
        "most": most,
        "label": "Earlier trainings",
    }
    _mount(key=key, data=data, on_show_change=on_show, on_compare_change=on_compare)
