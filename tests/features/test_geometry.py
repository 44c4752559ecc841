"""Receptive fields: equal to brute force, changing pixels one by one and looking which answers change."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.features import Source, field, search
from cnnviz.features.cutting import SIDE as SHOWN
from cnnviz.features.cutting import cut, strip, window
from cnnviz.models import Network
from tests.features.conftest import SIDE, hooked, made


def seen_by_brute_force(network: Network, layer: str) -> np.ndarray:
    """Which rows and columns of the picture reach which cell: bool (side, side, h, w), by a NaN in one pixel.

    NaN goes through every product, maximum and sum, so nothing can hide it: not a zero weight, not a silent ReLU.
    """
    inputs = torch.zeros(SIDE * SIDE, 3, SIDE, SIDE)
    for k in range(SIDE * SIDE):
        inputs[k, :, k // SIDE, k % SIDE] = float("nan")
    kept: list[torch.Tensor] = []
    handle = network.model.get_submodule(layer).register_forward_hook(lambda *args: kept.append(args[2].clone()))
    with torch.no_grad():
        network.model(inputs)
    handle.remove()
    answers = kept[0].isnan().any(1).numpy()
    return answers.reshape(SIDE, SIDE, *answers.shape[1:])


@pytest.mark.parametrize("layer", ["first", "act", "inner", "pool", "last"])
def test_fields_are_those_of_brute_force(network: Network, layer: str) -> None:
    reached, found = seen_by_brute_force(network, layer), field(network, layer)
    for row, column in np.ndindex(*reached.shape[2:]):
        pixels = np.argwhere(reached[:, :, row, column])
        (top, left), (bottom, right) = pixels.min(0), pixels.max(0)
        wanted = (top, left, bottom - top + 1, right - left + 1)
        inside = found.inside(row, column, view=(SIDE, SIDE))
        box = found.box(row, column)
        if layer == "inner":  # dilated: a border row may see nothing but padding at its very edge
            assert inside[0] <= top and inside[0] + inside[2] >= bottom + 1
        else:
            assert inside == wanted
        assert box[0] <= inside[0] and box[2] >= inside[2]


def test_published_networks_have_the_published_fields() -> None:
    from cnnviz.models import NETWORKS

    resnet = NETWORKS["resnet18"].build(10)
    net = Network(NETWORKS["resnet18"], resnet, classes=tuple("0123456789"))
    assert (
        field(net, "layer4").rows.size == 435
    )  # Araujo, Norris & Sim 2019, https://distill.pub/2019/computing-receptive-fields
    assert field(net, "layer4").rows.jump == 32


def test_a_gate_over_the_whole_picture_is_left_out_and_pooling_of_it_all_is_told() -> None:
    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, padding=1)
            self.squeeze = nn.AdaptiveAvgPool2d(1)
            self.gate = nn.Conv2d(4, 4, 1)
            self.out = nn.Identity()
            self.end = nn.Linear(4, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.conv(x)
            y = self.out(y * self.gate(self.squeeze(y)).sigmoid())
            return self.end(y.mean((2, 3)))

    net = made(Gated)
    assert field(net, "out").rows.size == 3
    assert field(net, "gate").inside(0, 0, view=(SIDE, SIDE)) == (0, 0, SIDE, SIDE)


def test_it_leaves_no_graph_or_gradient_behind(network: Network) -> None:
    field(network, "last")
    assert all(p.grad is None and not p.requires_grad for p in network.model.parameters())
    assert not any(module._forward_hooks for module in network.model.modules())


def test_the_best_patches_are_those_of_brute_force(network: Network, source: Source, pictures: np.ndarray) -> None:
    *_, found = search(network, "last", source)
    answers = hooked(network, "last", pictures)
    assert found.seen == found.total == len(pictures) and found.scores.shape == (6, 9)
    for unit in range(6):
        peaks = answers[:, unit].reshape(len(pictures), -1).max(1)
        order = np.argsort(-peaks, kind="stable")[:9]
        np.testing.assert_array_equal(found.numbers[unit], order)
        np.testing.assert_allclose(found.scores[unit], peaks[order], rtol=1e-5)
        for place, number in enumerate(order):
            at = np.unravel_index(answers[number, unit].argmax(), answers.shape[2:])
            assert (found.rows[unit, place], found.columns[unit, place]) == at


def test_what_a_patch_leaves_out_does_not_matter_to_the_answer(
    network: Network, source: Source, pictures: np.ndarray
) -> None:
    *_, found = search(network, "pool", source)
    rng = np.random.default_rng(1)
    for unit, place in [(0, 0), (4, 8)]:
        top, left, height, width = window(found.box(unit, place), view=(SIDE, SIDE))
        changed = rng.integers(0, 256, (1, SIDE, SIDE, 3), dtype=np.uint8)
        number = found.numbers[unit, place]
        changed[0, top : top + height, left : left + width] = pictures[number, top : top + height, left : left + width]
        answer = hooked(network, "pool", changed)[0, unit, found.rows[unit, place], found.columns[unit, place]]
        assert answer == pytest.approx(float(found.scores[unit, place]), abs=1e-5)


def test_crops_of_one_photograph_do_not_fill_the_nine(network: Network, pictures: np.ndarray) -> None:
    groups = np.arange(len(pictures)) % 5
    crops = Source("crops", "crops", tuple("abcde"), groups, lambda numbers: pictures[numbers], grouped=True)
    *_, found = search(network, "last", crops)
    assert sorted(np.concatenate([np.arange(len(pictures))])) == list(range(found.total))
    for numbers in found.numbers:
        there = numbers[numbers >= 0]
        assert len(there) == 9 and np.bincount(there % 5).max() <= 2


def test_a_patch_is_cut_where_it_is(pictures: np.ndarray) -> None:
    shown = cut(pictures[0], (-3, 20, 8, 8))
    assert shown.shape == (SHOWN, SHOWN, 3)
    np.testing.assert_array_equal(shown[::8, ::8], pictures[0, 0:8, 16:24])
    assert cut(pictures[0], (-50, -50, 200, 200)).shape == (SHOWN, SHOWN, 3)


def test_fewer_pictures_than_nine_leave_blanks(network: Network, pictures: np.ndarray) -> None:
    few = Source("few", "few", ("a",), np.zeros(4, np.int64), lambda numbers: pictures[numbers])
    *_, found = search(network, "last", few)
    assert (found.numbers[:, 4:] == -1).all() and (found.numbers[:, :4] >= 0).all()
    sheet = strip(few, found, 2)
    assert sheet.shape == (SHOWN, 9 * SHOWN, 3) and (sheet[:, 4 * SHOWN :] == 127).all()
