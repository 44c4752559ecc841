"""The two matrices of a convolution, against the convolution, against torch's unfold, and against each other."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnviz.arithmetic.convolution import convolve
from cnnviz.arithmetic.geometry import Setting
from cnnviz.arithmetic.padding import BadConvolution
from cnnviz.arithmetic.unrolled import im2col, toeplitz

SETTINGS = [
    Setting(),
    Setting(flip=True, padding="full"),
    Setting(stride=2, padding=1, dilation=2),
    Setting(padding=2, padding_mode="reflect"),
    Setting(padding=1, padding_mode="circular", groups=2),
    Setting(padding="same", padding_mode="replicate", flip=True),
    Setting(transposed=True, stride=2, padding=1, output_padding=1, groups=2),
]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_matrix_times_the_input_is_the_convolution(setting: Setting) -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(4, 6, 5)), rng.normal(size=(4, 4 // setting.groups, 3, 2))
    y = convolve(x, w, setting)
    np.testing.assert_allclose(toeplitz(x.shape, w, setting) @ x.ravel(), y.ravel(), atol=1e-12)


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s.groups == 1], ids=str)
def test_the_kernel_times_the_windows_is_the_convolution(setting: Setting) -> None:
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(4, 6, 5)), rng.normal(size=(3, 4, 3, 2))
    turned = w[:, :, ::-1, ::-1] if setting.flip else w
    y = convolve(x, w, setting)
    np.testing.assert_allclose((turned.reshape(3, -1) @ im2col(x, w.shape, setting)).reshape(y.shape), y, atol=1e-12)


def test_the_windows_are_those_of_torch() -> None:
    x = np.random.default_rng(2).normal(size=(3, 7, 8))
    ours = im2col(x, (5, 3, 3, 2), Setting(stride=(2, 1), padding=1, dilation=(1, 2)))
    theirs = torch.nn.functional.unfold(
        torch.tensor(x)[None], (3, 2), dilation=(1, 2), padding=1, stride=(2, 1)
    ).numpy()[0]
    np.testing.assert_array_equal(ours, theirs)


def test_a_transposed_convolution_has_the_transposed_matrix() -> None:
    w = np.random.default_rng(3).normal(size=(2, 3, 3, 3))
    down = toeplitz((3, 7, 7), w, Setting(stride=2, padding=1))
    up = toeplitz((2, 4, 4), w, Setting(stride=2, padding=1, transposed=True))
    np.testing.assert_array_equal(up, down.T)


def test_in_one_dimension_every_diagonal_holds_one_weight() -> None:
    matrix = toeplitz((5,), [3, -2, -1])
    assert matrix.tolist() == [[3, -2, -1, 0, 0], [0, 3, -2, -1, 0], [0, 0, 3, -2, -1]]
    assert toeplitz((3,), [1, 2], Setting(flip=True, padding="full")).tolist() == [
        [1, 0, 0],
        [2, 1, 0],
        [0, 2, 1],
        [0, 0, 2],
    ]


def test_the_decks_example_as_a_matrix() -> None:
    matrix = toeplitz((3, 3), [[0, 0.25], [0.5, 1]], Setting(flip=True))
    assert matrix[0].tolist() == [1, 0.5, 0, 0.25, 0, 0, 0, 0, 0]
    assert (matrix @ [0, 80, 40, 20, 40, 0, 0, 0, 40]).tolist() == [45, 110, 40, 40]


def test_a_matrix_that_is_too_large_is_refused_before_it_is_made() -> None:
    with pytest.raises(BadConvolution, match="choose a smaller input"):
        toeplitz((3, 200, 200), np.ones((8, 3, 3, 3)))
    with pytest.raises(BadConvolution, match="choose a smaller input"):
        im2col(np.ones((3, 500, 500)), (8, 3, 3, 3))
