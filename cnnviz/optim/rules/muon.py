"""Muon, seen on two parameters: the momentum's direction, at unit length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.params import param


@dataclass(frozen=True)
class Muon:
    """Settings of Muon."""

    lr: float = param(0.05, low=0.001, high=0.5, step=0.001, label="learning rate", help="How long every step is.")
    momentum: float = param(0.95, low=0.0, high=0.999, step=0.001, help="How much of the last momentum stays.")


def walk(settings: Muon, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Jordan et al. 2024: a weight matrix moves by :math:`U V^\top` of its momentum :math:`U \Sigma V^\top`.

    Two parameters are a matrix of one column, for which that is the vector divided by its length. The momentum is
    a running mean, as in PyTorch: :math:`b \leftarrow \mu b + (1-\mu) g`.
    """
    mu, new = settings.momentum, 1 - settings.momentum
    x, y = trail[0]
    bx = by = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        bx, by = mu * bx + new * gx, mu * by + new * gy
        ux, uy = new * gx + mu * bx, new * gy + mu * by
        length = sqrt(ux * ux + uy * uy) or 1.0
        x, y = x - lr * ux / length, y - lr * uy / length
        trail.append((x, y, bx, by))


RULES.add(
    Rule(
        name="muon",
        title="Muon",
        summary="The momentum's direction at unit length: what orthogonalizing does to a matrix of one column.",
        reference="Jordan et al. 2024, https://kellerjordan.github.io/posts/muon",
        formula=r"b \leftarrow \mu b + (1-\mu) g,\quad u = (1-\mu) g + \mu b,\quad "
        r"\theta \leftarrow \theta - \varepsilon \frac{u}{\lVert u \rVert}",
        settings=Muon,
        walk=walk,
        state=("b_x", "b_y"),
        order=120,
    )
)
