"""Events, looks, and states whose every number says at which step they were made."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from cnnviz.training.events import Begun, Ended, Epoch, Histogram, LayerLook, Look, Pictures, Step, pack
from cnnviz.training.state import State

CLASSES = ("ash", "beech", "birch")


def state(step: int, size: int = 6, **tensors: torch.Tensor) -> State:
    """A small state that can be told from that of any other step."""
    given = {
        "network.weight": torch.full((size, size), float(step)),
        "network.count": torch.tensor(step),
        "optimizer.weight": torch.full((size, size), step + 0.5),
        "random.0": torch.arange(5, dtype=torch.uint8),
        **tensors,
    }
    return State(given, {"step": step, "epoch": step // 10, "lr": 0.1, "nested": {"numbers": [1, 0.1, float("nan")]}})


def begun(step: int = 0) -> Begun:
    facts: dict[str, Any] = {"batch": 4, "parameters": 9, "training": 40, "validation": 9, "test": 9, "threads": 2}
    return Begun(step, step // 10, 5, 10, classes=CLASSES, device="cpu", precision="float32", **facts)


def stepped(step: int, loss: float = 1.0) -> Step:
    return Step(step, step / 10, loss, 0.5, 0.1, 100.0, float(step))


def passed(epoch: int, val_accuracy: float = 0.5) -> Epoch:
    return Epoch(epoch, 10 * epoch, 1.0, 0.5, 1.0, val_accuracy, 0.1, 100.0, float(epoch))


def ended(step: int) -> Ended:
    return Ended("stopped", step, 1.0, "", float("nan"), float("nan"))


def look(epoch: int) -> Look:
    """A small look with all its parts."""
    pixels, half = np.full((2, 4, 4, 3), epoch, np.uint8), np.full((2, 3), 0.25)
    pictures = Pictures(pack(pixels, "u1"), (0, 2), pack(half, "<f2"))
    bins = Histogram(-1.0, 1.0, (1, 2, 3))
    layer = LayerLook(
        "conv1", "conv", (4, 4, 4), 9, 1.0, 0.1, 0.01, 0.0, 1.0, 0.5, -1.0, 1.0,
        pack(np.zeros((4, 4, 4)), "u1"), bins, bins, bins,
    )  # fmt: skip
    kernels = pack(np.zeros((4, 3, 3, 3)), "<f2")
    return Look(epoch, 10 * epoch, pictures, pictures, pack(np.eye(3), "<i4"), kernels, (layer,))
