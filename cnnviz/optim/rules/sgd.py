"""Gradient descent: a step against the gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.params import param


@dataclass(frozen=True)
class Sgd:
    """Settings of plain gradient descent."""

    lr: float = param(0.05, low=0.001, high=1.0, step=0.001, label="learning rate", help="How long a step is.")


def walk(_settings: Sgd, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Robbins & Monro 1951: :math:`\theta \leftarrow \theta - \varepsilon g`."""
    x, y = trail[0]
    for lr in rates:
        gx, gy = gradient(x, y)
        x, y = x - lr * gx, y - lr * gy
        trail.append((x, y))


RULES.add(
    Rule(
        name="sgd",
        title="SGD",
        summary="A step against the gradient.",
        reference="Robbins & Monro 1951, https://doi.org/10.1214/aoms/1177729586",
        formula=r"\theta \leftarrow \theta - \varepsilon g",
        settings=Sgd,
        walk=walk,
        torch="SGD",
        order=10,
    )
)
