"""Lion: only the sign of the momentum counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import copysign

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.params import param


@dataclass(frozen=True)
class Lion:
    """Settings of Lion."""

    lr: float = param(0.02, low=0.001, high=0.5, step=0.001, label="learning rate", help="How long every step is.")
    beta1: float = param(0.9, low=0.0, high=0.999, step=0.001, label="β₁", help="How much of the step is memory.")
    beta2: float = param(0.99, low=0.0, high=0.999, step=0.001, label="β₂", help="How long gradients are remembered.")
    weight_decay: float = param(0.0, low=0.0, high=0.5, step=0.001, help="How fast the weights shrink by themselves.")


def walk(settings: Lion, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Chen et al. 2023: a step of :math:`\mathrm{sign}(\beta_1 m + (1-\beta_1) g) + \lambda\theta`."""
    b1, b2, decay = settings.beta1, settings.beta2, settings.weight_decay
    n1, n2 = 1 - b1, 1 - b2
    x, y = trail[0]
    mx = my = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        cx, cy = b1 * mx + n1 * gx, b1 * my + n1 * gy
        mx, my = b2 * mx + n2 * gx, b2 * my + n2 * gy
        # the sign of zero is zero
        x -= lr * ((copysign(1.0, cx) if cx else 0.0) + decay * x)
        y -= lr * ((copysign(1.0, cy) if cy else 0.0) + decay * y)
        trail.append((x, y, mx, my))


RULES.add(
    Rule(
        name="lion",
        title="Lion",
        summary="Only the sign of the momentum counts: every step is equally long in every parameter.",
        reference="Chen et al. 2023, https://arxiv.org/abs/2302.06675",
        formula=r"\theta \leftarrow \theta - \varepsilon\,\bigl(\mathrm{sign}(\beta_1 m + (1-\beta_1) g) "
        r"+ \lambda \theta\bigr),\quad m \leftarrow \beta_2 m + (1-\beta_2) g",
        settings=Lion,
        walk=walk,
        state=("m_x", "m_y"),
        order=110,
    )
)
