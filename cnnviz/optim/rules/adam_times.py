"""A bug: Adam that multiplies by its bias correction, as ConvNetJS does."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.optim.rules.adam import Adam


def walk(settings: Adam, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""ConvNetJS's ``Trainer``: its first step is :math:`\varepsilon (1-\beta_1)^2 / (1-\beta_2)`, ten rates long."""
    b1, b2, eps = settings.beta1, settings.beta2, settings.eps
    n1, n2 = 1 - b1, 1 - b2
    x, y = trail[0]
    mx = my = vx = vy = 0.0
    p1 = p2 = 1.0
    for lr in rates:
        gx, gy = gradient(x, y)
        p1, p2 = p1 * b1, p2 * b2
        mx, my = mx + n1 * (gx - mx), my + n1 * (gy - my)
        vx, vy = b2 * vx + n2 * gx * gx, b2 * vy + n2 * gy * gy
        step, root = lr * (1 - p1), sqrt(1 - p2)
        x, y = x - step * mx / (sqrt(vx) * root + eps), y - step * my / (sqrt(vy) * root + eps)
        trail.append((x, y, mx, my, vx, vy))


RULES.add(
    Rule(
        name="adam-times",
        title="Adam that multiplies",
        summary="Multiplies by the bias corrections instead of dividing: the first steps are far too long.",
        reference="ConvNetJS, https://github.com/karpathy/convnetjs/pull/70",
        formula=r"\theta \leftarrow \theta - \varepsilon \frac{m\,(1-\beta_1^t)}{\sqrt{v\,(1-\beta_2^t)} + \delta}",
        settings=Adam,
        walk=walk,
        state=("m_x", "m_y", "v_x", "v_y"),
        bug="m and v are multiplied by 1 − βᵗ where they should be divided.",
        right="adam",
        order=220,
    )
)
