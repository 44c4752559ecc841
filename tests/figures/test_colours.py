"""Colours: magnitudes get lighter step by step, signed values meet at white, categories differ for everyone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from cnnviz.figures.colours import CATEGORIES, MAPS, scale, table
from cnnviz.ui.components.occluder_maps import HUES, KEPT

# linear red, green and blue as eyes without one kind of cones see them: Machado, Oliveira & Fernandes 2009, table 1
VISION = {
    "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # from linear sRGB, D65


def lab(rgb: np.ndarray, vision: str = "all cones") -> np.ndarray:
    """CIE L*a*b* of sRGB bytes ``(..., 3)`` as those eyes see them."""
    linear = np.where(rgb <= 10.31475, rgb / 255 / 12.92, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ np.transpose(VISION[vision]), 0, 1) @ XYZ.T / XYZ.sum(1)
    x, y, z = np.moveaxis(np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def lightness(rgb: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB bytes ``(..., 3)``."""
    return lab(rgb)[..., 0]


def numbers(colours: Sequence[str]) -> np.ndarray:
    """``#RRGGBB`` as float ``(len(colours), 3)``."""
    return np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours], float)


@pytest.mark.parametrize("name", MAPS)
def test_a_table_is_256_colours_that_nobody_can_change(name: str) -> None:
    rows = table(name)
    assert (rows.shape, rows.dtype) == ((256, 3), np.uint8)
    assert len(np.unique(rows, axis=0)) > 200
    with pytest.raises(ValueError, match="read-only"):
        rows[0] = 0


ENDS = {
    "viridis": ((68, 1, 84), (253, 231, 37)),
    "inferno": ((0, 0, 4), (252, 255, 164)),
    "cividis": ((0, 34, 78), (254, 232, 56)),
}


@pytest.mark.parametrize("name", ENDS)
def test_magnitudes_go_from_dark_to_light(name: str) -> None:
    rows = table(name)
    assert tuple(map(tuple, rows[[0, 255]].tolist())) == ENDS[name]
    steps = np.diff(lightness(rows[::5].astype(float)))
    assert (steps > 0).all()
    assert steps.max() < 5 * steps.mean()


def test_signed_values_go_from_blue_over_white_to_red() -> None:
    rows = table("RdBu_r").astype(int)
    assert rows[0, 2] > 2 * rows[0, 0]
    assert rows[255, 0] > 2 * rows[255, 2]
    assert rows[127:129].min() >= 245
    assert (rows == table("RdBu")[::-1]).all()


@pytest.mark.parametrize("name", MAPS)
def test_the_plotly_scale_has_the_colours_of_the_table(name: str) -> None:
    positions, colours = zip(*scale(name), strict=True)
    assert positions[0] == 0
    assert positions[-1] == 1
    for position, colour in zip(positions, colours, strict=True):
        row = table(name)[round(255 * position)]
        assert colour == f"rgb({row[0]},{row[1]},{row[2]})"


def test_an_unknown_map_lists_those_there_are() -> None:
    with pytest.raises(ValueError, match="no colour map is called 'jet'; there are: inferno, viridis"):
        table("jet")


def test_ten_categories_that_differ() -> None:
    assert len(CATEGORIES) == 10
    assert nearest(CATEGORIES, "all cones") > 25


def nearest(colours: Sequence[str], vision: str) -> float:
    """The smallest difference (CIE 1976) of two of them; 2.3 is just noticeable side by side."""
    return min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(lab(numbers(colours), vision), 2))


@pytest.mark.parametrize("vision", VISION)
def test_the_first_six_differ_for_everyone(vision: str) -> None:
    assert nearest(CATEGORIES[:6], vision) > 15
    assert nearest((KEPT, *HUES[:6]), vision) > 15


def test_orange_and_olive_are_one_colour_without_red_cones() -> None:
    """Why more than six need shapes, dashes or names as well: an oracle for the simulation, too."""
    assert nearest([CATEGORIES[1], CATEGORIES[7]], "no red cones") < 2.3


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", ENDS)
def test_magnitudes_can_be_read_by_everyone(name: str, vision: str) -> None:
    steps = np.diff(lab(table(name)[::5].astype(float), vision)[:, 0])
    assert (steps > 0).all()


@pytest.mark.parametrize("vision", VISION)
def test_signs_can_be_read_by_everyone(vision: str) -> None:
    """At every distance from zero that is not nearly white, the two sides differ."""
    below, above = (
        lab(table("RdBu_r")[96::-16].astype(float), vision),
        lab(table("RdBu_r")[159::16].astype(float), vision),
    )
    assert np.linalg.norm(below - above, axis=-1).min() > 15
