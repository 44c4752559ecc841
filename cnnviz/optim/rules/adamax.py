"""AdaMax: Adam with the largest gradient instead of a mean of squares."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.optim.rules.adam import Adam


def walk(settings: Adam, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Kingma & Ba 2015, section 7.1: :math:`u \leftarrow \max(\beta_2 u, |g|)`, no root and no correction for it."""
    b1, b2, eps, n1 = settings.beta1, settings.beta2, settings.eps, 1 - settings.beta1
    x, y = trail[0]
    mx = my = ux = uy = 0.0
    p1 = 1.0
    for lr in rates:
        gx, gy = gradient(x, y)
        p1 *= b1
        mx, my = mx + n1 * (gx - mx), my + n1 * (gy - my)
        ux, uy = max(b2 * ux, abs(gx) + eps), max(b2 * uy, abs(gy) + eps)
        step = lr / (1 - p1)
        x, y = x - step * mx / ux, y - step * my / uy
        trail.append((x, y, mx, my, ux, uy))


RULES.add(
    Rule(
        name="adamax",
        title="AdaMax",
        summary="Adam with the largest recent gradient instead of a mean of squares.",
        reference="Kingma & Ba 2015, https://arxiv.org/abs/1412.6980",
        formula=r"u \leftarrow \max(\beta_2 u, |g| + \delta),\quad "
        r"\theta \leftarrow \theta - \frac{\varepsilon}{1-\beta_1^t}\,\frac{m}{u}",
        settings=Adam,
        walk=walk,
        state=("m_x", "m_y", "u_x", "u_y"),
        torch="Adamax",
        order=90,
    )
)
