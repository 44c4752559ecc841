"""The same numbers given to torchvision: equal, or one level off where a half is rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
import torchvision.transforms.v2.functional as F

from cnnviz.augment import AUGMENTATIONS, compose, step
from cnnviz.data.images import thumbnail
from cnnviz.data.samples import sample
from tests.promises import quick_and_full

PICTURES = [
    thumbnail(sample("shapes"), 120)[:90],
    thumbnail(sample("gabor"), 64)[:, :50],
    thumbnail(sample("edges"), 65),
]
COLOURS = np.random.default_rng(1).integers(0, 256, (48, 60, 3), dtype=np.uint8)
FEW = 6  # draws
BILINEAR = F.InterpolationMode.BILINEAR


def tensor(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture.copy()).permute(2, 0, 1)


def back(x: torch.Tensor) -> np.ndarray:
    return x.permute(1, 2, 0).numpy()


def crop(x: torch.Tensor, r: Any) -> torch.Tensor:
    mode = "reflect" if r.filled == "mirror" else "constant"
    (rows, columns), (height, width) = r.border, x.shape[1:]
    return F.crop(F.pad(x, [columns, rows, columns, rows], padding_mode=mode), r.top, r.left, height, width)


def jitter(x: torch.Tensor, r: Any) -> torch.Tensor:
    x = F.adjust_saturation(F.adjust_contrast(F.adjust_brightness(x, r.brightness), r.contrast), r.saturation)
    return F.adjust_hue(x, r.hue / 360)


def perspective(x: torch.Tensor, r: Any) -> torch.Tensor:
    height, width = r.size
    corners = [[0, 0], [width, 0], [width, height], [0, height]]
    return F.perspective(x, corners, [list(point) for point in r.corners])


def stretch(axis: int) -> Any:
    def stretched(x: torch.Tensor, r: Any) -> torch.Tensor:
        height, width = x.shape[1:]
        start = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float)
        end = start.copy()
        middle = (width, height)[axis] / 2
        end[:, axis] = middle + (end[:, axis] - middle) * r.factor
        return F.perspective(x, start.tolist(), end.tolist())

    return stretched


def erase(x: torch.Tensor, r: Any) -> torch.Tensor:
    value = 0 if r.filled == "black" else 128
    return F.erase(x, r.top, r.left, r.height, r.width, torch.tensor(value, dtype=torch.uint8))


# name: what torchvision does with the record, our settings, levels that may differ, share of pixels that may differ
CASES: dict[str, tuple[Any, dict[str, Any], int, float]] = {
    "horizontal-flip": (lambda x, r: F.horizontal_flip(x) if r.flipped else x, {}, 0, 0),
    "vertical-flip": (lambda x, r: F.vertical_flip(x) if r.flipped else x, {}, 0, 0),
    "random-crop": (crop, {"filled": "mirror"}, 0, 0),
    "resized-crop": (lambda x, r: F.resized_crop(x, r.top, r.left, r.height, r.width, list(r.size)), {}, 1, 0.6),
    "rotation": (lambda x, r: F.rotate(x, r.degrees, BILINEAR), {"degrees": 180.0}, 1, 0.01),
    "translation": (lambda x, r: F.affine(x, 0, [r.right, r.down], 1, [0, 0]), {}, 0, 0),
    "zoom": (lambda x, r: F.affine(x, 0, [0, 0], r.factor, [0, 0], BILINEAR), {"out": 0.4, "into": 2.0}, 1, 0.01),
    "perspective": (perspective, {"strength": 0.8}, 1, 0.01),
    "horizontal-stretch": (stretch(0), {"factor": 3.0}, 1, 0.03),
    "vertical-stretch": (stretch(1), {"factor": 3.0}, 1, 0.03),
    "colour-jitter": (jitter, {"brightness": 0.8, "contrast": 0.8, "saturation": 0.8, "hue": 170.0}, 2, 0.02),
    "grayscale": (lambda x, r: F.rgb_to_grayscale(x, 3) if r.gray else x, {}, 0, 0),
    "blur": (lambda x, r: F.gaussian_blur(x, [r.taps] * 2, [r.sigma] * 2) if r.sigma else x, {"spread": 3.0}, 1, 0.01),
    "erasing": (erase, {"filled": "gray"}, 0, 0),
    "cutout": (
        lambda x, r: F.erase(x, r.top, r.left, r.height, r.width, torch.tensor(r.fill, dtype=torch.uint8)),
        {},
        0,
        0,
    ),
}


def offs(name: str, draws: int) -> Iterator[np.ndarray]:
    """By how many levels each pixel is off, for every picture and draw."""
    theirs, values, _, _ = CASES[name]
    for picture in [*PICTURES, COLOURS]:
        for seed in range(draws):
            ours, (drawn,) = compose([step(name, values)], picture, np.random.default_rng(seed))
            yield np.abs(ours.astype(int) - back(theirs(tensor(picture), drawn.record)))


@pytest.mark.promise("numbers")
@pytest.mark.parametrize("draws", quick_and_full(FEW, 100))
def test_torchvision_gives_the_same_pixels(draws: int, figure: Callable[[str], None]) -> None:
    wrong, compared, same, most = [], 0, 0, 0
    for name, (_, _, levels, share) in CASES.items():
        found = [(int(off.max()), float((off.max(axis=2) > 0).mean())) for off in offs(name, draws)]
        highest, shares = max(level for level, _ in found), [part for _, part in found]
        compared, same, most = compared + len(found), same + shares.count(0), max(most, highest)
        # a rare draw has a half in every pixel of whole rows: over many draws it is the mean that must be small
        if highest > levels or (max(shares) if draws <= FEW else np.mean(shares)) > share:
            wrong.append((name, highest, max(shares), float(np.mean(shares))))
    figure(
        f"{len(CASES)} augmentations, {compared} pictures against torchvision: {same} equal in every pixel,"
        f" the others at most {most} of 255 levels off"
    )
    assert wrong == []


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_the_lines_shown_for_a_draw_give_its_pixels(name: str) -> None:
    for picture in (PICTURES[0], COLOURS):
        for seed in range(4):
            ours, (drawn,) = compose([name], picture, np.random.default_rng(seed))
            names: dict[str, Any] = {"x": tensor(picture), "F": F, "torch": torch, "np": np}
            exec(drawn.augmentation.code(drawn.record), names)  # noqa: S102 (the page's own lines)
            assert names["x"].dtype == torch.uint8
            assert np.abs(ours.astype(int) - back(names["x"])).max() <= 2


@pytest.mark.parametrize("name", ["rotation", "zoom", "translation", "perspective"])
def test_another_gray_outside_differs_from_torchvisions_only_along_the_seam(name: str) -> None:
    picture = np.full((60, 80, 3), 200, dtype=np.uint8)
    for seed in range(4):
        ours, (drawn,) = compose([step(name, {"fill": 90})], picture, np.random.default_rng(seed))
        names: dict[str, Any] = {"x": tensor(picture), "F": F}
        exec(drawn.augmentation.code(drawn.record), names)  # noqa: S102 (the page's own lines)
        assert (ours != back(names["x"])).any(axis=2).mean() < 0.06
        assert ours.min() >= 90
