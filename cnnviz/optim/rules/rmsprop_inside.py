"""A bug, or a convention that is taken for another: RMSProp with δ inside the root."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.optim.rules.rmsprop import Rmsprop


def walk(settings: Rmsprop, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Goodfellow et al. 2016, algorithm 8.5: a step of :math:`\varepsilon g / \sqrt{\delta + r}`.

    Inside the root δ weighs as its root does outside: 10⁻⁸ as 10⁻⁴.
    """
    rho, new, eps = settings.rho, 1 - settings.rho, settings.eps
    x, y = trail[0]
    rx = ry = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        rx, ry = rho * rx + new * gx * gx, rho * ry + new * gy * gy
        x, y = x - lr * gx / sqrt(rx + eps), y - lr * gy / sqrt(ry + eps)
        trail.append((x, y, rx, ry))


RULES.add(
    Rule(
        name="rmsprop-inside",
        title="RMSProp, δ inside",
        summary="δ stands inside the root: small gradients are damped, with the same δ, much earlier.",
        reference="Goodfellow et al. 2016, algorithm 8.5, https://www.deeplearningbook.org/contents/optimization.html",
        formula=r"r \leftarrow \rho r + (1-\rho) g^2,\quad "
        r"\theta \leftarrow \theta - \frac{\varepsilon}{\sqrt{\delta + r}}\, g",
        settings=Rmsprop,
        walk=walk,
        state=("r_x", "r_y"),
        bug="A δ meant for outside the root is used inside it.",
        right="rmsprop",
        order=240,
    )
)
