"""Cutout: one gray square of fixed size, anywhere, even partly outside."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, no, partly, yes
from cnnviz.params import param


@dataclass(frozen=True)
class Cutout:
    """Settings of cutout; the paper's side is 16 of CIFAR-10's 32 pixels."""

    side: float = param(
        0.4, low=0.0, high=1.0, step=0.01, label="side of the square", help="Of the shorter side. The paper: 0.5."
    )
    fill: int = param(
        128, low=0, high=255, label="gray of the square", help="The paper: the data's mean, 0 after zero-centring."
    )


@dataclass(frozen=True)
class Cut:
    """The part of the square that lies in the picture, and its gray level."""

    top: int
    left: int
    height: int
    width: int
    fill: int


def draw(settings: Cutout, rng: Random, size: Size) -> Cut:
    """The middle of the square is any pixel; what lies outside is clipped, as in the authors' code."""
    side = round(settings.side * min(size))
    middles = [int(rng.random() * length) for length in size]
    starts = [max(0, middle - side // 2) for middle in middles]
    ends = [min(length, middle - side // 2 + side) for middle, length in zip(middles, size, strict=True)]
    height, width = (max(0, end - start) for start, end in zip(starts, ends, strict=True))
    return Cut(starts[0], starts[1], height, width, settings.fill)


def apply(picture: Image, record: Cut) -> Image:
    """Overwrite the square. DeVries & Taylor 2017, §3."""
    cut = picture.copy()
    cut[record.top : record.top + record.height, record.left : record.left + record.width] = record.fill
    return cut


AUGMENTATIONS.add(
    Augmentation(
        name="cutout",
        title="Cutout",
        summary="One gray square, always as large, anywhere.",
        reference="DeVries & Taylor 2017, https://arxiv.org/abs/1708.04552",
        family="occlusion",
        settings=Cutout,
        draw=draw,
        apply=apply,
        words=lambda r: (
            f"{r.width}×{r.height} px cut out at ({r.left}, {r.top})" if r.height and r.width else "nothing cut out"
        ),
        formula=lambda r: (
            rf"y_{{r,c}} = {r.fill}\ \text{{for}}\ {r.top} \le r < {r.top + r.height},\ "
            rf"{r.left} \le c < {r.left + r.width}"
        ),
        code=lambda r: (
            f"x = F.erase(x, {r.top}, {r.left}, {r.height}, {r.width}, torch.tensor({r.fill}, dtype=torch.uint8))"
        ),
        keeps_label={
            "digits": partly("A small square; a large one hides the stroke that makes the digit."),
            "scenes": yes("Made for CIFAR-10: the network must use the whole object."),
            "signs": partly("Leaves and stickers cover signs; not the digit that matters."),
            "faces": yes("Hands, masks and glasses cover faces."),
            "medical": no("The square may cover the very finding, and the label stays “ill”."),
        },
        identity={"side": 0.0},
        order=200,
    )
)
