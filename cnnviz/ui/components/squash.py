"""The sigmoid with a batch on it: where the numbers lie before and after γ and β."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="squash"><svg role="img"></svg></div>'
_mount = component("squash", html=_HTML, css=style("squash"), js=script("axes", "squash"))


@dataclass(frozen=True)
class Dots:
    """Numbers that lie on the curve."""

    title: str
    colour: str
    values: Sequence[float]


def squash(items: Sequence[Dots], *, label: str, key: str) -> None:
    """Draw σ(z), its tangent at 0, and the ``items`` on it."""
    data = {
        "items": [{"title": i.title, "colour": i.colour, "values": [round(v, 6) for v in i.values]} for i in items],
        "label": label,
    }
    _mount(key=key, data=data)
