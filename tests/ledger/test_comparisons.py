"""Large against small kernels, the 1×1 reduction and the rule of ten, against torch's own counts and the decks."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.ledger import ARCHITECTURES, ledger
from cnnviz.ledger.comparisons import BadComparison, Reduction, Samples, fully_connected_share, kernels


def parameters(*layers: nn.Module) -> int:
    return sum(p.numel() for layer in layers for p in layer.parameters())


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("channels", [1, 3, 64])
@pytest.mark.parametrize("large", [3, 5, 7, 11, 15])
def test_both_counts_are_those_of_torch(large: int, channels: int, *, biases: bool) -> None:
    made = kernels(large, channels=channels, biases=biases)
    one = nn.Conv2d(channels, channels, large, bias=biases)
    many = [nn.Conv2d(channels, channels, 3, bias=biases) for _ in range(made.layers)]
    assert (made.large_parameters, made.small_parameters) == (parameters(one), parameters(*many))
    picture = torch.zeros(1, channels, 20, 20)
    assert nn.Sequential(*many)(picture).shape == one(picture).shape
    assert made.field == large
    assert made.nonlinearities == len(many)


@pytest.mark.parametrize(("large", "one", "small"), [(5, 25, 18), (7, 49, 27), (11, 121, 45)])
def test_the_decks_numbers(large: int, one: int, small: int) -> None:
    made = kernels(large)
    assert (made.large_parameters, made.small_parameters) == (one, small)
    assert made.saved == pytest.approx(1 - small / one)


@pytest.mark.parametrize(("large", "channels"), [(4, 1), (1, 1), (0, 1), (-3, 1), (5, 0)])
def test_what_cannot_be_compared_is_told_in_a_sentence(large: int, channels: int) -> None:
    with pytest.raises(BadComparison) as told:
        kernels(large, channels=channels)
    assert len(str(told.value)) <= 140 and "hoose" in str(told.value)


@pytest.mark.parametrize(
    "shown", [Reduction(192, 16, 32, 5, 28), Reduction(192, 96, 128, 3, 28), Reduction(64, 80, 24, 3, 7)]
)
def test_the_reduction_costs_what_torch_counts(shown: Reduction) -> None:
    padding = shown.kernel // 2
    direct = nn.Conv2d(shown.inputs, shown.outputs, shown.kernel, padding=padding)
    reduced = nn.Sequential(
        nn.Conv2d(shown.inputs, shown.reduced, 1),
        nn.Conv2d(shown.reduced, shown.outputs, shown.kernel, padding=padding),
    )
    assert (shown.direct_parameters, shown.reduced_parameters) == (parameters(direct), parameters(reduced))
    for network, told in ((direct, shown.direct_macs), (reduced, shown.reduced_macs)):
        with FlopCounterMode(display=False) as counter:
            network(torch.zeros(1, shown.inputs, shown.size, shown.size))
        assert counter.get_total_flops() == 2 * told


def test_the_first_inception_module_is_ten_times_cheaper() -> None:
    shown = Reduction(192, 16, 32, 5, 28)
    assert (shown.direct_macs, shown.reduced_macs) == (120_422_400, 12_443_648)
    assert shown.saving == pytest.approx(9.68, abs=0.005)


def test_at_the_break_even_nothing_is_saved() -> None:
    shown = Reduction(192, 16, 32, 5, 28)
    below, above = (Reduction(192, int(shown.break_even) + more, 32, 5, 28) for more in (0, 1))
    assert below.saving > 1 > above.saving


def test_nine_tenths_of_vgg_are_in_its_linear_layers() -> None:
    made = ledger(ARCHITECTURES["vgg16"])
    assert fully_connected_share((row.kind, row.params) for row in made.rows) == pytest.approx(0.894, abs=0.0005)
    assert fully_connected_share([("pool", 0)]) == 0


def test_the_rule_of_ten_for_alexnet() -> None:
    asked = Samples(61_000_000, 1_200_000)
    assert asked.needed == 610_000_000
    assert round(asked.ratio, 3) == 0.002
