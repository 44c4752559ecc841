"""Heat maps over photographs: in the right place, the right colour, and valid pixels whatever comes in."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnnviz.figures.colours import table
from cnnviz.figures.heatmaps import colour_bar_text, heat, limits, overlay, scaled


@dataclass(frozen=True)
class Box:
    top: float
    left: float
    height: float
    width: float


BOX = Box(3, 5, 20, 30)
maps = arrays(
    st.sampled_from([np.float16, np.float32, np.float64]),
    array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements={"allow_nan": True, "allow_infinity": True, "allow_subnormal": True},
)


def picture(height: int = 30, width: int = 41) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(deadline=None, max_examples=150)
@given(values=maps, signed=st.booleans(), opacity=st.floats(), box=st.sampled_from([None, BOX, Box(-2, 0.4, 99, 7.3)]))
def test_any_map_gives_valid_pixels(values: np.ndarray, *, signed: bool, opacity: float, box: Box | None) -> None:
    photo = picture()
    with np.errstate(all="raise", under="ignore"):
        found = overlay(photo, values, box=box, signed=signed, opacity=opacity)
        layer = heat(values, (30, 41), box=box, signed=signed)
    assert (found.shape, found.dtype) == (photo.shape, np.uint8)
    assert (layer.shape, layer.dtype) == ((30, 41, 4), np.uint8)
    low, high = limits(values, signed=signed)
    assert low <= 0 <= high
    assert np.isfinite([low, high]).all()
    assert "nan" not in "".join(colour_bar_text(values, signed=signed))


@settings(deadline=None, max_examples=60)
@given(
    values=arrays(np.float64, (3, 4), elements=st.floats(-1, 1).filter(lambda x: x == 0 or abs(x) > 1e-3)),
    factor=st.floats(1e-290, 1e290),
    signed=st.booleans(),
)
def test_the_picture_does_not_depend_on_the_unit(values: np.ndarray, factor: float, *, signed: bool) -> None:
    difference = heat(values * factor, (17, 19), signed=signed).astype(int) - heat(values, (17, 19), signed=signed)
    assert np.abs(difference).max() <= 3  # one step of a table, by rounding


@pytest.mark.parametrize("size", [(30, 40), (31, 41), (7, 200), (3, 4), (2, 2)])
@pytest.mark.parametrize("signed", [False, True])
def test_enlarging_is_bilinear_as_in_torch(size: tuple[int, int], *, signed: bool) -> None:
    values = np.random.default_rng(1).normal(size=(3, 4))
    small = torch.tensor(scaled(values, signed=signed))[None, None]
    expected = torch.nn.functional.interpolate(small, size=size, mode="bilinear", align_corners=False)[0, 0].numpy()
    layer = heat(values, size, signed=signed)
    if signed:
        np.testing.assert_allclose(layer[..., 3], 255 * (1 - (1 - np.abs(expected)) ** 2), atol=0.51)
    else:
        rows = table("inferno")[np.rint(255 * expected).astype(int)].astype(int)
        assert np.abs(layer[..., :3] - rows).max() <= 3
        assert (layer[..., 3] == 255).all()


def test_the_map_covers_the_box_and_nothing_else() -> None:
    photo, values = picture(), np.random.default_rng(1).normal(size=(4, 6))
    found = overlay(photo, values, box=BOX, opacity=0.5)
    inside = overlay(photo[3:23, 5:35], values, opacity=0.5)
    assert (found[3:23, 5:35] == inside).all()
    outside = np.ones(photo.shape[:2], bool)
    outside[3:23, 5:35] = False
    assert (found[outside] == photo[outside]).all()
    assert (heat(values, (30, 41), box=BOX)[outside, 3] == 0).all()


def test_the_hottest_cell_is_hottest_at_its_centre() -> None:
    values = np.zeros((5, 5))
    values[1, 3] = 2.0
    layer = heat(values, (50, 100))[..., :3].astype(int)
    distance = np.abs(layer[:, :, None] - table("inferno")).sum(-1)
    level = distance.argmin(-1)
    assert (np.argwhere(level == level.max()) == [[y, x] for y in (14, 15) for x in (69, 70)]).all()
    assert level.max() > 230
    assert (level[25:] == 0).all()
    assert (level[:, :50] == 0).all()


def test_opacity_goes_from_the_photo_to_the_colours() -> None:
    photo, values = picture(), np.random.default_rng(1).normal(size=(4, 6))
    layer = heat(values, photo.shape[:2], colours="viridis")[..., :3]
    assert (overlay(photo, values, colours="viridis", opacity=0) == photo).all()
    assert (overlay(photo, values, colours="viridis", opacity=1) == layer).all()
    half = overlay(photo, values, colours="viridis", opacity=0.5)
    np.testing.assert_allclose(half, (photo.astype(float) + layer) / 2, atol=0.51)


def test_only_the_positive_part_is_shown_unless_signed() -> None:
    values = np.array([[-8.0, 0.0, 4.0]])
    unsigned, signed = heat(values, (1, 3)), heat(values, (1, 3), signed=True)
    assert (unsigned[0, :, :3] == table("inferno")[[0, 0, 255]]).all()
    assert signed[0, :, 3].tolist() == [255, 0, 191]
    assert (signed[0, [0, 2], :3] == table("RdBu_r")[[0, 191]]).all()


def test_signed_is_symmetric() -> None:
    values = np.random.default_rng(1).normal(size=(4, 6))
    plus, minus = (heat(sign * values, (30, 41), signed=True).astype(int) for sign in (1, -1))
    assert np.abs(plus[..., 3] - minus[..., 3]).max() == 0
    red, blue = ((layer[..., 0] > layer[..., 2]) & (layer[..., 3] > 9) for layer in (plus, minus))
    assert red.any()
    assert not (red & blue).any()
    assert limits(values, signed=True) == (-np.abs(values).max(), np.abs(values).max())


@pytest.mark.parametrize("values", [np.zeros((3, 3)), np.full((3, 3), -4.0), np.full((3, 3), np.nan)])
def test_a_map_with_nothing_for_the_class_is_cold_everywhere(values: np.ndarray) -> None:
    assert (heat(values, (9, 9))[..., :3] == table("inferno")[0]).all()
    assert limits(values) == (0, 0)
    assert colour_bar_text(values) == ("0", "0", "0")


def test_a_zero_map_leaves_the_photo_alone_when_signed() -> None:
    assert (overlay(picture(), np.zeros((2, 2)), signed=True) == picture()).all()


def test_nan_is_nothing_and_infinity_is_the_end_of_the_range() -> None:
    values = np.array([[np.nan, np.inf, -np.inf, 2.0, -1.0]])
    assert scaled(values, signed=True).tolist() == [[0, 1, -1, 1, -0.5]]
    assert scaled(values).tolist() == [[0, 1, 0, 1, 0]]
    assert limits(values, signed=True) == (-2, 2)


def test_the_colour_bar_says_the_range() -> None:
    values = np.array([[-12.345, 4.0]])
    assert colour_bar_text(values) == ("0", "2", "4")
    assert colour_bar_text(values, signed=True) == ("-12.3", "0", "+12.3")


@pytest.mark.parametrize("values", [np.zeros(4), np.zeros((1, 2, 3)), np.zeros((0, 4)), np.float64(1)])
def test_what_is_no_map_is_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a map has the shape"):
        overlay(picture(), values)


@pytest.mark.parametrize("photo", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))])
def test_what_is_no_photo_is_refused(photo: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a photograph is uint8"):
        overlay(photo, np.zeros((2, 2)))


def test_inputs_are_left_as_they_are() -> None:
    photo, values = picture(), np.random.default_rng(1).normal(size=(4, 6))
    copies = photo.copy(), values.copy()
    overlay(photo, values, signed=True)
    assert (photo == copies[0]).all()
    assert (values == copies[1]).all()


def test_importing_it_imports_no_torch_and_no_plotly() -> None:
    code = "import sys, cnnviz.figures; assert not {'torch', 'cv2', 'plotly', 'streamlit'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
