"""A row of large numbers that change in place, and below it where a training stands and what its curves say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root" role="group"><dl class="readings"></dl>
<p class="said"><b></b><span class="standing"></span><span class="verdict" role="status"></span></p></div>"""
_mount = component("readings", html=_HTML, css=style("readings"), js=script("readings"))


@dataclass(frozen=True)
class Reading:
    """A name, its value as text, and how many characters to reserve for it."""

    name: str
    value: str
    room: int = 6


@dataclass(frozen=True)
class Said:
    """The name of a run, where it stands, and a verdict of a ``tone``: good, neutral, warning or bad."""

    name: str
    standing: str
    verdict: str = ""
    tone: str = "neutral"


def readings(items: Sequence[Reading], said: Said, *, label: str, key: str) -> None:
    """Draw ``items`` side by side, and two lines of room for what is said: nothing moves while it changes."""
    _mount(key=key, data={"items": [asdict(item) for item in items], "said": asdict(said), "label": label})
