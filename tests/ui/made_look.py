"""A look into a training, made by hand: every number of it is known."""

from __future__ import annotations

import numpy as np

from cnnviz.training.events import Histogram, LayerLook, Look, Pictures, pack

NAMES = ("cat", "dog", "car", "ship")
COUNTS = np.array([[8, 2, 0, 0], [5, 5, 0, 0], [0, 0, 10, 0], [0, 0, 0, 0]])


def layer(path: str, kind: str, **more: object) -> LayerLook:
    """A layer with eight maps of 4×4, of which the first begins 0, 1, 2 …"""
    facts: dict[str, object] = {
        "shape": (8, 4, 4),
        "parameters": 0,
        "weight_norm": 0.0,
        "gradient_norm": 0.0,
        "update_ratio": 0.0,
        "mean": 0.25,
        "std": 1.5,
        "zeros": 0.0,
        "low": 0.0,
        "high": 255.0,
        "maps": pack(np.arange(128, dtype=np.uint8).reshape(8, 4, 4), "u1"),
        "outputs": Histogram(-1.0, 3.0, (1, 5, 90, 4)),
        "weights": Histogram(0.0, 0.0, ()),
        "gradients": Histogram(0.0, 0.0, ()),
    }
    return LayerLook(path, kind, **{**facts, **more})  # type: ignore[arg-type]


def layers(ratio: float = 1e-3) -> tuple[LayerLook, ...]:
    """A convolution, a ReLU that is nearly dead, and a linear layer."""
    return (
        layer("conv", "Conv2d", parameters=224, weight_norm=2.0, gradient_norm=0.5, update_ratio=ratio,
              weights=Histogram(-1.0, 1.0, (1, 2, 1)), gradients=Histogram(-0.1, 0.1, (1, 9, 1))),
        layer("relu", "ReLU", zeros=0.97),
        layer("linear", "Linear", shape=(4,), parameters=36, maps=pack(np.zeros(0), "u1")),
    )  # fmt: skip


def pictures(labels: tuple[int, ...], probabilities: list[list[float]]) -> Pictures:
    """Pictures of 4×4, each of one gray."""
    pixels = np.repeat(np.arange(len(labels), dtype=np.uint8), 48).reshape(-1, 4, 4, 3)
    return Pictures(
        pack(pixels, "u1"), labels, pack(np.array(probabilities, dtype=float).reshape(len(labels), 4), "<f2")
    )


def made(epoch: int = 3, **more: object) -> Look:
    """A look after ``epoch``: one picture right, one wrong, one mistake."""
    facts: dict[str, object] = {
        "samples": pictures((0, 1), [[0.75, 0.125, 0.0625, 0.0625], [0.5, 0.25, 0.25, 0.0]]),
        "worst": pictures((1,), [[0.875, 0.125, 0.0, 0.0]]),
        "confusion": pack(COUNTS, "<i4"),
        "filters": pack(np.linspace(-1, 1, 8 * 27).reshape(8, 3, 3, 3), "<f2"),
        "layers": layers(),
    }
    return Look(epoch, 10 * epoch, **{**facts, **more})  # type: ignore[arg-type]
