"""Colour cast: something is added to the red, green or blue channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, signed, yes
from cnnviz.params import param

CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True)
class ColourCast:
    """Settings of the colour cast; Wu et al. toss a coin per channel and add up to 20 levels either way."""

    amount: int = param(60, low=0, high=150, label="by up to, gray levels", help="Of 255. Wu et al. use 20.")
    channel: str = param(
        "any", choices=("any", *CHANNELS), label="which channel", help="Any: a coin per channel, brighter or darker."
    )


@dataclass(frozen=True)
class Cast:
    """What is added to red, green and blue."""

    red: int
    green: int
    blue: int


def draw(settings: ColourCast, rng: Random, _size: Size) -> Cast:
    """A coin and an amount per channel; or only more of one channel, at least half the limit."""
    chosen, amounts = rng.random(3) < 0.5, rng.uniform(-1.0, 1.0, 3)
    if settings.channel != "any":
        chosen = np.array([name == settings.channel for name in CHANNELS])
        amounts = 0.5 + np.abs(amounts) / 2
    levels = np.rint(settings.amount * amounts * chosen).astype(int).tolist()
    return Cast(*levels)


def apply(picture: Image, record: Cast) -> Image:
    """Add and keep within 0…255."""
    levels = np.array([record.red, record.green, record.blue], dtype=np.int16)
    return np.asarray(np.clip(picture + levels, 0, 255), dtype=np.uint8)


def _words(record: Cast) -> str:
    parts = [f"{name} {signed(getattr(record, name))}" for name in CHANNELS if getattr(record, name)]
    return ", ".join(parts) or "no channel changed"


AUGMENTATIONS.add(
    Augmentation(
        name="colour-cast",
        title="Colour cast",
        summary="Something is added to red, green or blue, as light of another colour does.",
        reference="Wu et al. 2015, §3.2, https://arxiv.org/abs/1501.02876; deck D0",
        family="colour",
        settings=ColourCast,
        draw=draw,
        apply=apply,
        words=_words,
        formula=lambda r: rf"y = \min(255, \max(0,\ x + ({r.red}, {r.green}, {r.blue})))",
        code=lambda r: (
            f"x = (x.int() + torch.tensor([{r.red}, {r.green}, {r.blue}])[:, None, None]).clamp(0, 255).to(torch.uint8)"
        ),
        keeps_label={
            "digits": yes("A digit has no colour; in gray pictures all channels move alike."),
            "scenes": yes("Morning light, lamp light: the same scene."),
            "signs": partly("A little, as in the evening; colour tells a prohibition from an order."),
            "faces": partly("A little is other light; too much and it is nobody's skin."),
            "medical": partly("X-rays have no colour; stained slides do, and there it is worth a lot."),
        },
        identity={"amount": 0},
        tints=True,
        order=130,
    )
)
