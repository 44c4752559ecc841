"""Eight rules of 500 steps each on the quadratic: our walks against a loop of torch.optim, and against the budget."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from bench.measure import interleaved, report
from cnnviz.landscapes import LANDSCAPES, Landscape
from cnnviz.optim import RULES, trajectory

STEPS = 500
PEERS: dict[str, Callable[[list[torch.Tensor], float], torch.optim.Optimizer]] = {
    "sgd": lambda p, lr: torch.optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
    "nesterov": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True),
    "adagrad": lambda p, lr: torch.optim.Adagrad(p, lr=lr),
    "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr=lr),
    "adadelta": lambda p, lr: torch.optim.Adadelta(p, lr=lr),
    "adam": lambda p, lr: torch.optim.Adam(p, lr=lr),
    "adamw": lambda p, lr: torch.optim.AdamW(p, lr=lr),
}


def by_torch(rule: str, surface: Landscape) -> list[tuple[float, ...]]:
    """The path by the loop that every tutorial shows: loss, backward, step."""
    theta = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    optimizer = PEERS[rule]([theta], RULES[rule].settings().lr)
    path = [surface.start]
    for _ in range(STEPS):
        optimizer.zero_grad()
        torch.as_tensor(surface.value(theta[0], theta[1])).backward()
        optimizer.step()
        path.append(tuple(theta.tolist()))
    return path


def run() -> None:
    """One line."""
    torch.set_num_threads(1)
    surface = LANDSCAPES["quadratic"]
    found: dict[str, list[tuple[float, ...]]] = {}

    def ours() -> None:
        for rule in PEERS:
            found[rule] = list(trajectory(rule, surface, steps=STEPS).path)

    def theirs() -> None:
        for rule in PEERS:
            found[f"{rule} torch"] = by_torch(rule, surface)

    times = interleaved({"ours": ours, "torch.optim": theirs})
    worst = max(float(np.abs(np.subtract(found[rule], found[f"{rule} torch"])).max()) for rule in PEERS)
    report("8 rules x 500 steps", times, agreement=f"largest difference {worst:.1e}")
