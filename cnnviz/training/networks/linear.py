"""``linear``: one matrix from pixels to scores."""

from __future__ import annotations

from cnnviz.training.config import Config
from cnnviz.training.networks.registry import TRAINABLE, Trainable, stacked

TRAINABLE.add(
    Trainable(
        name="linear",
        title="Linear classifier",
        summary="No hidden layer: one template of pixels per class, what the networks have to beat.",
        reference="Karpathy, https://cs231n.github.io/linear-classify",
        spec=stacked,
        defaults=Config(network="linear", lr=0.003),
        stack="flatten\nfc 10",
        order=6,
    )
)
