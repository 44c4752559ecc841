"""Colours: magnitudes get lighter step by step, signed values meet at white, categories differ for everyone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cnnviz.figures.colours import CATEGORIES, MAPS, scale, table


def lightness(rgb: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB bytes ``(..., 3)``."""
    linear = np.where(rgb <= 10.31475, rgb / 255 / 12.92, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


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
    colours = [np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)], float) for c in CATEGORIES]
    assert len(colours) == 10
    assert min(np.abs(a - b).sum() for a, b in itertools.combinations(colours, 2)) > 50
