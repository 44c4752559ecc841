"""Every sample is there at once, small enough, credited, and the same each time."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util

import numpy as np
import pytest

from cnnviz.data import drawings, samples
from cnnviz.data.samples import SAMPLES, sample
from cnnviz.registry import UnknownItem

DRAWN = ["shapes", "chessboard", "digit", "gabor", "edges"]


def test_the_cat_comes_first_and_drawings_last():
    assert list(SAMPLES)[:4] == ["cat", "astronaut", "motorcycle", "coffee"]
    assert list(SAMPLES)[-len(DRAWN) :] == DRAWN
    assert len(SAMPLES) >= 12


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_a_picture(name):
    image = sample(name)
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 3
    assert min(image.shape[:2]) >= 160
    assert max(image.shape[:2]) <= 640
    assert image.std() > 10
    assert image.flags.writeable


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_named_and_credited(name):
    item = SAMPLES[name]
    assert item.name == name
    assert name.isidentifier()
    for text in (item.title, item.credit):
        assert text
        assert text.strip() == text


def test_samples_are_all_different_and_stay_the_same():
    once = [hashlib.sha256(sample(name).tobytes()).hexdigest() for name in SAMPLES]
    again = [hashlib.sha256(sample(name).tobytes()).hexdigest() for name in SAMPLES]
    assert once == again
    assert len(set(once)) == len(once)


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(UnknownItem, match=r"'dog'.*cat, astronaut"):
        sample("dog")


def test_without_scikit_image_the_drawings_remain(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(importlib.util, "find_spec", lambda name: None)
        assert list(samples._all()) == DRAWN


def test_the_digit_is_white_strokes_on_black():
    image = drawings.digit()
    assert image[0, 0].max() == 0
    assert image[int(0.21 * 320), int(0.5 * 320)].min() == 255
    assert 0.05 < (image > 127).mean() < 0.3


def test_the_chessboard_alternates():
    board = drawings.chessboard()[:160, :, 0]
    cells = board.reshape(8, 20, 16, 20)
    assert (cells == cells[:, :1, :, :1]).all()
    np.testing.assert_array_equal(cells[:, 0, :, 0] // 255, np.indices((8, 16)).sum(0) % 2)


def test_a_gabor_patch_varies_along_its_direction_only():
    patches = drawings.gabor()[..., 0].astype(float).reshape(4, 80, 4, 80).swapaxes(1, 2)
    down, along = np.gradient(patches[1, 0])
    assert np.abs(along).mean() > 3 * np.abs(down).mean()
    down, along = np.gradient(patches[1, 2])
    assert np.abs(down).mean() > 3 * np.abs(along).mean()
