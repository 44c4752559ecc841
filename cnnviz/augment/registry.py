"""The menu of augmentations, and what every item of it says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.registry import Registry

Image = NDArray[np.uint8]
Random = np.random.Generator
Size = tuple[int, int]  # rows, columns
# the data whose labels an augmentation may change
KINDS = {
    "digits": "handwritten digits",
    "scenes": "CIFAR-10 and other scenes",
    "signs": "street signs",
    "faces": "faces",
    "medical": "chest X-rays",
}
FAMILIES = ("geometry", "colour", "occlusion")


@dataclass(frozen=True)
class Verdict:
    """Whether a label survives: ``answer`` is yes, partly (up to a point) or no; ``reason`` is one sentence."""

    answer: str
    reason: str


@dataclass(frozen=True)
class Augmentation:
    """One random change of a picture, in two halves: the numbers are drawn first, and applied second.

    ``settings`` is a dataclass of parameters. ``draw(settings, rng, size)`` returns a frozen record of the drawn
    numbers, and ``apply(picture, record)`` a new picture uint8 ``(H, W, 3)`` of its size: same record, same pixels.
    ``words``, ``formula`` (LaTeX) and ``code`` (torchvision lines on ``x`` uint8 ``(3, H, W)``) tell a record.

    Draws are fractions of the picture's sides before they become pixels, so a seed does the same to a thumbnail.
    ``identity`` are the settings that change nothing; ``tints`` says that a gray picture may get colours.
    """

    name: str
    title: str
    summary: str
    reference: str
    family: str
    settings: type
    draw: Callable[[Any, Random, Size], Any]
    apply: Callable[[Image, Any], Image]
    words: Callable[[Any], str]
    formula: Callable[[Any], str]
    code: Callable[[Any], str]
    keeps_label: Mapping[str, Verdict]
    identity: Mapping[str, Any]
    tints: bool = False
    order: int = 1000


AUGMENTATIONS: Registry[Augmentation] = Registry("augmentation", "cnnviz.augment.methods")


def yes(reason: str) -> Verdict:
    """The label stays."""
    return Verdict("yes", reason)


def partly(reason: str) -> Verdict:
    """The label stays up to a point."""
    return Verdict("partly", reason)


def no(reason: str) -> Verdict:
    """The label changes, or the picture is of nothing any more."""
    return Verdict("no", reason)


def signed(value: float, digits: int = 0) -> str:
    """``+3``, ``−12.3``: with its sign, as printed."""
    return f"{value:+.{digits}f}".replace("-", "−")
