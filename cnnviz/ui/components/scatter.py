"""A table as a scatter: one dot per row, named under the pointer; the table below can be sorted and points back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from cnnviz.figures.colours import CATEGORIES
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root"><div class="legend"></div>
<div class="chart"><svg role="img"></svg><output class="named"></output></div>
<div class="pane" tabindex="0" role="region"><table><thead></thead><tbody></tbody></table></div></div>"""
_mount = component("scatter", html=_HTML, css=style("scatter"), js=script("axes", "shapes", "scatter"))


@dataclass(frozen=True)
class Dots:
    """What is drawn: the columns on the axes by name, and whether an axis is logarithmic."""

    x: str
    y: str
    log_x: bool
    log_y: bool


def scatter(
    rows: Sequence[tuple[str, str, Mapping[str, float | None]]],
    titles: Mapping[str, str],
    dots: Dots,
    *,
    marked: Sequence[str] = (),
    label: str,
    key: str,
) -> None:
    """Draw ``rows`` of name, family and values by column name; families are told apart by colour, shape and the legend.

    A row without one of the two values is in the table only. ``marked`` rows are ringed. ``label`` says what it shows.
    """
    families = list(dict.fromkeys(family for _, family, _ in rows))
    data = {
        "rows": [
            {"name": name, "family": family, "values": {k: _rounded(v) for k, v in values.items()}}
            for name, family, values in rows
        ],
        "titles": dict(titles),
        "colours": {family: CATEGORIES[k % len(CATEGORIES)] for k, family in enumerate(families)},
        "marked": list(marked),
        "label": label,
        **asdict(dots),
    }
    _mount(key=key, data=data)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
