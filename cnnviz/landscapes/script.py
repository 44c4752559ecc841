"""The landscapes as JavaScript, made of the Python functions themselves: a path is walked where it is drawn."""

from __future__ import annotations

import json
from functools import cache

from cnnviz.landscapes.javascript import Script
from cnnviz.landscapes.registry import LANDSCAPES, Landscape


@cache
def landscapes_script() -> str:
    """``const LANDSCAPES = {quadratic: (parameters) => ({value: (x, y) => …, gradient: (x, y) => [gx, gy]}), …};``.

    Raises :class:`~cnnviz.landscapes.expressions.CannotTranslate` outside the subset. About 20 ms, once.
    """
    items = ",\n".join(f"{json.dumps(name)}: {landscape_script(LANDSCAPES[name])}" for name in LANDSCAPES)
    return f"const LANDSCAPES = {{\n{items}\n}};\n"


def landscape_script(surface: Landscape) -> str:
    """One landscape: a function of its parameters."""
    script = Script(frozenset(surface.parameters))
    value, gradient = script.add(surface.value), script.add(surface.gradient)
    parameters = [f"const {name} = parameters.{name};" for name in surface.parameters]
    lines = "\n".join([*parameters, *script.lines])
    return f"(parameters) => {{\n{lines}\nreturn {{value: {value}, gradient: {gradient}}};\n}}"
