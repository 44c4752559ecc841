"""AdaGrad: each parameter's rate shrinks by all it has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from cnnviz.optim.registry import RULES, Form, Gradient, Rule, Trail
from cnnviz.params import param


@dataclass(frozen=True)
class Adagrad:
    """Settings of AdaGrad."""

    lr: float = param(0.5, low=0.001, high=2.0, step=0.001, label="learning rate", help="How long the first step is.")
    eps: float = param(1e-10, choices=(1e-10, 1e-8, 1e-6, 1e-4, 1e-2), label="δ", help="Keeps the division finite.")


def walk(settings: Adagrad, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Duchi et al. 2011: :math:`r \leftarrow r + g^2`, and a step of :math:`\varepsilon g / (\delta + \sqrt r)`."""
    eps = settings.eps
    x, y = trail[0]
    rx = ry = 0.0
    for lr in rates:
        gx, gy = gradient(x, y)
        rx, ry = rx + gx * gx, ry + gy * gy
        x, y = x - lr * gx / (sqrt(rx) + eps), y - lr * gy / (sqrt(ry) + eps)
        trail.append((x, y, rx, ry))


def deck(settings: Adagrad, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Deck D1 as it is written: the step is added, so it climbs. The minus sign is missing there."""
    walk(settings, gradient, trail, [-lr for lr in rates])


RULES.add(
    Rule(
        name="adagrad",
        title="AdaGrad",
        summary="Each parameter's rate shrinks by all the gradients it has seen.",
        reference="Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html",
        formula=r"r \leftarrow r + g^2,\quad \theta \leftarrow \theta - \frac{\varepsilon}{\delta + \sqrt r}\, g",
        settings=Adagrad,
        walk=walk,
        state=("r_x", "r_y"),
        forms={
            "deck": Form(
                deck,
                r"r \leftarrow r + g^2,\quad \theta \leftarrow \theta + \frac{\varepsilon}{\delta + \sqrt r}\, g",
                ("r_x", "r_y"),
            )
        },
        torch="Adagrad",
        order=40,
    )
)
