"""Probabilities as bars to click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnviz.ui.components.source import component, script, style

_mount = component("bars", html='<div class="bars" role="group"></div>', css=style("bars"), js=script("bars"))


@dataclass(frozen=True)
class Bar:
    """One class: its name (what a click reports), its title, and its probability."""

    name: str
    title: str
    value: float


def bars(rows: Sequence[Bar], *, chosen: str, key: str, label: str, on_pick: Callable[[], None]) -> None:
    """Draw one bar per class; ``on_pick`` is called on a click, the name is then ``picked`` in the state of ``key``."""
    drawn = [{"name": r.name, "title": r.title, "value": round(r.value, 4), "text": percent(r.value)} for r in rows]
    _mount(key=key, data={"bars": drawn, "chosen": chosen, "label": label}, on_picked_change=on_pick)


def percent(value: float) -> str:
    """A probability as the field writes it: ``93 %``, ``0.4 %``, ``< 0.1 %``."""
    if value >= 0.0995:
        return f"{100 * value:.0f}\N{NO-BREAK SPACE}%"
    return f"{100 * value:.1f}\N{NO-BREAK SPACE}%" if value >= 0.001 else "< 0.1\N{NO-BREAK SPACE}%"
