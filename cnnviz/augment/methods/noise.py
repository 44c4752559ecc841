"""Noise: every number of the picture is off by a little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, yes
from cnnviz.params import param


@dataclass(frozen=True)
class Noise:
    """Settings of the noise."""

    level: float = param(
        25.0, low=0.0, high=100.0, step=0.5, label="noise of up to, gray levels", help="Its standard deviation, of 255."
    )


@dataclass(frozen=True)
class Noised:
    """The noise's standard deviation in gray levels, and the seed of its numbers."""

    sigma: float
    seed: int


def draw(settings: Noise, rng: Random, _size: Size) -> Noised:
    """The deviation, uniform up to the limit, and a seed: so the record is short and the noise the same."""
    return Noised(round(rng.uniform(0, settings.level), 1), int(rng.integers(2**31)))


def apply(picture: Image, record: Noised) -> Image:
    """Add independent Gaussian numbers and keep within 0…255."""
    drawn = np.random.default_rng(record.seed).standard_normal(picture.shape, dtype=np.float32)
    return np.asarray(np.rint(np.clip(picture + np.float32(record.sigma) * drawn, 0, 255)), dtype=np.uint8)


def _code(record: Noised) -> str:
    return f"""noise = np.random.default_rng({record.seed}).standard_normal((*x.shape[1:], 3), dtype=np.float32)
x = (x + {record.sigma} * torch.from_numpy(noise).permute(2, 0, 1)).clamp(0, 255).round().to(torch.uint8)"""


AUGMENTATIONS.add(
    Augmentation(
        name="noise",
        title="Noise",
        summary="Every number is off by a little, as in the dark.",
        reference="Bishop 1995, https://doi.org/10.1162/neco.1995.7.1.108",
        family="colour",
        settings=Noise,
        draw=draw,
        apply=apply,
        words=lambda record: f"noise, σ = {record.sigma:.0f} levels",
        formula=lambda r: rf"y = x + {r.sigma:g}\,\varepsilon,\quad \varepsilon \sim \mathcal N(0, 1)",
        code=_code,
        keeps_label={
            "digits": yes("A poor scan of the same digit."),
            "scenes": yes("A photo in the dark."),
            "signs": yes("A camera at night."),
            "faces": yes("A camera at night, while the face can be recognised."),
            "medical": partly("As much as a lower dose gives; more hides the finding."),
        },
        identity={"level": 0.0},
        tints=True,
        order=180,
    )
)
