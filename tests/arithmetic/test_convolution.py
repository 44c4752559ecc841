"""Convolution against torch in float64, over settings drawn at random; the decks' own numbers; refusals."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnviz.arithmetic.convolution import convolve
from cnnviz.arithmetic.geometry import Setting, work_out
from cnnviz.arithmetic.padding import MODES, BadConvolution
from tests.promises import quick_and_full

X = np.array([[0, 80, 40], [20, 40, 0], [0, 0, 40]])
K = np.array([[0, 0.25], [0.5, 1]])


def number_or_pair(rng: np.random.Generator, axes: int, low: int, high: int) -> Any:
    pair = tuple(int(v) for v in rng.integers(low, high + 1, axes))
    return pair[0] if rng.random() < 0.5 else pair


def axis_values(value: Any, axes: int) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) * axes


def drawn(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, Setting]:
    """Input, kernel, bias and setting with every feature mixed; a kernel that does not fit is drawn again."""
    axes = int(rng.integers(1, 3))
    transposed = rng.random() < 0.35
    groups = int(rng.choice([1, 1, 2, 3]))
    channels, filters = (groups * int(v) for v in rng.integers(1, 4, 2))
    if rng.random() < 0.15:
        groups, filters = channels, channels * int(rng.integers(1, 3))  # depthwise
    kernel = tuple(int(v) for v in rng.integers(1, 5, axes))
    size = tuple(int(v) for v in rng.integers(1, 12, axes))
    stride, dilation = number_or_pair(rng, axes, 1, 4), number_or_pair(rng, axes, 1, 3)
    padding = number_or_pair(rng, axes, 0, 3)
    extra: Any = 0
    if rng.random() < 0.35:
        padding = str(rng.choice(["valid", "same", "full"]))
        stride = 1 if padding == "same" else stride
    elif rng.random() < 0.2:
        padding = tuple((int(a), int(b)) for a, b in rng.integers(0, 4, (axes, 2)))
    if transposed:
        tops = [max(s, d) for s, d in zip(axis_values(stride, axes), axis_values(dilation, axes), strict=True)]
        extra = tuple(int(rng.integers(0, top)) for top in tops)
    setting = Setting(
        stride=stride,
        padding=padding,
        padding_mode="zeros" if transposed else str(rng.choice(MODES)),
        dilation=dilation,
        groups=groups,
        flip=bool(rng.random() < 0.5),
        transposed=transposed,
        output_padding=extra,
    )
    batch = (int(rng.integers(1, 3)),) if rng.random() < 0.3 else ()
    first = (channels, filters // groups) if transposed else (filters, channels // groups)
    x = rng.normal(size=(*batch, channels, *size))
    w = rng.normal(size=(*first, *kernel))
    return x, w, rng.normal(size=filters) if rng.random() < 0.5 else None, setting


def by_torch(x: np.ndarray, w: np.ndarray, bias: np.ndarray | None, setting: Setting) -> np.ndarray:
    """The same with torch's own layers; what they have no name for is padded or cut here."""
    axes = 2 - w.ndim % 2
    inputs, weights = torch.tensor(x), torch.tensor(w)
    offset = None if bias is None else torch.tensor(bias)
    kernel, dilation = w.shape[-axes:], axis_values(setting.dilation, axes)
    if setting.flip:
        weights = weights.flip(*range(-axes, 0))
    padding: Any = setting.padding
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if padding == "full":
        padding = tuple(reach)
    if setting.transposed:
        if padding == "same":
            padding = tuple((r // 2, r - r // 2) for r in reach)
        padding = 0 if padding == "valid" else padding
        pairs = [p if isinstance(p, tuple) else (p, p) for p in axis_values(padding, axes)]
        transpose = (F.conv_transpose1d, F.conv_transpose2d)[axes - 1]
        symmetric = all(before == after for before, after in pairs)
        result = transpose(
            inputs,
            weights,
            offset,
            stride=setting.stride,
            padding=[before for before, _ in pairs] if symmetric else 0,
            output_padding=setting.output_padding,
            groups=setting.groups,
            dilation=setting.dilation,
        )
        for axis, (before, after) in [] if symmetric else list(zip(range(-axes, 0), pairs, strict=True)):
            result = result.narrow(axis, before, result.shape[axis] - before - after)
        if result.numel() == 0:
            raise RuntimeError("nothing is left")
        return result.numpy()
    if isinstance(padding, tuple) and isinstance(padding[0], tuple):
        mode = "constant" if setting.padding_mode == "zeros" else setting.padding_mode
        flat = [n for pair in reversed(padding) for n in pair]
        lone = inputs[None] if x.ndim == axes + 1 else inputs
        inputs = F.pad(lone, flat, mode=mode).reshape(*x.shape[:-axes], *F.pad(lone, flat, mode=mode).shape[-axes:])
        padding = 0
    layer = (nn.Conv1d, nn.Conv2d)[axes - 1](
        x.shape[-axes - 1],
        len(w),
        tuple(kernel),
        stride=setting.stride,
        padding=padding,
        dilation=setting.dilation,
        groups=setting.groups,
        bias=bias is not None,
        padding_mode=setting.padding_mode,
        dtype=torch.float64,
    )
    with torch.no_grad():
        layer.weight.copy_(weights)
        if offset is not None:
            layer.bias.copy_(offset)
        return layer(inputs).numpy()


def answer(x: np.ndarray, w: np.ndarray, bias: np.ndarray | None, setting: Setting) -> np.ndarray | None:
    """Ours, or None if it was refused."""
    try:
        return convolve(x, w, setting, bias=bias)
    except BadConvolution as refused:
        sentence = str(refused)
    assert len(sentence) <= 140, sentence
    return None


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.promise("numbers")
@pytest.mark.parametrize("count", quick_and_full(1000, 5000))
def test_random_settings_equal_torch(count: int, figure: Callable[[str], None]) -> None:
    rng = np.random.default_rng(0)
    wrong, compared, refused, largest = [], 0, 0, 0.0
    seen: set[str] = set()
    while compared < count:
        x, w, bias, setting = drawn(rng)
        ours = answer(x, w, bias, setting)
        try:
            theirs = by_torch(x, w, bias, setting)
        except RuntimeError:  # torch refuses too: the kernel is larger, or reflects more than there is
            refused += 1
            if ours is not None:
                wrong.append((x.shape, w.shape, setting, "torch refuses"))
            continue
        compared += 1
        seen |= {f"{w.ndim}", setting.padding_mode, str(type(setting.padding)), f"transposed {setting.transposed}"}
        if ours is None or ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=0, atol=1e-9):
            wrong.append((x.shape, w.shape, setting, "differs"))
        else:
            largest = max(largest, float(np.abs(ours - theirs).max()))
    assert wrong == [], f"{len(wrong)} mismatches, {refused} refused; the first: {wrong[0]}"
    assert seen >= {"3", "4", *MODES, "transposed True", "transposed False"}
    assert refused > count / 100
    figure(
        f"{compared} random convolutions, 1-D and 2-D, against torch in float64: {len(wrong)} mismatches,"
        f" at most {largest:.0e} apart; {refused} refused by both"
    )


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (Setting(flip=True), [[45, 110], [40, 40]]),
        (Setting(), [[70, 30], [10, 40]]),
        (
            Setting(flip=True, padding="full"),
            [[0, 0, 20, 10], [0, 45, 110, 40], [10, 40, 40, 10], [0, 0, 20, 40]],
        ),
    ],
)
def test_the_worked_example_of_deck_d1(setting: Setting, expected: list[list[float]]) -> None:
    assert convolve(X, K, setting).tolist() == expected


def test_the_handwritten_sum_of_deck_d4_lacks_a_three() -> None:
    assert convolve([5, 10, 3], [3, -2, -1]).tolist() == [-8]
    assert 3 * 5 + (-2) * 10 + (-1) == -6


def test_in_one_dimension_it_is_numpy_convolve() -> None:
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=9), rng.normal(size=4)
    for name in ("valid", "full"):
        np.testing.assert_allclose(convolve(x, w, Setting(flip=True, padding=name)), np.convolve(x, w, name))


def test_the_result_has_the_form_of_the_input() -> None:
    plane, colours = np.ones((6, 7)), np.ones((3, 6, 7))
    assert convolve(np.ones(6), np.ones(3)).shape == (4,)
    assert convolve(plane, np.ones((3, 3))).shape == (4, 5)
    assert convolve(colours, np.ones((3, 3))).shape == (3, 4, 5)  # one by one
    assert convolve(colours, np.ones((2, 3, 3, 3))).shape == (2, 4, 5)
    assert convolve(colours[None], np.ones((2, 3, 3, 3))).shape == (1, 2, 4, 5)
    assert convolve(plane, np.ones((1, 1, 3, 3))).shape == (4, 5)
    assert convolve(plane, np.ones((2, 1, 3, 3))).shape == (2, 4, 5)
    assert convolve(colours[0], np.ones((2, 6, 3))).shape == (2, 5)  # rank 3: six channels of a line
    assert convolve(plane.astype(np.float32), np.ones((3, 3), np.float32)).dtype == np.float32
    assert convolve(plane.astype(int).tolist(), [[1]]).dtype == np.float64


def test_the_input_and_the_kernel_stay_as_they_are() -> None:
    x, w = np.arange(25.0).reshape(5, 5), np.arange(9.0).reshape(3, 3)
    convolve(x, w, Setting(transposed=True, flip=True, stride=2), bias=1)
    assert (x == np.arange(25).reshape(5, 5)).all() and (w == np.arange(9).reshape(3, 3)).all()


@pytest.mark.parametrize(
    ("x", "w", "setting", "words"),
    [
        ((3, 3), (5, 5), Setting(), "spanning 5×5 does not fit into 3×3; raise padding to at least 1"),
        ((3, 3), (3, 3), Setting(dilation=2, padding=(0, 1)), "spanning 5×5 does not fit into 3×5"),
        ((3, 3), (2, 2), Setting(padding="same", stride=2), "set the stride to 1"),
        ((3, 3), (2, 2), Setting(padding="some"), "valid, same, full"),
        ((3, 3), (2, 2), Setting(padding=-1), "at least 0"),
        ((3, 3), (2, 2), Setting(stride=0), "at least 1"),
        ((3, 3), (2, 2), Setting(stride=1.5), "whole number"),  # type: ignore[arg-type]
        ((3, 3), (2, 2), Setting(padding=((1, 1),)), "a pair (before, after) for each axis"),
        ((3, 3), (2, 2), Setting(padding=3, padding_mode="reflect"), "can add 2 cells to a side of 3, not 3"),
        ((3, 3), (2, 2), Setting(padding=4, padding_mode="circular"), "can add 3 cells"),
        ((3, 3), (2, 2), Setting(padding_mode="mirror"), "zeros, reflect, replicate, circular"),
        ((3, 3), (2, 2), Setting(groups=2), "2 groups need channels"),
        ((4, 3, 3), (6, 2, 2, 2), Setting(), "for 2 channels and the input has 4"),
        ((4, 3, 3), (6, 2, 2, 2), Setting(groups=3), "3 groups do not divide 4 channels and 6 filters"),
        ((3, 3), (2, 2), Setting(output_padding=1), "set it to 0"),
        ((3, 3), (2, 2), Setting(transposed=True, output_padding=1), "below the stride or the dilation (1)"),
        ((3, 3), (2, 2), Setting(transposed=True, padding=2), "lower the padding"),
        ((3, 3), (2, 2), Setting(transposed=True, padding_mode="reflect"), "set the padding mode to zeros"),
        ((3,), (2, 2), Setting(), "an input of 2 axes, not 1"),
        ((1, 1, 1, 3, 3), (1, 1, 2, 2), Setting(), "the input has rank 5"),
        ((3, 3), (1, 1, 1, 1, 1), Setting(), "rank 5"),
    ],
)
def test_what_does_not_go_together_is_refused_in_a_sentence(
    x: tuple[int, ...], w: tuple[int, ...], setting: Setting, words: str
) -> None:
    with pytest.raises(BadConvolution) as refused:
        convolve(np.ones(x), np.ones(w), setting)
    assert words in str(refused.value)
    assert len(str(refused.value)) <= 140


@pytest.mark.parametrize(
    ("x", "w", "bias"), [([[1, 2], [3]], [[1]], None), (["a"], [1], None), ([], [1], None), ([1], [1], [1, 2])]
)
def test_what_is_no_array_of_numbers_is_refused(x: Any, w: Any, bias: Any) -> None:
    with pytest.raises(BadConvolution):
        convolve(x, w, bias=bias)


def test_counts_of_the_decks() -> None:
    layer = work_out((3, 32, 32), (6, 3, 5, 5))
    assert (layer.terms, layer.output, layer.filters, layer.macs) == (75, (28, 28), 6, 28 * 28 * 6 * 75)
    assert work_out((3, 227, 227), (96, 3, 11, 11), Setting(stride=4)).output == (55, 55)
    assert work_out((8, 4, 4), (8, 2, 3, 3), Setting(transposed=True, stride=2)).macs == 16 * 8 * 2 * 9


@pytest.mark.slow
def test_speed() -> None:
    rng = np.random.default_rng(0)
    cases = [((3, 32, 32), (64, 3, 5, 5), 0.010), ((3, 512, 512), (9, 9), 0.100)]
    for x, w, limit in cases:
        inputs, kernel = rng.normal(size=x), rng.normal(size=w)
        setting = Setting(padding="same")
        times = []
        for _ in range(7):
            start = time.process_time()
            convolve(inputs, kernel, setting)
            times.append(time.process_time() - start)
        assert min(times) < limit, (x, w, times)
