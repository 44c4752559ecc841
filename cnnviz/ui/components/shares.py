"""Parts of a whole as one bar, each with its size and what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="shares" role="img"></div>'
_mount = component("shares", html=_HTML, css=style("shares"), js=script("shares"))


@dataclass(frozen=True)
class Share:
    """One part: its name, how many it holds, its colour, and what it is for."""

    name: str
    count: int
    colour: str
    purpose: str


def shares(parts: Sequence[Share], *, key: str) -> None:
    """Draw the parts side by side, as wide as they are large."""
    _mount(key=key, data={"parts": [asdict(part) for part in parts]})
