"""A bug: weight decay as a term of the loss, inside Adam."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.optim.rules.adamw import AdamW


def walk(settings: AdamW, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""The decay joins the gradient, :math:`g + \lambda\theta`, and is divided by :math:`\sqrt{\hat v}` with it."""
    b1, b2, eps = settings.beta1, settings.beta2, settings.eps
    n1, n2, decay = 1 - b1, 1 - b2, settings.weight_decay
    x, y = trail[0]
    mx = my = vx = vy = 0.0
    p1 = p2 = 1.0
    for lr in rates:
        gx, gy = gradient(x, y)
        gx, gy = gx + decay * x, gy + decay * y
        p1, p2 = p1 * b1, p2 * b2
        mx, my = mx + n1 * (gx - mx), my + n1 * (gy - my)
        vx, vy = b2 * vx + n2 * gx * gx, b2 * vy + n2 * gy * gy
        step, root = lr / (1 - p1), sqrt(1 - p2)
        x, y = x - step * mx / (sqrt(vx) / root + eps), y - step * my / (sqrt(vy) / root + eps)
        trail.append((x, y, mx, my, vx, vy))


RULES.add(
    Rule(
        name="adam-l2",
        title="Adam with L2",
        summary="The decay is divided by the root of squares: parameters with large gradients hardly shrink.",
        reference="Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101",
        formula=r"g \leftarrow g + \lambda\theta,\quad "
        r"\theta \leftarrow \theta - \varepsilon \frac{\hat m}{\sqrt{\hat v} + \delta}",
        settings=AdamW,
        walk=walk,
        state=("m_x", "m_y", "v_x", "v_y"),
        bug="The decay is a term of the loss, so Adam scales it as it scales gradients.",
        right="adamw",
        torch="Adam",
        order=250,
    )
)
