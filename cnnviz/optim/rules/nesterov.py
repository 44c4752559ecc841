"""Nesterov's momentum: look ahead, then correct."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.optim.registry import RULES, Form, Gradient, Rule, Trail
from cnnviz.optim.rules.momentum import Momentum


def walk(settings: Momentum, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""PyTorch's form: :math:`b \leftarrow \mu b + g,\ \theta \leftarrow \theta - \varepsilon (g + \mu b)`.

    It walks through the points at which the form of Sutskever et al. 2013 asks for its gradients.
    """
    mu = settings.momentum
    x, y = trail[0]
    bx = by = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        bx, by = mu * bx + gx, mu * by + gy
        x, y = x - lr * (gx + mu * bx), y - lr * (gy + mu * by)
        trail.append((x, y, bx, by))


def deck(settings: Momentum, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Sutskever et al. 2013: the gradient is taken where the velocity leads, at :math:`\theta + \alpha v`."""
    mu = settings.momentum
    x, y = trail[0]
    vx = vy = 0.0
    for lr in rates:
        gx, gy = gradient(x + mu * vx, y + mu * vy)
        vx, vy = mu * vx - lr * gx, mu * vy - lr * gy
        x, y = x + vx, y + vy
        trail.append((x, y, vx, vy))


RULES.add(
    Rule(
        name="nesterov",
        title="Nesterov",
        summary="Looks where the velocity leads before it corrects: less overshoot than momentum.",
        reference="Nesterov 1983; Sutskever et al. 2013, https://proceedings.mlr.press/v28/sutskever13.html",
        formula=r"b \leftarrow \mu b + g,\quad \theta \leftarrow \theta - \varepsilon (g + \mu b)",
        settings=Momentum,
        walk=walk,
        state=("b_x", "b_y"),
        forms={
            "deck": Form(
                deck,
                r"v \leftarrow \alpha v - \varepsilon\, g(\theta + \alpha v),\quad \theta \leftarrow \theta + v",
                ("v_x", "v_y"),
            )
        },
        torch="SGD",
        torch_options={"nesterov": True},
        order=30,
    )
)
