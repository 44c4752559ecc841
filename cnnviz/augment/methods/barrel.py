"""Barrel distortion: straight lines bulge outwards, as through a wide lens."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, yes
from cnnviz.augment.warping import bend
from cnnviz.params import param


@dataclass(frozen=True)
class Barrel:
    """Settings of the barrel distortion."""

    strength: float = param(0.6, low=0.0, high=1.5, step=0.01, label="bulge by up to", help="k of the lens formula.")


@dataclass(frozen=True)
class Bulged:
    """The coefficient k ≥ 0 of the lens."""

    k: float


def draw(settings: Barrel, rng: Random, _size: Size) -> Bulged:
    """Uniform between nothing and the limit."""
    return Bulged(round(rng.uniform(0, settings.strength), 3))


def apply(picture: Image, record: Bulged) -> Image:
    """Bend with a positive coefficient."""
    return bend(picture, record.k)


def lens_code(k: float) -> str:
    """PyTorch lines that bend ``x`` by ``k``; torchvision has no function for lenses."""
    return f"""height, width = x.shape[-2:]
v, u = torch.meshgrid(torch.arange(height) + 0.5 - height / 2, torch.arange(width) + 0.5 - width / 2, indexing="ij")
factor = (1 + {k} * (u**2 + v**2) / ((width / 2) ** 2 + (height / 2) ** 2)) / {1 + max(k, 0.0):g}
grid = torch.stack([2 * u * factor / width, 2 * v * factor / height], dim=-1)[None]
x = torch.nn.functional.grid_sample(x[None].float(), grid, padding_mode="border", align_corners=False)[0]
x = x.round().to(torch.uint8)"""


AUGMENTATIONS.add(
    Augmentation(
        name="barrel",
        title="Barrel distortion",
        summary="Straight lines bulge outwards, as through a wide lens.",
        reference="Deck D0; Wu et al. 2015, Fig. 4, https://arxiv.org/abs/1501.02876; Brown 1966",
        family="geometry",
        settings=Barrel,
        draw=draw,
        apply=apply,
        words=lambda record: f"bulged, k = {record.k:.2f}",
        formula=lambda r: (
            rf"r_{{in}} = r\,\frac{{1 + {r.k:g}\,r^2}}{{{1 + r.k:g}}},\quad r = 1\ \text{{in the corners}}"
        ),
        code=lambda record: lens_code(record.k),
        keeps_label={
            "digits": yes("Strokes bend as pens do."),
            "scenes": yes("Another lens."),
            "signs": yes("Cameras in cars have wide lenses; little else is so true to life."),
            "faces": partly("A little is another lens; a lot is a face in a spoon."),
            "medical": partly("Shape is evidence: keep it within what the apparatus does."),
        },
        identity={"strength": 0.0},
        order=90,
    )
)
