"""The menu of update rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnviz.registry import Registry

Gradient = Callable[[float, float], tuple[float, float]]
Trail = list[tuple[float, ...]]
# (settings, gradient, trail, rates): appends one row (x, y, state…) per learning rate; trail[0] holds the start
Walk = Callable[[Any, Gradient, Trail, Sequence[float]], None]
CONVENTIONS = ("torch", "deck", "distill")


@dataclass(frozen=True)
class Form:
    """A rule as another text writes it: its walk, its LaTeX, and what its rows carry beside x and y."""

    walk: Walk
    formula: str
    state: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One update rule for two parameters.

    ``settings`` is a dataclass of parameters, the learning rate among them as ``lr``. ``walk`` follows PyTorch's form;
    ``forms`` holds those of the lecture decks and of Distill where they differ. ``state`` names what each row of a
    trail carries beside x and y; ``formula`` is LaTeX. A rule with a ``bug`` is wrong on purpose: the sentence says
    how.

    A walk is one flat loop over floats: with a function call per parameter it would take three times as long.
    """

    name: str
    title: str
    summary: str
    reference: str
    formula: str
    settings: type
    walk: Walk
    state: tuple[str, ...] = ()
    forms: Mapping[str, Form] = field(default_factory=dict)
    bug: str = ""
    right: str = ""  # the rule that a buggy one should have been
    torch: str = ""  # its class in torch.optim, if it has one
    torch_names: Mapping[str, str] | None = None  # our setting -> torch's argument, where the names differ
    torch_options: Mapping[str, bool] = field(default_factory=dict)  # what else torch has to be told
    order: int = 1000

    def form(self, convention: str) -> Form:
        """The rule as ``convention`` writes it; PyTorch's where that has no form of its own."""
        return self.forms.get(convention) or Form(self.walk, self.formula, self.state)


RULES: Registry[Rule] = Registry("rule", "cnnviz.optim.rules")
