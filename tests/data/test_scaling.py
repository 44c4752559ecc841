"""Scaling, encoding, and reading a file by its path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.data.images import BadImage, encode_jpeg, encode_png, fit_shorter_side, read_image, thumbnail


def near(got, want, by):
    assert got.dtype == np.uint8
    assert got.shape == want.shape
    assert np.abs(got.astype(float) - want).max() <= by


@pytest.fixture
def photo():
    """Smooth colours, so that JPEG stays close; no symmetry."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([255 * x / 63, 255 * y / 47, 128 + 100 * np.sin(x / 9 + y / 17)], -1).astype(np.uint8)


@settings(max_examples=40, deadline=None)
@given(st.integers(8, 60), st.integers(8, 60), st.sampled_from([0, 3, 4]), st.integers(0, 2**32 - 1))
def test_encode_png_is_lossless(height, width, channels, seed):
    shape = (height, width, channels) if channels else (height, width)
    array = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    back = cv2.imdecode(np.frombuffer(encode_png(array), np.uint8), cv2.IMREAD_UNCHANGED)
    if channels:
        back = back[..., [2, 1, 0, 3][:channels]]
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize("wrong", [np.zeros((9, 9)), np.zeros((9, 9, 2), np.uint8), np.zeros(9, np.uint8)])
def test_encode_png_refuses_what_is_no_picture(wrong):
    with pytest.raises(ValueError, match="uint8"):
        encode_png(wrong)


def test_encode_jpeg_stays_close_and_small(photo):
    data = encode_jpeg(photo)
    near(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1], photo, 25)
    assert data.startswith(b"\xff\xd8\xff")


@settings(max_examples=60, deadline=None)
@given(st.integers(8, 300), st.integers(8, 300), st.integers(8, 200))
def test_fit_shorter_side(height, width, side):
    image = np.zeros((height, width, 3), np.uint8)
    got = fit_shorter_side(image, side)
    assert min(got.shape[:2]) == side
    assert abs(max(got.shape[:2]) - side * max(height, width) / min(height, width)) <= 0.5
    assert (got is image) == (min(height, width) == side)


@settings(max_examples=60, deadline=None)
@given(st.integers(8, 400), st.integers(8, 400), st.integers(8, 300))
def test_thumbnail_never_enlarges(height, width, longest):
    image = np.full((height, width, 3), 9, np.uint8)
    got = thumbnail(image, longest)
    assert max(got.shape[:2]) == min(longest, max(height, width))
    assert (got == 9).all()
    assert (got is image) == (max(height, width) <= longest)


def test_shrinking_averages_areas():
    image = np.random.default_rng(7).integers(0, 256, (40, 80, 3), dtype=np.uint8)
    near(fit_shorter_side(image, 10), image.reshape(10, 4, 20, 4, 3).mean((1, 3)), 1)


def test_read_image(tmp_path: Path, photo):
    path = tmp_path / "photo.txt"  # the content decides, not the name
    path.write_bytes(encode_png(photo))
    np.testing.assert_array_equal(read_image(path), photo)


def test_read_image_refuses_in_one_sentence(tmp_path: Path):
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(50_000_000_000)  # sparse: reading it would end the test
    for path in (large, tmp_path, tmp_path / ("x" * 200), tmp_path / "no\0such", Path("/dev/zero")):
        with pytest.raises(BadImage) as refused:
            read_image(path)
        assert len(str(refused.value)) <= 140


def test_the_intake_imports_neither_torch_nor_opencv():
    code = "import cnnviz.data.samples, sys; print(sorted({'torch', 'cv2', 'skimage'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
