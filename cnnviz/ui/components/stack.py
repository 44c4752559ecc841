"""A stack of layers to type in, with the ledger's arithmetic beside each line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root">
<div class="bar"><label>Start from <select name="start"></select></label>
<span class="adds" role="group" aria-label="Add a layer below the line of the cursor"></span></div>
<div class="totals" role="group" aria-label="Totals"></div>
<div class="pane"><div class="sheet">
<div class="head">One layer per line</div>
<table><thead><tr><th>output</th><th>parameters</th>
<th class="more" title="Multiply-adds for one picture">MACs</th><th class="more">sees</th></tr>
</thead><tbody></tbody></table>
<textarea wrap="off" spellcheck="false" autocapitalize="off" autocomplete="off"></textarea>
</div></div>
<p class="problem" role="status"></p>
</div>"""
_mount = component("stack", html=_HTML, css=style("stack"), js=script("stack"))


@dataclass(frozen=True)
class Cell:
    """What stands beside a line (counted from 1): texts, and shares in 0…1 of the totals for the bars."""

    line: int
    output: str
    params: str
    macs: str
    field: str
    params_share: float
    macs_share: float


@dataclass(frozen=True)
class Sheet:
    """What is drawn. ``at`` is the line that ``problem`` is about; ``starts`` and ``adds`` are (title, text).

    ``round`` changes when the text was set by something else than typing: the browser then takes it.
    """

    text: str
    cells: Sequence[Cell]
    totals: Sequence[tuple[str, str]]
    problem: str
    at: int
    starts: Sequence[tuple[str, str]]
    adds: Sequence[tuple[str, str]]
    longest: int
    label: str


def stack(sheet: Sheet, *, key: str, on_text: Callable[[], None]) -> None:
    """Draw ``sheet``; what is typed is ``text`` in the state of ``key``, a third of a second after the last key."""
    _mount(key=key, data=asdict(sheet), default={"text": sheet.text}, on_text_change=on_text)
