"""Every rule's settings in the link, as one short text per rule; sliders for the rule that is being set up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from cnnviz.optim import RULES, settings_of
from cnnviz.params import Param, params
from cnnviz.ui import state

SELDOM = ("eps",)  # under More


def key(rule: str) -> str:
    """The name under which a rule's settings stand in the link."""
    return f"set-{rule}"


def written(rule: str, values: Mapping[str, Any]) -> str:
    """``lr=0.05 beta1=0.8``: what differs from the defaults, in the order of the settings."""
    return " ".join(
        f"{p.name}={values[p.name]:.9g}" for p in params(RULES[rule].settings) if values[p.name] != p.default
    )


def read(rule: str, text: str) -> dict[str, float] | None:
    """The settings that a text changes; None if it is not one that :func:`written` makes."""
    known = {p.name: p for p in params(RULES[rule].settings)}
    values = {}
    for part in text.split():
        found = re.fullmatch(r"(\w+)=([-+.\de]+)", part)
        if found is None or found[1] not in known:
            return None
        try:
            values[found[1]] = known[found[1]].check(float(found[2]))
        except ValueError:
            return None
    return values


def given(rule: str) -> Any:
    """The settings of ``rule``, from the link or from its sliders."""
    text = state.linked(key(rule), "", lambda text: read(rule, text) is not None)
    return settings_of(rule, read(rule, text) or {})


def change(rule: str, **values: float) -> None:
    """Set some settings of a rule, inside their ranges; in a callback."""
    known = {p.name: p for p in params(RULES[rule].settings)}
    inside = {
        name: min(max(value, known[name].low or 0.0), known[name].high or value) for name, value in values.items()
    }
    now = asdict(settings_of(rule, read(rule, str(state.get(key(rule), ""))) or {}))
    state.put(key(rule), written(rule, now | inside))


def sliders(rule: str, *, seldom: bool = False) -> None:
    """The controls of one rule's settings: those under More with ``seldom``, else all others."""
    now = given(rule)
    for p in params(RULES[rule].settings):
        if (p.name in SELDOM) == seldom:
            _slider(rule, p, getattr(now, p.name))


def _slider(rule: str, p: Param, value: Any) -> None:
    """One control; not bound to the link, since the settings of rules that have no sliders now stand there too."""
    own = f"now-{rule}-{p.name}"
    state.put(own, value)
    label = p.label[:1].upper() + p.label[1:] if p.label.isascii() else p.label  # a capital β is a B
    shared: dict[str, Any] = {"key": own, "help": p.help, "on_change": _keep, "args": (rule, p.name)}
    if p.choices:
        st.selectbox(label, p.choices, format_func=lambda v: f"{v:g}", **shared)
    else:
        low, high, step = (float(v) for v in (p.low or 0.0, p.high or 1.0, p.step or 0.001))
        st.slider(label, low, high, step=step, format="%.4g", **shared)


def _keep(rule: str, name: str) -> None:
    change(rule, **{name: float(state.get(f"now-{rule}-{name}"))})
