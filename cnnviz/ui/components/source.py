"""Read the JavaScript and the style of a component from beside its Python file."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def script(name: str) -> str:
    """The component's JavaScript."""
    return (_HERE / f"{name}.js").read_text(encoding="utf-8")


def style(name: str) -> str:
    """The look that all components share, then the component's own."""
    return (_HERE / "shared.css").read_text(encoding="utf-8") + (_HERE / f"{name}.css").read_text(encoding="utf-8")
