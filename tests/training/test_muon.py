"""Muon for kernels: the directions of ``torch.optim.Muon``, the singular values, what it leaves to SGD."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from cnnviz.training.loop import optimizers, train
from cnnviz.training.moving import Muon, orthogonal
from cnnviz.training.recipe import Recipe

RECIPE = Recipe("none", "none", 2, 8, lr=0.2, weight_decay=0.01, shift_rate=4, head_rate=0.5, muon=True)


def small() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, bias=False), nn.BatchNorm2d(6), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(6, 4)
    ).to(memory_format=torch.channels_last)


@pytest.mark.parametrize("shape", [(16, 40), (40, 16), (24, 24)])
def test_all_directions_become_about_as_long_and_none_turns(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    matrix = torch.randn(shape)
    u, s, vt = torch.linalg.svd(matrix, full_matrices=False)
    found = u.T @ orthogonal(matrix, steps=5).float() @ vt.T
    lengths = found.diagonal()
    assert (found - lengths.diag()).abs().max() < 0.05
    large = s > 0.05 * s.norm()  # five steps bring these close to one
    assert large.sum() >= 12 and lengths[large].min() > 0.6 and lengths.max() < 1.3


@pytest.mark.parametrize("shape", [(16, 40), (24, 24)])
def test_matrices_move_as_with_the_muon_of_torch(shape: tuple[int, int]) -> None:
    """Ours sets the length first; then, from the same weights and gradients, both take the same step."""
    torch.manual_seed(0)
    matrix = torch.randn(shape)
    matrix *= shape[0] ** 0.5 / matrix.norm()
    ours, theirs = nn.Parameter(matrix.clone()), nn.Parameter(matrix.clone())
    mine = Muon([ours], lr=0.1, momentum=0.6)
    reference = torch.optim.Muon([theirs], lr=0.1, momentum=0.6, weight_decay=0.0, ns_steps=3)
    for _ in range(4):
        ours.grad = torch.randn(shape)
        theirs.grad = ours.grad.clone()
        with torch.no_grad():
            theirs.mul_(shape[0] ** 0.5 / theirs.norm())
        mine.step()
        reference.step()
        assert torch.allclose(ours, theirs, atol=5e-3), (ours - theirs).abs().max()
    assert (ours - matrix).abs().max() > 0.05


def test_a_kernel_moves_as_the_matrix_of_its_rows_whatever_its_memory_format() -> None:
    torch.manual_seed(0)
    kernel = torch.randn(8, 5, 3, 3)
    gradient = torch.randn(8, 5, 3, 3)
    moved = []
    for made in (kernel.clone(), kernel.clone(memory_format=torch.channels_last), kernel.clone().flatten(1)):
        parameter = nn.Parameter(made)
        parameter.grad = gradient.clone().reshape(parameter.shape)
        Muon([parameter], lr=0.1).step()
        moved.append(parameter.detach().reshape(8, 5, 3, 3))
    assert torch.equal(moved[0], moved[2])
    assert torch.allclose(moved[1], moved[2], atol=1e-5)


def test_kernels_go_by_muon_and_everything_else_by_sgd() -> None:
    model = small()
    muon, sgd = optimizers(model, RECIPE)
    assert isinstance(muon, Muon) and isinstance(sgd, torch.optim.SGD)
    assert [id(p) for group in muon.param_groups for p in group["params"]] == [id(model[0].weight)]
    together = [id(p) for mover in (muon, sgd) for group in mover.param_groups for p in group["params"]]
    assert sorted(together) == sorted(id(p) for p in model.parameters())
    plain = optimizers(model, dataclasses.replace(RECIPE, muon=False))
    assert [type(one) for one in plain] == [torch.optim.SGD]


def test_a_training_with_muon_learns() -> None:
    torch.manual_seed(0)
    labels = torch.arange(32) % 4
    images = 0.3 * torch.randn(32, 3, 8, 8)
    images[torch.arange(32), labels % 3, 2 + labels, 2:6] += 3
    recipe = dataclasses.replace(RECIPE, epochs=12, lr=0.1)
    told = [event for event, _ in train(small(), recipe, lambda *_: iter([(images, labels)] * 3), steps_per_epoch=3)]
    assert told[-1].loss < 0.6 * told[0].loss
    assert told[-1].accuracy > 0.9
