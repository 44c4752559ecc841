"""Random crop: a border is added, and a window of the old size is cut out somewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, partly, signed, yes
from cnnviz.params import param

BORDERS = ("black", "mirror")


@dataclass(frozen=True)
class RandomCrop:
    """Settings of the random crop with padding."""

    border: float = param(
        12.5, low=0.0, high=40.0, step=0.5, label="border, % of the side", help="12.5 % is 4 of CIFAR-10's 32 pixels."
    )
    filled: str = param(
        "black", choices=BORDERS, label="border filled with", help="Black, or the picture mirrored at its edge."
    )


@dataclass(frozen=True)
class Cropped:
    """The border in pixels (rows, columns), where in the padded picture the window begins, and the border's filling."""

    border: tuple[int, int]
    top: int
    left: int
    filled: str


def draw(settings: RandomCrop, rng: Random, size: Size) -> Cropped:
    """The border from the sides, and one of the 2·border + 1 places along each side."""
    rows, columns = (round(side * settings.border / 100) for side in size)
    top, left = (int(rng.random() * (2 * border + 1)) for border in (rows, columns))
    return Cropped((rows, columns), top, left, settings.filled)


def apply(picture: Image, record: Cropped) -> Image:
    """Pad and cut. He et al. 2016, §4.2: 4 pixels of zeros around 32×32."""
    import cv2

    rows, columns = record.border
    kind = cv2.BORDER_REFLECT_101 if record.filled == "mirror" else cv2.BORDER_CONSTANT
    padded = cv2.copyMakeBorder(picture, rows, rows, columns, columns, kind)
    height, width = picture.shape[:2]
    window = padded[record.top : record.top + height, record.left : record.left + width]
    return np.ascontiguousarray(window, dtype=np.uint8)


def _words(record: Cropped) -> str:
    right, down = record.border[1] - record.left, record.border[0] - record.top
    return f"content moved by {signed(right)}, {signed(down)} px" if right or down else "window in the middle"


def _code(record: Cropped) -> str:
    rows, columns = record.border
    mode = ', padding_mode="reflect"' if record.filled == "mirror" else ""
    window = f"{record.top}, {record.left}, height, width"
    return f"height, width = x.shape[-2:]\nx = F.crop(F.pad(x, [{columns}, {rows}, {columns}, {rows}]{mode}), {window})"


AUGMENTATIONS.add(
    Augmentation(
        name="random-crop",
        title="Random crop",
        summary="A border is added, and a window of the old size is cut out somewhere.",
        reference="He et al. 2016, §4.2, https://arxiv.org/abs/1512.03385",
        family="geometry",
        settings=RandomCrop,
        draw=draw,
        apply=apply,
        words=_words,
        formula=lambda r: (
            rf"y_{{r,c}} = \tilde x_{{r+{r.top},\,c+{r.left}}},\quad \tilde x = x\ \text{{with a border of }}"
            rf"{r.border[0]}\times{r.border[1]}"
        ),
        code=_code,
        keeps_label={
            "digits": yes("A digit a few pixels off is the same digit; too large a border cuts strokes away."),
            "scenes": yes("The standard for CIFAR-10: 4 pixels on every side."),
            "signs": yes("The sign is still there; the detector's box is never exact either."),
            "faces": yes("The face is still there, as if the detector had been a little off."),
            "medical": partly("Fine unless the finding is at the rim and gets cut off."),
        },
        identity={"border": 0.0},
        order=30,
    )
)
