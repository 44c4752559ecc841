"""What a page remembers. The only module that names ``st.session_state``.

Sliders and switches carry ``bind="query-params"`` and look after themselves. A choice among names, in a menu or by a
click on a thumbnail or a bar, is a *linked* value kept here, so that the address holds the name, not the title.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from typing import Any, Literal

import streamlit as st

_DEFAULTS = "cnnviz.defaults"
LATE = 2.0  # seconds for which a browser may still send the address as it was before the last change


def remember_default(key: str, value: Any) -> None:
    """Note the value that :func:`reset` gives back to the widget or linked value ``key``."""
    st.session_state.setdefault(_DEFAULTS, {})[key] = value


def to_defaults() -> None:
    """Give every control of the page its default back; in a callback."""
    for key, value in st.session_state.get(_DEFAULTS, {}).items():
        st.session_state[key] = value


def reset() -> None:
    """Give every control of the page its default back, and empty what cannot be set; usable as a callback."""
    to_defaults()
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


def linked(key: str, default: str, allowed: Collection[str] | Callable[[str], bool]) -> str:
    """A text that stands in the address while it differs from ``default``, and that lasts while the visitor does.

    ``allowed`` are the names there are, or tells whether a text is one. Call it before the widget ``key`` is drawn, if
    there is one. What a link newly asks for wins, then what was chosen, here or on another page; nonsense gives the
    default and a note.
    """
    known = allowed if callable(allowed) else allowed.__contains__
    remember_default(key, default)
    kept, written = (st.session_state.setdefault(f"cnnviz.{name}", {}) for name in ("kept", "written"))
    asked = st.query_params.get(key)
    new = asked not in (None, written.get(key)) and not _is_late(key, asked)
    value = str(asked if new else st.session_state.get(key, kept.get(key, default)))
    if not known(value):
        # a class that another network does not have is no nonsense of the link
        if new:
            note_nonsense(key)
        value = default
    st.session_state[key] = kept[key] = value
    if value != (written.get(key) or default):
        _replaced()[key, written.get(key)] = time.monotonic()
    written[key] = None if value == default else value
    if value != default:
        st.query_params[key] = value
    elif asked is not None:
        del st.query_params[key]
    return str(value)


def _replaced() -> dict[tuple[str, str | None], float]:
    """When a value of a linked key was last given up."""
    found: dict[tuple[str, str | None], float] = st.session_state.setdefault("cnnviz.replaced", {})
    for each in [each for each, then in found.items() if time.monotonic() - then > LATE]:
        del found[each]
    return found


def _is_late(key: str, asked: str | None) -> bool:
    """Whether the address asks for what was just changed: two quick clicks, and the second was sent before the answer.

    Taken for a new link, it would undo the first.
    """
    return (key, asked) in _replaced()


def note_nonsense(key: str) -> None:
    """Remember that the link carried a value that this page doesn't know, to be told once."""
    st.session_state.setdefault("cnnviz.nonsense", set()).add(key)


def take_nonsense() -> set[str]:
    """Names of the values in the link that were dropped since the last call."""
    found: set[str] = st.session_state.pop("cnnviz.nonsense", set())
    return found


def arrive(page: str) -> None:
    """Remember what the address asks of ``page``, when a visitor comes to it."""
    if st.session_state.get("cnnviz.page") != page:
        st.session_state["cnnviz.page"] = page
        st.session_state["cnnviz.asked"] = st.query_params.to_dict()
        st.session_state["cnnviz.endless"] = {key for key, text in st.query_params.to_dict().items() if _endless(text)}


def compare_with_link() -> None:
    """Note what the address asked of a slider or switch and did not get; once they are all drawn."""
    asked: dict[str, str] = st.session_state.pop("cnnviz.asked", {})
    written = st.session_state.get("cnnviz.written", {})
    held = st.session_state.to_dict() if asked else {}  # asked for a name that is none, the state itself raises
    for key, text in asked.items():
        if key in held and key not in written and not key.startswith("cnnviz.") and not _says(text, held[key]):
            note_nonsense(key)


def binding(key: str) -> Literal["query-params"] | None:
    """How a box for whole numbers is bound: not where the link says “inf” or 1e999, on which Streamlit 1.67 fails."""
    return None if key in st.session_state.get("cnnviz.endless", ()) else "query-params"


def _endless(text: str) -> bool:
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def _says(text: str, value: Any) -> bool:
    """Whether a text of the address means the value of a control; what no text can mean is none of its business."""
    if isinstance(value, bool):
        return text.lower() == str(value).lower()
    if isinstance(value, (int, float)):
        try:
            return math.isclose(float(text), value, abs_tol=1e-9)
        except ValueError:
            return False
    return not isinstance(value, str) or text == value


def chooser(key: str, component: str, event: str) -> Callable[[], None]:
    """A callback that copies what was clicked in ``component`` into ``key``."""

    def copy() -> None:
        clicked = getattr(st.session_state.get(component), event, None)
        if isinstance(clicked, str):
            st.session_state[key] = clicked

    return copy
