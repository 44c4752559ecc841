"""A component: its JavaScript and its style are files beside its Python file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_DECLARED, _NAMED = "export default function", "const drawn_here = function"
_UNWRAPPED = "\nexport default (component) => drawn_here({ ...component, data: component.data?.[0] });\n"


def component(name: str, *, html: str, css: str, js: str) -> Callable[..., Any]:
    """Declare a component of ours; its ``data`` travels as JSON.

    Streamlit asks pandas about each value of a dictionary, and pandas takes 0.4 s to import; a list it leaves alone.
    """
    mount = st.components.v2.component(
        f"cnnviz.{name}", html=html, css=css, js=js.replace(_DECLARED, _NAMED, 1) + _UNWRAPPED
    )

    def draw(*, data: Any = None, **more: Any) -> Any:
        return mount(data=[data], **more)

    return draw


def script(*names: str) -> str:
    """The component's JavaScript: one module made of the files ``names``, in this order; the last one exports."""
    return "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in names)


def style(name: str) -> str:
    """The look that all components share, then the component's own."""
    return (_HERE / "shared.css").read_text(encoding="utf-8") + (_HERE / f"{name}.css").read_text(encoding="utf-8")
