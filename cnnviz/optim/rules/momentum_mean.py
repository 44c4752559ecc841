"""A convention taken for another: momentum as a running mean of gradients instead of their sum."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.optim.rules.momentum import Momentum


def walk(settings: Momentum, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Momentum as Adam has it: :math:`m \leftarrow \mu m + (1-\mu) g`, and a step of ε m.

    The path of :math:`b \leftarrow \mu b + g` at a rate of :math:`(1-\mu)\varepsilon`.
    """
    mu, new = settings.momentum, 1 - settings.momentum
    x, y = trail[0]
    mx = my = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        mx, my = mu * mx + new * gx, mu * my + new * gy
        x, y = x - lr * mx, y - lr * my
        trail.append((x, y, mx, my))


RULES.add(
    Rule(
        name="momentum-mean",
        title="Momentum as a mean",
        summary="A mean of gradients where a sum was meant: the same path at a rate 1 − μ times as large.",
        reference="Goh 2017, https://distill.pub/2017/momentum",
        formula=r"m \leftarrow \mu m + (1-\mu)\, g,\quad \theta \leftarrow \theta - \varepsilon m",
        settings=Momentum,
        walk=walk,
        state=("m_x", "m_y"),
        bug="A rate tuned for the sum of gradients is used with their mean.",
        right="momentum",
        order=260,
    )
)
