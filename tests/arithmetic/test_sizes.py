"""Sizes equal those of torch for thousands of random settings, and TensorFlow's formula for SAME."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import pytest
import torch
from torch.nn import functional as F

from cnnviz.arithmetic import BadSize, Window, fit, output_size, transposed
from cnnviz.arithmetic.sizes import Fit, Pair, place, round_trip

SETTINGS = 3000


def windows(seed: int, policy: str, *, pooling: bool = False) -> Iterator[tuple[Pair, Window, Window]]:
    """Random settings, rows and columns apart; a pool's padding is at most half its kernel, as torch wants."""
    draw = random.Random(seed)
    for _ in range(SETTINGS):
        pair = []
        for _ in range(2):
            k, stride, dilation = draw.randint(1, 6), draw.randint(1, 6), draw.randint(1, 3)
            most = k // 2 if pooling else 4
            pad = draw.randint(0, most)
            pair.append(Window(k, stride, (pad, pad), dilation, policy))
        yield (draw.randint(1, 24), draw.randint(1, 24)), pair[0], pair[1]


def both(name: str, rows: Window, columns: Window) -> tuple[int, int]:
    return getattr(rows, name), getattr(columns, name)


def ours(n: Pair, rows: Window, columns: Window) -> Pair | None:
    try:
        return output_size(n, rows, columns).size
    except BadSize:
        return None


def test_a_convolution_has_torchs_size_for_every_setting() -> None:
    refused = 0
    for n, rows, columns in windows(0, "floor"):
        image = torch.zeros(1, 1, *n, dtype=torch.float64, device="meta")
        kernel = torch.zeros(1, 1, rows.k, columns.k, dtype=torch.float64, device="meta")
        padding = (rows.padding[0], columns.padding[0])
        try:
            made = F.conv2d(
                image,
                kernel,
                stride=both("stride", rows, columns),
                padding=padding,
                dilation=both("dilation", rows, columns),
            )
            expected = tuple(made.shape[2:])
        except RuntimeError:
            expected, refused = None, refused + 1
        assert ours(n, rows, columns) == expected, (n, rows, columns)
    assert 100 < refused < SETTINGS / 2  # both kinds were met


@pytest.mark.parametrize(("policy", "ceil_mode"), [("ceil", True), ("floor", False)])
def test_a_pool_has_torchs_size_for_every_setting(policy: str, ceil_mode: bool) -> None:
    refused = 0
    for n, rows, columns in windows(1, policy, pooling=True):
        image = torch.zeros(1, 1, *n, dtype=torch.float64)
        try:
            made = F.max_pool2d(
                image,
                both("k", rows, columns),
                both("stride", rows, columns),
                (rows.padding[0], columns.padding[0]),
                both("dilation", rows, columns),
                ceil_mode=ceil_mode,
            )
            expected = tuple(made.shape[2:])
        except RuntimeError:
            expected, refused = None, refused + 1
        assert ours(n, rows, columns) == expected, (n, rows, columns)
    assert 50 < refused < SETTINGS / 2


def test_a_transposed_convolution_has_torchs_size_for_every_setting() -> None:
    draw, refused = random.Random(2), 0
    for n, rows, columns in windows(3, "floor"):
        extra = (draw.randint(0, 5), draw.randint(0, 5))
        image = torch.zeros(1, 1, *n, dtype=torch.float64, device="meta")
        kernel = torch.zeros(1, 1, rows.k, columns.k, dtype=torch.float64, device="meta")
        try:
            made = F.conv_transpose2d(
                image,
                kernel,
                stride=both("stride", rows, columns),
                padding=(rows.padding[0], columns.padding[0]),
                output_padding=extra,
                dilation=both("dilation", rows, columns),
            )
            # the meta device lets an empty output pass; a real one refuses it
            expected = None if 0 in made.shape else tuple(made.shape[2:])
            refused += expected is None
        except RuntimeError:
            expected, refused = None, refused + 1
        try:
            found: Pair | None = (transposed(n[0], rows, extra[0]), transposed(n[1], columns, extra[1]))
        except BadSize:
            found = None
        assert found == expected, (n, rows, columns, extra)
    assert 100 < refused < SETTINGS - 300


def test_same_is_tensorflows_formula() -> None:
    for n, rows, _ in windows(4, "same"):
        found = fit(n[0], rows)
        size = math.ceil(n[0] / rows.stride)
        total = max((size - 1) * rows.stride + rows.extent - n[0], 0)
        assert (found.size, found.padding) == (size, (total // 2, total - total // 2))
        padded = F.pad(torch.zeros(1, 1, n[0]), found.padding)
        made = F.conv1d(padded, torch.zeros(1, 1, rows.k), stride=rows.stride, dilation=rows.dilation)
        assert made.shape[2] == size


def test_dropped_and_unread_cells_have_no_gradient() -> None:
    """The oracle is autograd: a cell that no window reads has gradient zero."""
    for n, rows, _ in list(windows(5, "floor"))[:600]:
        found = place(n[0], rows)
        if found.size is None:
            continue
        cells = torch.zeros(1, 1, found.padded, requires_grad=True)
        F.conv1d(cells, torch.ones(1, 1, rows.k), stride=rows.stride, dilation=rows.dilation).sum().backward()
        assert cells.grad is not None
        unread = cells.grad[0, 0] == 0
        assert int((~unread).sum()) == found.read
        last = int((~unread).nonzero().max())
        assert found.dropped == found.padded - 1 - last
        inside = unread[rows.padding[0] : rows.padding[0] + n[0]]
        if rows.stride <= rows.k and rows.dilation == 1:  # otherwise cells are stepped over at the end too
            assert found.lost == int(inside.sum())


def test_what_hangs_over_ends_where_the_last_window_does() -> None:
    for n, rows, _ in windows(6, "ceil", pooling=True):
        found = place(n[0], rows)
        if found.size is not None:
            end = (found.size - 1) * rows.stride + rows.extent
            assert found.overhang - found.dropped == end - found.padded
            assert (found.size - 1) * rows.stride < n[0] + rows.padding[0]


def test_the_least_padding_is_the_first_that_fits() -> None:
    nowhere = 0
    for n, rows, _ in windows(7, "floor"):
        found = place(n[0], rows)

        def fits(total: int, n: int = n[0], rows: Window = rows) -> bool:
            room = n + total - rows.extent
            return room >= 0 and room % rows.stride == 0

        expected = next((p for p in range(60) if fits(2 * p)), None)
        nowhere += expected is None
        assert found.symmetric == expected, (n, rows)
        assert sum(found.asymmetric) == next(t for t in range(60) if fits(t))
        assert found.asymmetric[1] - found.asymmetric[0] in (0, 1)
    assert nowhere > 100


def test_the_strides_listed_are_those_that_fit() -> None:
    for n, rows, _ in windows(8, "floor"):
        found, room = place(n[0], rows), n[0] + 2 * rows.padding[0] - rows.extent
        if room > 0:
            assert found.strides == tuple(s for s in range(1, room + 1) if room % s == 0)


def test_same_padding_keeps_the_size_at_stride_1() -> None:
    assert [Window(k).same_padding() for k in (3, 5, 7)] == [(1, 1), (2, 2), (3, 3)]
    for k in range(1, 9):
        for dilation in (1, 2, 3):
            layer = torch.nn.Conv1d(1, 1, k, padding="same", dilation=dilation)
            padding = Window(k, dilation=dilation).same_padding()
            assert fit(11, Window(k, 1, padding, dilation)).size == layer(torch.zeros(1, 1, 11)).shape[2] == 11
            # torch keeps what it adds as (before, after)
            assert list(padding) == layer._reversed_padding_repeated_twice


@pytest.mark.parametrize("stride", [1, 2, 3, 5])
def test_every_size_of_a_round_trip_maps_to_the_same_and_comes_back(stride: int) -> None:
    for n in range(5, 30):
        window = Window(3, stride, (1, 1), 1)
        found = fit(n, window)
        pairs = round_trip(found)
        assert [extra for _, extra in pairs] == list(range(stride))
        assert n in dict(pairs)
        for size, extra in pairs:
            back = torch.nn.ConvTranspose1d(1, 1, 3, stride, 1, output_padding=extra)
            assert back(torch.zeros(1, 1, found.size)).shape[2] == size
            assert fit(size, window).size == found.size


def described(found: Fit) -> tuple[int | None, float, bool, int]:
    return found.size, round(found.exact, 2), found.fits, found.dropped


@pytest.mark.parametrize(
    ("n", "window", "expected"),
    [
        (7, Window(3, 1, policy="error"), (5, 5.0, True, 0)),
        (7, Window(3, 2, policy="error"), (3, 3.0, True, 0)),
        (7, Window(3, 3, policy="error"), (None, 2.33, False, 1)),
        (7, Window(3, 3), (2, 2.33, False, 1)),
        (7, Window(3, 3, policy="ceil"), (3, 2.33, False, 0)),
        (7, Window(3, 3, policy="same"), (3, 3.0, True, 0)),
        (7, Window(3, 1, (1, 1)), (7, 7.0, True, 0)),
        (32, Window(5, 1, (2, 2)), (32, 32.0, True, 0)),
        (227, Window(11, 4), (55, 55.0, True, 0)),
        (224, Window(11, 4), (54, 54.25, False, 1)),
    ],
)
def test_the_numbers_of_the_decks(n: int, window: Window, expected: tuple[int | None, float, bool, int]) -> None:
    assert described(fit(n, window)) == expected


def test_alexnets_224_needs_uneven_padding() -> None:
    found = fit(224, Window(11, 4))
    assert (found.symmetric, found.asymmetric) == (None, (1, 2))
    assert fit(224, Window(11, 4, (1, 2))).size == 55
    assert fit(224, Window(11, 4, (2, 2))).lost == 0  # torchvision drops one row of zeros, no pixel


@pytest.mark.parametrize(
    ("n", "window", "words"),
    [
        (3, {"k": 5}, "a kernel of 5 does not fit an input of 3; raise padding to at least 1"),
        (
            3,
            {"k": 5, "dilation": 2},
            "a kernel of 5 spread over 9 does not fit an input of 3; raise padding to at least 3",
        ),
        (3, {"k": 9, "padding": (1, 1)}, "an input of 3 (5 with its padding); raise padding to at least 3"),
        (0, {"k": 1}, "the input is 0; choose a whole number from 1"),
        (3, {"k": 0}, "the kernel is 0"),
        (3, {"k": 1, "stride": 0}, "the stride is 0"),
        (3, {"k": 1, "dilation": 0}, "the dilation is 0"),
        (3, {"k": 1, "padding": (0, -1)}, "the padding is -1"),
        (10**400, {"k": 1}, "the input is too large"),
        (3, {"k": 1, "policy": "round"}, "no policy is called 'round'; there are: error, floor, ceil, same"),
    ],
)
def test_what_is_no_window_is_told_in_one_sentence(n: int, window: dict[str, object], words: str) -> None:
    with pytest.raises(BadSize) as caught:
        fit(n, Window(**window))  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert len(str(caught.value)) <= 140 and "\n" not in str(caught.value)


def test_the_padding_named_helps() -> None:
    for n, rows, _ in windows(9, "floor"):
        try:
            fit(n[0], rows)
        except BadSize as error:
            least = int(str(error).rsplit(" ", 1)[1])
            assert fit(n[0], Window(rows.k, rows.stride, (least, least), rows.dilation)).size
            if least:
                with pytest.raises(BadSize):
                    fit(n[0], Window(rows.k, rows.stride, (least - 1, least - 1), rows.dilation))


@pytest.mark.parametrize(
    ("window", "extra", "words"),
    [
        (Window(3, 2), 2, "choose at most 1"),
        (Window(3, 2, (9, 9)), 0, "lower it by at least 12 in all"),
        (Window(3, 2, policy="same"), 0, "leave out the policy same"),
        (Window(3, 2), -1, "the output padding is -1"),
    ],
)
def test_a_transposed_window_that_cannot_be_is_told(window: Window, extra: int, words: str) -> None:
    with pytest.raises(BadSize, match=words):
        transposed(3, window, extra)
