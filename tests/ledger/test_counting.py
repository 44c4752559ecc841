"""Ledgers against printed numbers and torch: totals, rows, fields, memory, and what is refused."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import cnnviz.models
from cnnviz.ledger import ARCHITECTURES, Architecture, Conv, Layer, Pool, Row, StackError, ledger, parse

RowsOf = Callable[[Sequence[Layer], Tensor], tuple[Tensor, list[Tensor]]]

PRINTED = {  # the decks' and papers' totals
    "lenet": 61_706,
    "lenet-1998": 60_000,
    "convnetjs": 22_466,
    "alexnet": 61_100_840,
    "alexnet-2012": 60_965_224,
    "alexnet-one-tower": 62_378_344,
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg-c": 133_638_952,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "googlenet": 6_624_904,
    "resnet50": 25_557_032,
    "resnet50-2015": 25_557_032,
    "resnet152": 60_192_808,
    "resnet20": 269_722,
    "cifar-resnet20": 272_474,
}


def row(network: str, name: str) -> Row:
    (found,) = [row for row in ledger(ARCHITECTURES[network]).rows if row.name == name]
    return found


@pytest.mark.parametrize("name", PRINTED)
def test_printed_totals(name: str) -> None:
    assert ledger(ARCHITECTURES[name]).params == PRINTED[name]


@pytest.mark.parametrize(("name", "rows"), [
    ("lenet", {"C1": 156, "C3": 2_416, "C5": 48_120, "F6": 10_164, "fc1": 850}),
    ("lenet-1998", {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164}),
    ("alexnet-one-tower", {"conv1": 34_944}),
    ("vgg16", {"fc1": 102_764_544, "fc2": 16_781_312, "fc3": 4_097_000}),
])  # fmt: skip
def test_printed_rows(name: str, rows: dict[str, int]) -> None:
    assert {row: found.params for row, found in by_name(name).items() if row in rows} == rows


def by_name(network: str) -> dict[str, Row]:
    return {row.name: row for row in ledger(ARCHITECTURES[network]).rows}


def test_the_share_of_linear_layers_and_the_billions_of_the_decks() -> None:
    vgg = ledger(ARCHITECTURES["vgg16"])
    assert round(100 * sum(row.params for row in vgg.rows if row.kind == "linear") / vgg.params, 1) == 89.4
    assert round(vgg.macs / 1e9, 2) == 15.47
    assert round(sum(row.macs for row in vgg.rows if row.kind == "conv") / 1e9, 2) == 15.35
    assert round(ledger(ARCHITECTURES["resnet50"]).macs / 1e9, 3) == 4.089
    assert ledger(ARCHITECTURES["resnet50-2015"]).macs / 1e9 == pytest.approx(3.8, abs=0.06)


def test_the_neurons_of_alexnet() -> None:
    """659,272 where the paper says 650,000: every convolution's and linear layer's outputs, and the 1000 scores."""
    rows = ledger(ARCHITECTURES["alexnet-2012"]).rows
    assert sum(math.prod(row.output) for row in rows if row.kind in {"conv", "linear"}) == 659_272


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if ARCHITECTURES[name].published])
def test_what_was_published(name: str) -> None:
    """Exact where the number is, within its last digit where the source rounds."""
    found = ledger(ARCHITECTURES[name])
    for what, published in ARCHITECTURES[name].published.items():
        rounded = next((share for word, share in ROUNDED.items() if word in published.source), 0)
        assert getattr(found, what) == pytest.approx(published.value, rel=rounded, abs=0)


ROUNDED = {"three decimals": 2e-3, "one decimal": 0.02, "in millions": 0.025, "in thousands": 0.03}


@pytest.mark.parametrize("name", ["photo", "convnetjs", "cifar-resnet20"])
def test_the_programs_own_networks(name: str, parameters: Callable[[nn.Module], int]) -> None:
    spec, found = cnnviz.models.NETWORKS[name], ledger(ARCHITECTURES[name])
    assert found.input == (3, spec.input_size, spec.input_size)
    with torch.device("meta"):
        network = spec.build(found.rows[-1].output[0])
    seen: list[tuple[int, ...]] = []
    for inner in network.modules():
        if isinstance(inner, nn.Conv2d):
            inner.register_forward_hook(lambda *hook: seen.append(tuple(hook[2].shape[1:])))
    network(torch.empty((2, *found.input), device="meta"))
    assert found.params == parameters(network)
    assert sorted(row.output for row in found.rows if row.kind == "conv") == sorted(seen)


@pytest.mark.parametrize(("network", "name", "field", "jump"), [
    ("vgg16", "pool5", 212, 32),
    ("convnetjs", "pool3", 36, 8),
    ("lenet", "C5", 32, 4),
    ("alexnet-one-tower", "pool3", 195, 32),
    ("resnet50", "relu49", 427, 32),
    ("resnet50-2015", "relu49", 483, 32),
])  # fmt: skip
def test_printed_fields(network: str, name: str, field: int, jump: int) -> None:
    found = row(network, name)
    assert (found.receptive_field, found.jump) == (field, jump)


def test_five_small_windows_see_what_a_large_one_does() -> None:
    assert [row.receptive_field for row in ledger([Conv(8, 3)] * 5, (3, 32, 32)).rows] == [3, 5, 7, 9, 11]
    assert ledger([Conv(8, 11)], (3, 32, 32)).rows[0].receptive_field == 11


def test_padding_by_half_the_window_keeps_the_offset_at_zero() -> None:
    rows = ledger(parse("conv 8 3 p1; conv 8 5 p2 s2; conv 8 7 p3 s2; conv 8 3 s2"), (3, 64, 64)).rows
    assert [row.offset for row in rows] == [0, 0, 0, 4]
    assert [row.jump for row in rows] == [1, 2, 4, 8]


def test_a_fully_connected_layer_sees_what_the_map_sees() -> None:
    rows = {row.name: row for row in ledger(parse("conv 4 3 p1; pool 2; global; fc 5"), (3, 8, 12)).rows}
    for name in ("global1", "fc1"):
        vertical, horizontal = rows[name].axes
        assert (vertical.start, vertical.size, horizontal.start, horizontal.size) == (-1, 10, -1, 14)
        assert rows[name].receptive_field == 14


def test_an_auxiliary_classifier_is_seen_by_nothing_behind_it() -> None:
    plain, helped = by_name("googlenet"), by_name("googlenet-aux")
    assert helped["inception-5b"].axes == plain["inception-5b"].axes
    assert helped["inception-4b"].output == plain["inception-4b"].output
    assert helped["fc5"].params == plain["fc1"].params


def test_memory_is_counted_once_for_each_stored_output() -> None:
    rows = {row.name: row.activation_bytes for row in ledger(parse("conv 4 3 p1; bn; relu; dropout; fc 5; relu")).rows}
    assert rows == {"conv1": 4 * 4 * 224**2, "bn1": 4 * 4 * 224**2, "relu1": 0, "dropout1": 0, "fc1": 20, "relu2": 0}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_network_says_what_it_is(name: str) -> None:
    architecture = ARCHITECTURES[name]
    assert architecture.name == name
    assert architecture.title
    assert "http" in architecture.reference
    assert architecture.summary.endswith(".")
    assert architecture.notes == "" or architecture.notes.endswith(".")
    assert len(architecture.summary) <= 110


def test_no_two_networks_stand_in_the_same_place() -> None:
    said = [architecture.order for architecture in ARCHITECTURES.values() if architecture.order != Architecture.order]
    assert len(set(said)) == len(said) > 30  # those that say no order stand at the end, by name


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_rows_hang_together(name: str) -> None:
    found = ledger(ARCHITECTURES[name])
    assert len({row.name for row in found.rows}) == len(found.rows)
    for what in ("params", "macs", "activation_bytes"):
        assert getattr(found, what) == sum(getattr(row, what) for row in found.rows)
    for number, row in enumerate(found.rows):
        assert row.inputs
        assert all(-1 <= source < number for source in row.inputs)


@pytest.mark.parametrize("name", ["googlenet-2014", "densenet121", "resnet34", "resnet32", "zfnet", "lenet-1998"])
def test_sizes_of_all_rows(name: str, rows_of: RowsOf) -> None:
    architecture = ARCHITECTURES[name]
    with torch.device("meta"):
        _, seen = rows_of(architecture.layers, torch.empty((1, *architecture.input)))
    assert [row.output for row in ledger(architecture).rows] == [tuple(out.shape[1:]) for out in seen]


WINDOWS = st.builds(
    dict,
    kernel=st.integers(1, 6),
    stride=st.integers(1, 4),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
    groups=st.sampled_from([1, 2, 4]),
    bias=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(WINDOWS, st.integers(1, 30), st.integers(1, 30))
def test_any_convolution_is_as_torch_says(window: dict[str, int], height: int, width: int) -> None:
    names = {"kernel": "kernel_size"}
    theirs = nn.Conv2d(4, 8, **{names.get(key, key): value for key, value in window.items()}, device="meta")
    try:
        out = theirs(torch.empty((1, 4, height, width), device="meta"))
    except RuntimeError:
        with pytest.raises(StackError, match="at least"):
            ledger([Conv(8, **window)], (4, height, width))
        return
    (row,) = ledger([Conv(8, **window)], (4, height, width)).rows
    assert row.output == tuple(out.shape[1:])
    assert row.params == sum(weight.numel() for weight in theirs.parameters())


POOLS = st.builds(Pool, st.just("max"), st.integers(1, 5), st.integers(1, 5), st.integers(0, 2), st.booleans())


@settings(max_examples=300, deadline=None)
@given(POOLS, st.integers(1, 20))
def test_any_pool_is_as_torch_says(pool: Pool, size: int) -> None:
    theirs = nn.MaxPool2d(pool.kernel, pool.stride, pool.padding, ceil_mode=pool.ceil)
    try:
        out = theirs(torch.empty((1, 2, size, size + 3)))
    except RuntimeError:
        with pytest.raises(StackError):
            ledger([pool], (2, size, size + 3))
        return
    assert ledger([pool], (2, size, size + 3)).rows[0].output == out.shape[1:]


@pytest.mark.parametrize(("network", "layer", "side"), [
    ("alexnet", "pool3", 63),
    ("vgg16", "pool5", 32),
    ("lenet", "C5", 32),
    ("convnetjs", "pool3", 8),
])  # fmt: skip
def test_an_input_that_is_too_small_is_told_how_large_it_must_be(network: str, layer: str, side: int) -> None:
    architecture = ARCHITECTURES[network]
    channels = architecture.input[0]
    with pytest.raises(StackError, match=rf"^{layer} .* at least {side}×{side}$"):
        ledger(architecture, (channels, side - 1, side - 1))
    assert ledger(architecture, (channels, side, side)).rows


@pytest.mark.parametrize(("text", "words"), [
    ("conv 4 3 g2", "conv1 has 2 groups"),
    ("fc 3; conv 4 3", "conv1 gets 3 numbers"),
    ("pool 2 p2", "pool1 pads 2"),
    ("conv 16 3 p1; residual { conv 32 3 p1 s2 }", "shortcut { conv 32 1 s2 }"),
    ("conv 16 3 p1; residual { conv 16 3 }", "equal"),
    ("concat { branch { conv 4 3 } branch { } }", "can't stack 4×224×224"[:11]),
    ("identity 2", "can only add channels"),
    ("partial 3 0,1 2,3", "lists channel 3"),
    ("repeat 30 { conv 8 3 p1; pool 2 s2 }", "fewer strides or pools"),
    ("repeat 30 { concat { branch { } branch { } } }", "channels; stack fewer"),
])  # fmt: skip
def test_what_does_not_fit_is_told_how_it_would(text: str, words: str) -> None:
    with pytest.raises(StackError) as caught:
        ledger(parse(text))
    assert words in str(caught.value)
    assert len(str(caught.value)) <= 140


@pytest.mark.parametrize("size", [(3, 0, 5), (3, 5000, 5), (-1, 5, 5), (3, 4097, 1)])
def test_inputs_that_are_none(size: tuple[int, int, int]) -> None:
    with pytest.raises(StackError, match="from 1 to 4096"):
        ledger(ARCHITECTURES["lenet"], size)


def test_the_advice_to_a_residual_sum_works() -> None:
    layers = parse("conv 16 3 p1; residual { conv 32 3 p1 s2 } shortcut { conv 32 1 s2 }")
    assert ledger(layers).rows[-1].output == (32, 112, 112)


def test_the_paper_of_alexnet_does_not_fit_its_own_input() -> None:
    """(224 - 11) / 4 is no whole number; both sizes give 54 or 55 places."""
    sides = [ledger([Conv(96, 11, 4)], (3, side, side)).rows[0].output[1] for side in (224, 227)]
    assert sides == [54, 55]


def test_it_is_quick() -> None:
    ARCHITECTURES["resnet152"]
    start = time.process_time()
    ledger(ARCHITECTURES["resnet152"])
    assert time.process_time() - start < 0.1


def test_larger_pictures_cost_more() -> None:
    costs = [ledger(ARCHITECTURES["resnet18"], (3, side, side)).macs for side in (64, 128, 224)]
    assert all(small < large for small, large in pairwise(costs))
