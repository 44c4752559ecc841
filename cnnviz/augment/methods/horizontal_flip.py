"""Horizontal flip: left becomes right, for every second picture."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, no, yes
from cnnviz.params import param


@dataclass(frozen=True)
class HorizontalFlip:
    """Settings of the horizontal flip."""

    share: float = param(0.5, low=0.0, high=1.0, step=0.05, label="share mirrored", help="How many pictures are.")


@dataclass(frozen=True)
class Mirrored:
    """Whether left became right."""

    flipped: bool


def draw(settings: HorizontalFlip, rng: Random, _size: Size) -> Mirrored:
    """Toss the coin."""
    return Mirrored(bool(rng.random() < settings.share))


def apply(picture: Image, record: Mirrored) -> Image:
    """Reverse the columns. Krizhevsky et al. 2012, §4.1."""
    return (picture[:, ::-1] if record.flipped else picture).copy()


AUGMENTATIONS.add(
    Augmentation(
        name="horizontal-flip",
        title="Horizontal flip",
        summary="Left becomes right.",
        reference="Krizhevsky et al. 2012, §4.1, https://papers.nips.cc/paper/4824",
        family="geometry",
        settings=HorizontalFlip,
        draw=draw,
        apply=apply,
        words=lambda record: "mirrored" if record.flipped else "not mirrored",
        formula=lambda record: r"y_{r,c} = x_{r,\,W-1-c}" if record.flipped else "y_{r,c} = x_{r,c}",
        code=lambda record: "x = F.horizontal_flip(x)" if record.flipped else "",
        keeps_label={
            "digits": no("A mirrored 2, 3 or 7 is no digit: the network spends itself on shapes that never come."),
            "scenes": yes("A cat that looks to the left is as much a cat."),
            "signs": no("“Turn left” becomes “turn right”, and writing is mirrored."),
            "faces": yes("Faces are nearly symmetric; only the parting of the hair moves."),
            "medical": no("The heart moves to the right side: a rare finding, or a wrong one."),
        },
        identity={"share": 0.0},
        order=10,
    )
)
