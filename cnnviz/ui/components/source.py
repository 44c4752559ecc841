"""Read the JavaScript and the style of a component from beside its Python file."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def script(*names: str) -> str:
    """The component's JavaScript: one module made of the files ``names``, in this order; the last one exports."""
    return "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in names)


def style(name: str) -> str:
    """The look that all components share, then the component's own."""
    return (_HERE / "shared.css").read_text(encoding="utf-8") + (_HERE / f"{name}.css").read_text(encoding="utf-8")
