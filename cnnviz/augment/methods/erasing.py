"""Random erasing: a rectangle of random size and shape is overwritten."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random, Size, no, partly, yes
from cnnviz.params import param

FILLS = ("noise", "gray", "black")
TRIES = 10


@dataclass(frozen=True)
class Erasing:
    """Settings of random erasing; the paper's are half of the pictures, areas of 2 to 40 %, shapes of 0.3 to 3.3."""

    share: float = param(0.8, low=0.0, high=1.0, step=0.05, label="share erased", help="How many pictures lose a part.")
    area: float = param(0.3, low=0.02, high=0.6, step=0.01, label="largest part erased", help="At least 2 % is.")
    filled: str = param("noise", choices=FILLS, label="filled with", help="The paper found random values best.")


@dataclass(frozen=True)
class Erased:
    """Where the rectangle begins, its size (0×0 if none), what fills it, and the seed of the noise."""

    top: int
    left: int
    height: int
    width: int
    filled: str
    seed: int


def draw(settings: Erasing, rng: Random, size: Size) -> Erased:
    """Area uniform from 2 %, shape log-uniform from 0.3 to 3.3 against the picture's; ten tries to fit."""
    coin, seed = rng.random(), int(rng.integers(2**31))
    for _ in range(TRIES if coin < settings.share else 0):
        area, aspect = rng.uniform(0.02, settings.area), math.exp(rng.uniform(math.log(0.3), math.log(3.3)))
        top, left = rng.random(), rng.random()
        height, width = round(size[0] * math.sqrt(area * aspect)), round(size[1] * math.sqrt(area / aspect))
        if height < size[0] and width < size[1]:
            place = int(top * (size[0] - height + 1)), int(left * (size[1] - width + 1))
            return Erased(*place, height, width, settings.filled, seed)
    return Erased(0, 0, 0, 0, settings.filled, seed)


def apply(picture: Image, record: Erased) -> Image:
    """Overwrite the rectangle. Zhong et al. 2020, algorithm 1."""
    erased = picture.copy()
    part = erased[record.top : record.top + record.height, record.left : record.left + record.width]
    if record.filled == "noise":
        part[:] = np.random.default_rng(record.seed).integers(0, 256, part.shape, dtype=np.uint8)
    else:
        part[:] = 128 if record.filled == "gray" else 0
    return erased


def _words(r: Erased) -> str:
    return f"{r.width}×{r.height} px erased at ({r.left}, {r.top})" if r.height and r.width else "nothing erased"


def _code(r: Erased) -> str:
    if not (r.height and r.width):
        return ""
    value = f"torch.tensor({128 if r.filled == 'gray' else 0}, dtype=torch.uint8)"
    first = ""
    if r.filled == "noise":
        first = (
            f"noise = np.random.default_rng({r.seed}).integers(0, 256, ({r.height}, {r.width}, 3), dtype=np.uint8)\n"
        )
        value = "torch.from_numpy(noise).permute(2, 0, 1)"
    return f"{first}x = F.erase(x, {r.top}, {r.left}, {r.height}, {r.width}, {value})"


def _formula(r: Erased) -> str:
    if not (r.height and r.width):
        return "y = x"
    where = rf"{r.top} \le r < {r.top + r.height},\ {r.left} \le c < {r.left + r.width}"
    value = {"noise": r"U\{0,\dots,255\}", "gray": "128", "black": "0"}[r.filled]
    return rf"y_{{r,c}} = {value}\ \text{{for}}\ {where}"


AUGMENTATIONS.add(
    Augmentation(
        name="erasing",
        title="Random erasing",
        summary="A rectangle of random size and shape is overwritten.",
        reference="Zhong et al. 2020, https://arxiv.org/abs/1708.04896; deck D3",
        family="occlusion",
        settings=Erasing,
        draw=draw,
        apply=apply,
        words=_words,
        formula=_formula,
        code=_code,
        keeps_label={
            "digits": partly("A small part; without its tail a 9 is a 0."),
            "scenes": yes("Things stand behind other things; the rest must do."),
            "signs": partly("Leaves and stickers cover signs; not the digit that matters."),
            "faces": yes("Hands, masks and glasses cover faces."),
            "medical": no("The rectangle may cover the very finding, and the label stays “ill”."),
        },
        identity={"share": 0.0},
        tints=True,
        order=190,
    )
)
