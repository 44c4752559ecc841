"""Adam: momentum over RMSProp, both corrected for starting at zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.params import param


@dataclass(frozen=True)
class Adam:
    """Settings of Adam."""

    lr: float = param(0.1, low=0.001, high=1.0, step=0.001, label="learning rate", help="How long a step is, at most.")
    beta1: float = param(0.9, low=0.0, high=0.999, step=0.001, label="β₁", help="How long gradients are remembered.")
    beta2: float = param(0.999, low=0.0, high=0.9999, step=0.0001, label="β₂", help="How long squares are remembered.")
    eps: float = param(1e-8, choices=(1e-10, 1e-8, 1e-6, 1e-4, 1e-2), label="δ", help="Keeps the division finite.")


def walk(settings: Adam, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Kingma & Ba 2015: :math:`\theta \leftarrow \theta - \varepsilon\, \hat m / (\sqrt{\hat v} + \delta)`.

    :math:`\hat m = m / (1 - \beta_1^t)` and :math:`\hat v = v / (1 - \beta_2^t)`: both averages start at zero.
    """
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
        step, root = lr / (1 - p1), sqrt(1 - p2)
        x, y = x - step * mx / (sqrt(vx) / root + eps), y - step * my / (sqrt(vy) / root + eps)
        trail.append((x, y, mx, my, vx, vy))


RULES.add(
    Rule(
        name="adam",
        title="Adam",
        summary="Momentum over RMSProp, both corrected for starting at zero.",
        reference="Kingma & Ba 2015, https://arxiv.org/abs/1412.6980",
        formula=r"m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad "
        r"\theta \leftarrow \theta - \varepsilon \frac{m / (1-\beta_1^t)}{\sqrt{v / (1-\beta_2^t)} + \delta}",
        settings=Adam,
        walk=walk,
        state=("m_x", "m_y", "v_x", "v_y"),
        torch="Adam",
        order=70,
    )
)
