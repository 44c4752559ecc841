"""The derivative by a convolution's input, beside torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cnnviz.models import input_gradient
from cnnviz.models.packed import POSSIBLE, PackedConv2d

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="torch without oneDNN: convolutions are torch's own")

LAYERS = {
    "3×3": (nn.Conv2d(8, 12, 3, padding=1), (9, 7)),
    "3×3, stride 2": (nn.Conv2d(8, 12, 3, stride=2, padding=1), (10, 9)),
    "1×1, stride 2": (nn.Conv2d(8, 12, 1, stride=2), (8, 7)),
    "tall": (nn.Conv2d(8, 12, (5, 1), stride=(3, 1), padding=(2, 0)), (14, 6)),
    "dilated": (nn.Conv2d(8, 12, 3, padding=2, dilation=2), (9, 9)),
    "depthwise": (nn.Conv2d(8, 8, 3, padding=1, groups=8), (9, 9)),
    "groups": (nn.Conv2d(8, 12, 3, stride=2, groups=4), (9, 8)),
    "first of a ResNet": (nn.Conv2d(3, 16, 7, stride=2, padding=3), (33, 40)),
    "first of AlexNet": (nn.Conv2d(3, 16, 11, stride=4, padding=2), (64, 61)),
    "first, without padding": (nn.Conv2d(3, 16, 7, stride=2), (32, 31)),
    "patches": (nn.Conv2d(3, 16, 8, stride=8), (35, 32)),
    "much padding": (nn.Conv2d(1, 16, 5, stride=2, padding=4), (9, 9)),
    "patches with gaps": (nn.Conv2d(3, 16, 5, stride=7), (31, 33)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_it_is_what_torch_computes(name: str) -> None:
    """For every stride, padding and group; a picture's gradient through the shuffle too."""
    plain, size = LAYERS[name]
    plain = plain.requires_grad_(requires_grad=False)
    x = torch.randn(2, plain.in_channels, *size, generator=torch.Generator().manual_seed(0)).requires_grad_()
    slope = torch.randn_like(plain(x))
    (wanted,) = torch.autograd.grad(plain(x), [x], slope)
    packed = PackedConv2d.of(plain)
    (found,) = torch.autograd.grad(packed(x), [x], slope)
    assert found.shape == wanted.shape
    assert (found - wanted).abs().max() <= 1e-5 * wanted.abs().max()
    assert any("backward" in use for (_, use, _), _ in packed._packed)  # it did not go the usual way


def test_first_layers_shuffle() -> None:
    """The layers meant for it go that way, and no others."""
    shuffled = {name for name, (layer, _) in LAYERS.items() if input_gradient._few(PackedConv2d.of(layer))}
    assert shuffled == {name for name in LAYERS if "first" in name or name == "much padding" or "patches" in name}


def test_weights_that_change_are_packed_anew() -> None:
    """And a second size does not take the weights of the first."""
    packed = PackedConv2d.of(nn.Conv2d(8, 12, 3, padding=1).requires_grad_(requires_grad=False))
    for change in (1.0, 2.0):
        packed.weight.mul_(change)
        for side in (8, 9, 10, 8):
            x = torch.randn(1, 8, side, side, requires_grad=True)
            (found,) = torch.autograd.grad(packed(x).sum(), [x])
            wanted = nn.grad.conv2d_input(x.shape, packed.weight, torch.ones(1, 12, side, side), padding=1)
            assert torch.allclose(found, wanted, atol=1e-4)
    assert len(packed._packed) <= 4


def test_it_can_be_differentiated_again() -> None:
    """The derivative of a derivative, as for a convolution of torch."""
    plain = nn.Conv2d(4, 4, 3, padding=1).requires_grad_(requires_grad=False)
    x = torch.randn(1, 4, 6, 6, requires_grad=True)
    found = []
    for layer in (plain, PackedConv2d.of(plain)):
        (slope,) = torch.autograd.grad(layer(x).square().sum(), [x], create_graph=True)
        found.append(torch.autograd.grad(slope.square().sum(), [x])[0])
    assert torch.allclose(*found, rtol=1e-4)
