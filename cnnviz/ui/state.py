"""What a page remembers. The only module that names ``st.session_state``.

Widgets carry ``bind="query-params"`` and look after themselves. What is chosen in a picture (a click on a thumbnail or
a bar) is kept here as a *linked* value: it stands in the address while it differs from its default.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import streamlit as st

_DEFAULTS = "cnnviz.defaults"


def remember_default(key: str, value: Any) -> None:
    """Note the value that :func:`reset` gives back to the widget or linked value ``key``."""
    st.session_state.setdefault(_DEFAULTS, {})[key] = value


def reset() -> None:
    """Give every control of the page its default back; usable as a callback."""
    for key, value in st.session_state.get(_DEFAULTS, {}).items():
        st.session_state[key] = value
    st.session_state["cnnviz.generation"] = generation() + 1


def generation() -> int:
    """How often the page was reset: part of the key of widgets that cannot be set (an uploader)."""
    return int(st.session_state.get("cnnviz.generation", 0))


def forget_defaults() -> None:
    """Start a page: only its own controls are reset by its button."""
    st.session_state[_DEFAULTS] = {}


def put(key: str, value: Any) -> None:
    """Set a widget or linked value; in a callback, or before the widget is drawn."""
    st.session_state[key] = value


def get(key: str, default: Any = None) -> Any:
    """The value of a widget or of a linked value."""
    return st.session_state.get(key, default)


def linked(key: str, default: str, allowed: Collection[str]) -> str:
    """A value that a link restores: from this session, else from the address, else ``default``; nonsense is dropped."""
    remember_default(key, default)
    value = st.session_state.get(key) or st.query_params.get(key) or default
    if value not in allowed:
        note_nonsense(key)
        value = default
    st.session_state[key] = value
    if value == default:
        if key in st.query_params:
            del st.query_params[key]
    elif st.query_params.get(key) != value:
        st.query_params[key] = value
    return value


def note_nonsense(key: str) -> None:
    """Remember that the link carried a value that this page doesn't know, to be told once."""
    st.session_state.setdefault("cnnviz.nonsense", set()).add(key)


def take_nonsense() -> set[str]:
    """Names of the values in the link that were dropped since the last call."""
    found: set[str] = st.session_state.pop("cnnviz.nonsense", set())
    return found


def chooser(key: str, component: str, event: str) -> Callable[[], None]:
    """A callback that copies what was clicked in ``component`` into ``key``."""

    def copy() -> None:
        clicked = getattr(st.session_state.get(component), event, None)
        if isinstance(clicked, str):
            st.session_state[key] = clicked

    return copy
