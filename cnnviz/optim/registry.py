"""The menu of update rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.registry import Registry

Gradient = Callable[[float, float], tuple[float, float]]
Trail = list[tuple[float, ...]]
# (settings, gradient, trail, rates): appends one row (x, y, state…) per learning rate; trail[0] holds the start
Walk = Callable[[Any, Gradient, Trail, Sequence[float]], None]
CONVENTIONS = ("torch", "deck")


@dataclass(frozen=True)
class Rule:
    """One update rule for two parameters.

    ``settings`` is a dataclass of parameters, the learning rate among them as ``lr``. ``walk`` follows PyTorch's form;
    ``deck`` the form that the lecture decks write, where it differs. ``state`` names what each row of a trail carries
    beside x and y. ``formula`` and ``deck_formula`` are LaTeX.

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
    deck: Walk | None = None
    deck_formula: str = ""
    torch: str = ""  # its class in torch.optim, if it has one
    torch_names: Mapping[str, str] | None = None  # our setting -> torch's argument, where the names differ
    order: int = 1000

    def walk_by(self, convention: str) -> Walk:
        """The walk in a convention: the deck's where it has its own."""
        return self.deck if convention == "deck" and self.deck is not None else self.walk


RULES: Registry[Rule] = Registry("rule", "cnnviz.optim.rules")
