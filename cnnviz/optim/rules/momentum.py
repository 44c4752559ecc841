"""Momentum: the velocity remembers past gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.optim.registry import RULES, Form, Gradient, Rule, Trail
from cnnviz.params import param


@dataclass(frozen=True)
class Momentum:
    """Settings of heavy-ball momentum."""

    lr: float = param(0.02, low=0.001, high=1.0, step=0.001, label="learning rate", help="How long a step is.")
    momentum: float = param(0.9, low=0.0, high=0.999, step=0.001, help="How much of the last velocity stays.")


def walk(settings: Momentum, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Polyak 1964 as PyTorch and Distill write it: :math:`b \leftarrow \mu b + g`, and a step of ε b."""
    mu = settings.momentum
    x, y = trail[0]
    bx = by = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        bx, by = mu * bx + gx, mu * by + gy
        x, y = x - lr * bx, y - lr * by
        trail.append((x, y, bx, by))


def deck(settings: Momentum, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Deck D1: :math:`v \leftarrow \alpha v - \varepsilon g,\ \theta \leftarrow \theta + v`.

    The same path as PyTorch's while the rate is constant; when the rate falls, past gradients keep their old one.
    """
    mu = settings.momentum
    x, y = trail[0]
    vx = vy = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        vx, vy = mu * vx - lr * gx, mu * vy - lr * gy
        x, y = x + vx, y + vy
        trail.append((x, y, vx, vy))


RULES.add(
    Rule(
        name="momentum",
        title="Momentum",
        summary="The velocity remembers past gradients: faster along a ravine, past the end of it too.",
        reference="Polyak 1964, https://doi.org/10.1016/0041-5553(64)90137-5; Goh 2017, https://distill.pub/2017/momentum",
        formula=r"b \leftarrow \mu b + g,\quad \theta \leftarrow \theta - \varepsilon b",
        settings=Momentum,
        walk=walk,
        state=("b_x", "b_y"),
        forms={
            "deck": Form(
                deck, r"v \leftarrow \alpha v - \varepsilon g,\quad \theta \leftarrow \theta + v", ("v_x", "v_y")
            ),
            # Distill's letters; the rate multiplies the whole sum of gradients, as in PyTorch
            "distill": Form(walk, r"z \leftarrow \beta z + \nabla f,\quad w \leftarrow w - \alpha z", ("z_x", "z_y")),
        },
        torch="SGD",
        order=20,
    )
)
