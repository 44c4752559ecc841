"""RMSProp: AdaGrad that forgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.params import param


@dataclass(frozen=True)
class Rmsprop:
    """Settings of RMSProp."""

    lr: float = param(0.02, low=0.001, high=0.5, step=0.001, label="learning rate", help="How long a step is.")
    rho: float = param(0.99, low=0.0, high=0.9999, step=0.0001, label="ρ", help="How long squares are remembered.")
    eps: float = param(1e-8, choices=(1e-10, 1e-8, 1e-6, 1e-4, 1e-2), label="δ", help="Keeps the division finite.")


def walk(settings: Rmsprop, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Hinton 2012: :math:`r \leftarrow \rho r + (1-\rho) g^2`, a step of :math:`\varepsilon g / (\delta + \sqrt r)`.

    δ stands outside the root, as in PyTorch and on D1's slide; Goodfellow's book has it inside.
    """
    rho, new, eps = settings.rho, 1 - settings.rho, settings.eps
    x, y = trail[0]
    rx = ry = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        rx, ry = rho * rx + new * gx * gx, rho * ry + new * gy * gy
        x, y = x - lr * gx / (sqrt(rx) + eps), y - lr * gy / (sqrt(ry) + eps)
        trail.append((x, y, rx, ry))


RULES.add(
    Rule(
        name="rmsprop",
        title="RMSProp",
        summary="AdaGrad that forgets: a running mean of squares instead of their sum.",
        reference="Hinton 2012, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
        formula=r"r \leftarrow \rho r + (1-\rho) g^2,\quad "
        r"\theta \leftarrow \theta - \frac{\varepsilon}{\delta + \sqrt r}\, g",
        settings=Rmsprop,
        walk=walk,
        state=("r_x", "r_y"),
        torch="RMSprop",
        torch_names={"rho": "alpha"},
        order=50,
    )
)
