"""Augmentations: random numbers drawn first, applied second; alone, composed, and for a batch."""

from cnnviz.augment.composing import BadAugmentation, Drawn, Step, batch, compose, replay, step
from cnnviz.augment.registry import AUGMENTATIONS, KINDS, Augmentation, Verdict

__all__ = [
    "AUGMENTATIONS",
    "KINDS",
    "Augmentation",
    "BadAugmentation",
    "Drawn",
    "Step",
    "Verdict",
    "batch",
    "compose",
    "replay",
    "step",
]
