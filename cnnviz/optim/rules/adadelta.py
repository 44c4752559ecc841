"""Adadelta: steps in the units of the parameter, without a rate to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.params import param


@dataclass(frozen=True)
class Adadelta:
    """Settings of Adadelta."""

    lr: float = param(1.0, low=0.01, high=20.0, step=0.01, label="learning rate", help="A factor; the paper has 1.")
    rho: float = param(0.9, low=0.0, high=0.999, step=0.001, label="ρ", help="How long squares are remembered.")
    eps: float = param(
        1e-6, choices=(1e-10, 1e-8, 1e-6, 1e-4, 1e-2), label="ε", help="What the first steps start from."
    )


def walk(settings: Adadelta, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Zeiler 2012: :math:`\Delta = \sqrt{(d + \epsilon)/(r + \epsilon)}\, g`; d remembers Δ² as r remembers g²."""
    rho, new, eps = settings.rho, 1 - settings.rho, settings.eps
    x, y = trail[0]
    rx = ry = dx = dy = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        rx, ry = rho * rx + new * gx * gx, rho * ry + new * gy * gy
        sx, sy = sqrt(dx + eps) / sqrt(rx + eps) * gx, sqrt(dy + eps) / sqrt(ry + eps) * gy
        dx, dy = rho * dx + new * sx * sx, rho * dy + new * sy * sy
        x, y = x - lr * sx, y - lr * sy
        trail.append((x, y, rx, ry, dx, dy))


RULES.add(
    Rule(
        name="adadelta",
        title="Adadelta",
        summary="Steps as long as recent steps were: slow to start, no rate to choose.",
        reference="Zeiler 2012, https://arxiv.org/abs/1212.5701",
        formula=r"\Delta = \sqrt{\tfrac{d + \epsilon}{r + \epsilon}}\; g,\quad "
        r"\theta \leftarrow \theta - \varepsilon \Delta,\quad d \leftarrow \rho d + (1-\rho) \Delta^2",
        settings=Adadelta,
        walk=walk,
        state=("r_x", "r_y", "d_x", "d_y"),
        torch="Adadelta",
        order=60,
    )
)
