"""AdamW: Adam whose weight decay is not divided by the root of squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.optim.rules.adam import Adam
from cnnviz.params import param


@dataclass(frozen=True)
class AdamW(Adam):
    """Settings of AdamW."""

    weight_decay: float = param(0.01, low=0.0, high=0.5, step=0.001, help="How fast the weights shrink by themselves.")


def walk(settings: AdamW, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Loshchilov & Hutter 2019: first :math:`\theta \leftarrow (1 - \varepsilon\lambda)\theta`, then Adam's step."""
    b1, b2, eps, decay = settings.beta1, settings.beta2, settings.eps, settings.weight_decay
    n1, n2 = 1 - b1, 1 - b2
    x, y = trail[0]
    mx = my = vx = vy = 0.0
    p1 = p2 = 1.0
    for lr in rates:
        gx, gy = gradient(x, y)
        p1, p2, keep = p1 * b1, p2 * b2, 1 - lr * decay
        mx, my = mx + n1 * (gx - mx), my + n1 * (gy - my)
        vx, vy = b2 * vx + n2 * gx * gx, b2 * vy + n2 * gy * gy
        step, root = lr / (1 - p1), sqrt(1 - p2)
        x, y = keep * x - step * mx / (sqrt(vx) / root + eps), keep * y - step * my / (sqrt(vy) / root + eps)
        trail.append((x, y, mx, my, vx, vy))


RULES.add(
    Rule(
        name="adamw",
        title="AdamW",
        summary="Adam with a weight decay of its own, not scaled by the gradients.",
        reference="Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101",
        formula=r"\theta \leftarrow (1 - \varepsilon \lambda)\,\theta "
        r"- \varepsilon \frac{\hat m}{\sqrt{\hat v} + \delta}",
        settings=AdamW,
        walk=walk,
        state=("m_x", "m_y", "v_x", "v_y"),
        torch="AdamW",
        order=80,
    )
)
