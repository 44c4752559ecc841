"""Vertical flip: up becomes down."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, no
from cnnviz.params import param


@dataclass(frozen=True)
class VerticalFlip:
    """Settings of the vertical flip."""

    share: float = param(0.5, low=0.0, high=1.0, step=0.05, label="share upside down", help="How many pictures are.")


@dataclass(frozen=True)
class Upturned:
    """Whether up became down."""

    flipped: bool


def draw(settings: VerticalFlip, rng: Random, _size: Size) -> Upturned:
    """Toss the coin."""
    return Upturned(bool(rng.random() < settings.share))


def apply(picture: Image, record: Upturned) -> Image:
    """Reverse the rows."""
    return (picture[::-1] if record.flipped else picture).copy()


AUGMENTATIONS.add(
    Augmentation(
        name="vertical-flip",
        title="Vertical flip",
        summary="Up becomes down.",
        reference="Deck D0, “Data augmentation”",
        family="geometry",
        settings=VerticalFlip,
        draw=draw,
        apply=apply,
        words=lambda record: "upside down" if record.flipped else "not upside down",
        formula=lambda record: r"y_{r,c} = x_{H-1-r,\,c}" if record.flipped else "y_{r,c} = x_{r,c}",
        code=lambda record: "x = F.vertical_flip(x)" if record.flipped else "",
        keeps_label={
            "digits": no("A 6 turns into a mirrored 9, a 2 into something like a 5."),
            "scenes": no("Cats, cars and skies are not upside down in the pictures that the network will see."),
            "signs": no("“Ahead” becomes “back”, and writing stands on its head."),
            "faces": no("Nobody takes passport photos upside down; the network would learn for nothing."),
            "medical": no(
                "Lungs below the belly: no patient. (A slide under a microscope has no up: there it is fine.)"
            ),
        },
        identity={"share": 0.0},
        order=20,
    )
)
