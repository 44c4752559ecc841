"""Winograd's convolution, beside the plain one in float64."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cnnviz.models import winograd
from cnnviz.models.packed import POSSIBLE, PackedConv2d

pytestmark = pytest.mark.skipif(not (POSSIBLE and winograd.POSSIBLE), reason="torch without oneDNN")


def _layer(channels: int, *, padding: int = 1, bias: bool = True, answers: int = 0) -> PackedConv2d:
    torch.manual_seed(channels)
    plain = nn.Conv2d(channels, answers or channels, 3, padding=padding, bias=bias)
    return PackedConv2d.of(plain.requires_grad_(requires_grad=False))


@pytest.mark.parametrize(
    ("size", "padding", "count"),
    [((7, 7), 1, 8), ((14, 14), 1, 2), ((8, 16), 1, 4), ((9, 6), 0, 16), ((13, 7), 2, 6), ((7, 7), 1, 16)],
)
@pytest.mark.parametrize("bias", [True, False])
def test_it_is_the_convolution(size: tuple[int, int], padding: int, count: int, *, bias: bool) -> None:
    """To 1e-5 of the largest answer, at every size of map and batch, with the same weights packed once."""
    layer = _layer(256, padding=padding, bias=bias, answers=272)
    with torch.inference_mode():
        x = torch.randn(count, 256, *size, generator=torch.Generator().manual_seed(0)).relu()
        found = winograd.convolved(layer, x.to(memory_format=torch.channels_last))
        exact = nn.functional.conv2d(
            x.double(), layer.weight.double(), None if layer.bias is None else layer.bias.double(), padding=padding
        )
    assert found.shape == exact.shape
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert (found - exact).abs().max() <= 1e-5 * exact.abs().max()


def test_the_matrices_convolve() -> None:
    """Four answers of a kernel of three from six numbers, exactly: the identity that all rests on."""
    back, forth, kernel = winograd.matrices()
    d, g = (torch.randn(n, dtype=torch.float64, generator=torch.Generator().manual_seed(n)) for n in (6, 3))
    found = back @ ((kernel @ g) * (forth @ d))
    assert torch.allclose(found, d.unfold(0, 3, 1) @ g, rtol=0, atol=1e-13)


def test_a_layer_takes_it_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many channels and tiles, float32, nobody who differentiates; with new weights once they change."""
    taken: list[tuple[int, ...]] = []
    convolved = winograd.convolved
    monkeypatch.setattr(winograd, "convolved", lambda layer, x: taken.append(tuple(x.shape)) or convolved(layer, x))
    layer, few = _layer(256), _layer(16)
    x = torch.randn(16, 256, 16, 16)
    layer(x)
    assert taken == [(16, 256, 16, 16)]
    layer(x[:1])
    few(x[:, :16])
    layer(x.requires_grad_()).sum().backward()
    PackedConv2d.of(layer.to(torch.bfloat16))(x.detach().bfloat16())
    assert len(taken) == 1
    layer = _layer(256)
    before = layer(x.detach())
    layer.weight.mul_(2)
    layer.bias.mul_(2)
    assert torch.allclose(layer(x.detach()), 2 * before, atol=1e-5)
    assert len(taken) == 3
