"""Lenses, vignettes and homographies against their formulas, worked out point by point."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.augment import AUGMENTATIONS
from cnnviz.augment.methods.colour_cast import Cast, ColourCast
from cnnviz.augment.methods.cutout import Cutout
from cnnviz.augment.methods.perspective import Perspective, matrix, outline
from cnnviz.augment.methods.vignette import Darkened
from cnnviz.augment.warping import bend, warp

# red is the column, green the row: a pixel tells where it came from
PLACES = np.stack([*np.meshgrid(np.arange(200), np.arange(140)), np.zeros((140, 200))], axis=2).astype(np.uint8)


@pytest.mark.parametrize("k", [1.2, 0.3, -0.1, -0.3])
def test_a_lens_follows_its_radial_formula_and_keeps_the_centre(k: float) -> None:
    bent = bend(PLACES, k).astype(float)
    middle, corner = np.array([100.0, 70.0]), np.hypot(100, 70)
    for x, y in [(100, 70), (3, 5), (150, 20), (30, 120), (199, 139), (100, 0), (0, 70)]:
        away = np.array([x + 0.5, y + 0.5]) - middle
        r = np.hypot(*away) / corner
        r_in = r * (1 + k * r**2) / (1 + max(k, 0))
        expected = middle + away * r_in / r - 0.5
        assert np.allclose(bent[y, x, :2], expected, atol=1.01)


def test_nothing_comes_from_outside_through_a_lens() -> None:
    white = np.full((50, 90, 3), 255, dtype=np.uint8)
    for k in (1.5, -0.33):
        assert bend(white, k).min() == 255
    assert bend(PLACES, 1.5)[0, 0].max() <= 1
    assert bend(PLACES, -0.3)[0, 0, 0] >= 25


def test_a_vignette_takes_the_share_of_the_squared_radius() -> None:
    picture = np.full((41, 61, 3), 200, dtype=np.uint8)
    dark = AUGMENTATIONS["vignette"].apply(picture, Darkened(0.8))
    assert dark[20, 30].tolist() == [200] * 3
    for row, column in [(0, 0), (40, 60), (20, 0), (5, 33)]:
        r2 = ((row + 0.5 - 20.5) ** 2 + (column + 0.5 - 30.5) ** 2) / (20.5**2 + 30.5**2)
        assert dark[row, column, 1] == round(200 * (1 - 0.8 * r2))


def test_a_homography_takes_the_corners_where_they_were_drawn() -> None:
    for seed in range(5):
        record = AUGMENTATIONS["perspective"].draw(Perspective(strength=0.9), np.random.default_rng(seed), (100, 160))
        for corner, start in zip(record.corners, outline((100, 160)), strict=True):
            u, v, w = matrix(record) @ (*corner, 1)
            assert np.allclose((u / w, v / w), start, atol=1e-9)


def test_a_warp_looks_up_in_half_pixels() -> None:
    turned = np.array([[0.0, 1, 0], [-1, 0, 100], [0, 0, 1]])  # a quarter turn of 100×100
    picture = np.random.default_rng(0).integers(0, 256, (100, 100, 3), dtype=np.uint8)
    assert np.array_equal(warp(picture, turned), np.rot90(picture, -1))


def test_a_cast_of_one_channel_is_of_that_channel_and_stays_in_range() -> None:
    item = AUGMENTATIONS["colour-cast"]
    for seed in range(9):
        record = item.draw(ColourCast(channel="green"), np.random.default_rng(seed), (9, 9))
        assert record.red == record.blue == 0 and 30 <= record.green <= 60
    assert item.apply(np.full((1, 1, 3), 250, dtype=np.uint8), Cast(20, -255, 0)).tolist() == [[[255, 0, 250]]]


def test_cutouts_middle_is_anywhere_so_its_square_is_clipped_at_the_edge() -> None:
    records = [AUGMENTATIONS["cutout"].draw(Cutout(side=0.5), np.random.default_rng(s), (32, 32)) for s in range(300)]
    heights = [record.height for record in records]
    assert max(heights) == 16 and min(heights) == 8
    assert all(r.top + r.height <= 32 and r.left + r.width <= 32 for r in records)
    # uniform over 32 middles, 16 of which leave the square whole along a side
    assert 0.4 < np.mean([height == 16 for height in heights]) < 0.65
