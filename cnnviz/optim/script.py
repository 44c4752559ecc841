"""The update rules as JavaScript, made of the Python functions themselves: a new rule is drawn without writing any."""

from __future__ import annotations

import json
from functools import cache

from cnnviz.landscapes.javascript import Script
from cnnviz.optim.registry import CONVENTIONS, RULES, Rule


@cache
def rules_script() -> str:
    """``const RULES = {adam: {walk, deck: null, distill: null, state: ["m_x", …]}, …};``.

    A walk is ``(settings, gradient, trail, rates) => {…}`` as :data:`~cnnviz.optim.registry.Walk`, and pushes one array
    per rate. Raises :class:`~cnnviz.landscapes.expressions.CannotTranslate` outside the subset. About 30 ms, once.
    """
    items = ",\n".join(f"{json.dumps(name)}: {rule_script(RULES[name])}" for name in RULES)
    return f"const RULES = {{\n{items}\n}};\n"


def rule_script(rule: Rule) -> str:
    """One rule: its walk in each convention, null where it has none of its own, and the names of its state."""
    script = Script()
    walks = {"walk": script.add(rule.walk)}
    for name in CONVENTIONS[1:]:
        walks[name] = script.add(rule.forms[name].walk) if name in rule.forms else "null"
    fields = ", ".join(f"{name}: {walk}" for name, walk in walks.items())
    lines = "\n".join(script.lines)
    return f"(() => {{\n{lines}\nreturn {{{fields}, state: {json.dumps(rule.state)}}};\n}})()"
