"""Controls drawn from what they control: a registry becomes a menu, a record's parameters become sliders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from cnnviz.params import Param, params
from cnnviz.registry import Item
from cnnviz.ui import state

R = TypeVar("R")


def menu(label: str, items: Mapping[str, Item], *, key: str, default: str | None = None, help: str = "") -> str:
    """A menu of the items' titles; the link carries the name. Returns the chosen name."""
    names = list(items)
    notes = "\n\n".join(f"**{item.title}**: {item.summary}" for item in items.values() if item.summary)
    return choose(
        label,
        names,
        key=key,
        default=names[0] if default is None or default not in items else default,
        title=lambda name: items[name].title,
        help=f"{help}\n\n{notes}".strip(),
    )


def choose(
    label: str, names: Sequence[str], *, key: str, default: str, title: Callable[[str], str] = str, help: str = ""
) -> str:
    """A menu of ``names``, shown by their ``title``; the link carries the name. Returns the chosen name."""
    state.linked(key, default, names)
    return str(st.selectbox(label, names, format_func=title, key=key, help=help or None))


def controls(record: type[R], *, key: str) -> R:
    """One control per parameter of a dataclass, in its order; returns the record with the chosen values."""
    values = {p.name: _control(p, f"{key}-{p.name}") for p in params(record)}
    return record(**values)


def _control(p: Param, key: str) -> Any:
    label = p.label[:1].upper() + p.label[1:]
    shared: dict[str, Any] = {"key": key, "bind": "query-params", "help": p.help}
    if p.choices:
        chosen = choose(label, [str(c) for c in p.choices], key=key, default=str(p.default), help=p.help)
        return next(c for c in p.choices if str(c) == chosen)
    state.remember_default(key, p.default)
    if isinstance(p.default, bool):
        return st.toggle(label, value=p.default, **shared)
    if p.low is None or p.high is None:
        raise TypeError(f"parameter {p.name} has neither choices nor a range; give param() one")
    whole = isinstance(p.default, int)
    kind = int if whole else float
    step = kind(p.step if p.step is not None else 1 if whole else (p.high - p.low) / 100)
    return st.slider(label, kind(p.low), kind(p.high), p.default, step, **shared)
