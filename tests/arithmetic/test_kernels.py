"""Image kernels against OpenCV, and by what they do to simple pictures; inputs that are the same every time."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from cnnviz.arithmetic.convolution import convolve
from cnnviz.arithmetic.geometry import Setting
from cnnviz.arithmetic.inputs import SOURCES, shrunk, source, weights
from cnnviz.arithmetic.kernels import KERNELS, Shape, kernel

RESIZABLE = {"identity", "box", "gaussian", "gabor"}
SUMS = {"identity": 1, "box": 1, "gaussian": 1, "sharpen": 1, "emboss": 1}


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("side", [3, 5, 7])
def test_every_kernel_says_what_it_is_and_has_the_sum_it_promises(name: str, side: int) -> None:
    item = KERNELS[name]
    made = kernel(name, Shape(side, orientation=30, wavelength=3))
    assert made.shape == ((side, side) if name in RESIZABLE else (3, 3))
    assert made.sum() == pytest.approx(SUMS.get(name, 0), abs=1e-12)
    assert item.name == name and item.title and item.summary.endswith(".")


@pytest.mark.parametrize("side", [3, 5, 9])
def test_blurs_and_derivatives_are_those_of_opencv(side: int) -> None:
    picture = np.random.default_rng(0).uniform(size=(20, 30))
    reflect = Setting(padding=side // 2, padding_mode="reflect")
    ours = convolve(picture, kernel("gaussian", Shape(side)), reflect)
    bell = cv2.getGaussianKernel(side, 0.3 * ((side - 1) * 0.5 - 1) + 0.8)
    np.testing.assert_allclose(ours, cv2.sepFilter2D(picture, cv2.CV_64F, bell, bell), atol=1e-9)
    np.testing.assert_allclose(
        convolve(picture, kernel("box", Shape(side)), reflect), cv2.blur(picture, (side, side)), atol=1e-9
    )
    one = Setting(padding=1, padding_mode="reflect")
    for name, theirs in {
        "sobel-x": cv2.Sobel(picture, cv2.CV_64F, 1, 0),
        "sobel-y": cv2.Sobel(picture, cv2.CV_64F, 0, 1),
        "laplacian": cv2.Laplacian(picture, cv2.CV_64F),
    }.items():
        np.testing.assert_allclose(convolve(picture, kernel(name), one), theirs, atol=1e-9)


@pytest.mark.parametrize("orientation", [0, 45, 90, 135])
def test_a_gabor_kernel_answers_most_to_stripes_of_its_direction(orientation: int) -> None:
    at = np.arange(24)
    energy = {}
    for angle in (0, 45, 90, 135):
        turned = np.deg2rad(angle)
        stripes = np.cos(2 * np.pi * (at * np.cos(turned) + at[:, None] * np.sin(turned)) / 5)
        energy[angle] = (convolve(stripes, kernel("gabor", Shape(9, orientation, 5))) ** 2).mean()
    assert max(energy, key=lambda angle: energy[angle]) == orientation


def test_the_signs_of_the_derivatives() -> None:
    right, down = np.tile(np.arange(5.0), (5, 1)), np.tile(np.arange(5.0), (5, 1)).T
    assert (convolve(right, kernel("sobel-x")) == 8).all() and (convolve(right, kernel("sobel-y")) == 0).all()
    assert (convolve(down, kernel("sobel-y")) == 8).all() and (convolve(down, kernel("sobel-x")) == 0).all()
    assert (convolve(right, kernel("sobel-x"), Setting(flip=True)) == -8).all()


@pytest.mark.parametrize("name", [name for name in SOURCES if name not in {"deck", "own", "photo"}])
def test_an_input_has_the_size_asked_for_and_is_the_same_every_time(name: str) -> None:
    first = source(name, (3, 7, 5), seed=4)
    assert first.shape == (3, 7, 5) and first.dtype == np.float64 and first.max() > first.min()
    assert (first == source(name, (3, 7, 5), seed=4)).all()
    assert (first == np.rint(first)).all()
    assert source(name, (1, 1, 9)).shape == (1, 1, 9)


def test_a_seed_changes_what_is_drawn() -> None:
    assert (source("dice", (1, 5, 5)) != source("dice", (1, 5, 5), seed=1)).any()
    assert (weights((1, 1, 5, 5)) != weights((1, 1, 5, 5), seed=1)).any()
    assert set(weights((50,)) * 2) <= set(range(-4, 5))


def test_a_picture_shrinks_to_the_mean_of_its_tiles() -> None:
    pixels = np.zeros((8, 12, 3), np.uint8)
    pixels[:4, 2:6], pixels[4:, 6:10, 1] = 255, 255
    small = shrunk(pixels, (2, 2))
    assert small[0].tolist() == [[9, 0], [0, 0]] and small[1].tolist() == [[9, 0], [0, 9]]
    assert shrunk(pixels, (3, 5)).shape == (3, 3, 5)
    assert shrunk(pixels, (1, 4)).shape == (3, 1, 4)
    assert shrunk(pixels, (20, 20)).shape == (3, 20, 20)  # larger than the picture
