"""A bug: Adam without its bias correction."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.optim.rules.adam import Adam


def walk(settings: Adam, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""The averages start at zero: the first step is :math:`\varepsilon (1-\beta_1) / \sqrt{1-\beta_2}` long."""
    b1, b2, eps = settings.beta1, settings.beta2, settings.eps
    n1, n2 = 1 - b1, 1 - b2
    x, y = trail[0]
    mx = my = vx = vy = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        mx, my = mx + n1 * (gx - mx), my + n1 * (gy - my)
        vx, vy = b2 * vx + n2 * gx * gx, b2 * vy + n2 * gy * gy
        x, y = x - lr * mx / (sqrt(vx) + eps), y - lr * my / (sqrt(vy) + eps)
        trail.append((x, y, mx, my, vx, vy))


RULES.add(
    Rule(
        name="adam-uncorrected",
        title="Adam, uncorrected",
        summary="No bias correction: v starts at zero and lags behind m, so the first steps are too long.",
        reference="Kingma & Ba 2015, section 3, https://arxiv.org/abs/1412.6980",
        formula=r"\theta \leftarrow \theta - \varepsilon \frac{m}{\sqrt{v} + \delta}",
        settings=Adam,
        walk=walk,
        state=("m_x", "m_y", "v_x", "v_y"),
        bug="m and v are used as they are, though both started at zero.",
        right="adam",
        order=230,
    )
)
