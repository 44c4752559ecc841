"""Small histograms in a row, each with its numbers: how a distribution changes from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="histograms"></div>'
_mount = component("histograms", html=_HTML, css=style("histograms"), js=script("axes", "histograms"))


@dataclass(frozen=True)
class Histogram:
    """Shares of the values per bin of one common range, and a sentence with numbers."""

    title: str
    shares: Sequence[float]
    words: str
    colour: str


def histograms(
    rows: Sequence[tuple[str, Sequence[Histogram]]], *, low: float, high: float, label: str, key: str
) -> None:
    """Draw titled rows of histograms over ``low`` … ``high``, with arrows from step to step."""
    data = {
        "rows": [
            {"title": title, "items": [vars(item) | {"shares": [round(s, 5) for s in item.shares]} for item in items]}
            for title, items in rows
        ],
        "low": low,
        "high": high,
        "label": label,
    }
    _mount(key=key, data=data)
