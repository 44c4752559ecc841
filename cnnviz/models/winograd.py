r"""A 3×3 convolution with a quarter of the multiplications, for many channels and several pictures at once.

Lavin & Gray 2016 (https://arxiv.org/abs/1509.09308): a tile of 4×4 answers needs 9 products per answer, but 36 in all
where tiles and kernels are first turned into values of polynomials at 6 points.

.. math:: Y = A^\top \left[ (G g G^\top) \odot (B^\top d B) \right] A

Turning costs additions in proportion to the channels, multiplying grows with their square: so it pays for many. The
result differs from that of a plain convolution by a few float32 roundings, less than 1e-5 of the largest answer.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from cnnviz.models.packed import PackedConv2d

TILE, KERNEL = 4, 3
SIDE = TILE + KERNEL - 1
POINTS = (Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(-2))
"""Besides infinity. With 1/2 and -2 a third of the error that the usual 2 and -2 make: values stay of one size."""

EVERYWHERE = SIDE + 1
"""The point (1, 1), whose powers are all 1: what is added there is added to every answer of a tile, as a bias is."""

ROWS = 64  # of a product that its weights are laid out for; others are as quick
TILES, WASTE = {512: 32, 256: 128}, 1.4
"""With so many channels at least so many tiles, of at most so many times the answers: measured where it wins."""


def pays(layer: PackedConv2d, x: Tensor) -> bool:
    """Whether this is the faster way for ``layer`` on ``x`` ``(N, C, H, W)``, which nobody differentiates."""
    fits = layer.kernel_size == (KERNEL, KERNEL) and layer.stride == layer.dilation == (1, 1) and layer.groups == 1
    channels = min(layer.in_channels, layer.out_channels)
    least = next((tiles for many, tiles in TILES.items() if channels >= many), 0)
    if not (fits and least and x.dtype == torch.float32 and POSSIBLE):
        return False
    height, width = _size(layer, x)
    tiles = -(-height // TILE) * -(-width // TILE)
    return len(x) * tiles >= least and tiles * TILE**2 <= WASTE * height * width


def convolved(layer: PackedConv2d, x: Tensor) -> Tensor:
    """``layer(x)``, ``(N, K, h, w)`` in channels_last."""
    weights = layer.kept("winograd", (), _packed)
    bias = None if layer.bias is None else layer.bias.detach()
    height, width = _size(layer, x)
    tiles = -(-height // TILE), -(-width // TILE)
    values = _turned(x, tiles, (int(layer.padding[0]), int(layer.padding[1])))
    multiply = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001 (what torch.compile calls, too)
    products = torch.stack([
        multiply(value, weight, bias if place == EVERYWHERE else None, "none", [], "")
        for place, (value, weight) in enumerate(zip(values, weights, strict=True))
    ])  # fmt: skip
    back = matrices()[0].float()
    answers = torch.kron(back, back) @ products.view(SIDE * SIDE, -1)
    tiled = answers.view(TILE, TILE, *tiles, len(x), -1).permute(4, 2, 0, 3, 1, 5)
    whole = tiled.reshape(len(x), tiles[0] * TILE, tiles[1] * TILE, -1)
    return whole[:, :height, :width].contiguous().permute(0, 3, 1, 2)


def _turned(x: Tensor, tiles: tuple[int, int], padding: tuple[int, int]) -> Tensor:
    """The values of each tile at the points, ``(36, tiles down * tiles across * N, C)``.

    One matrix for all tiles of a column, one for all of a row: they also pad, and nothing is copied twice.
    """
    count, channels, height, width = x.shape
    down, across = _bands(height, tiles[0], padding[0]), _bands(width, tiles[1], padding[1])
    rows = down @ x.permute(2, 3, 0, 1).reshape(height, -1)
    values = across @ rows.view(len(down), width, -1)  # (points, tiles down) × (points, tiles across) × (N, C)
    apart = values.view(SIDE, tiles[0], SIDE, -1).transpose(1, 2)
    return apart.reshape(SIDE * SIDE, tiles[0] * tiles[1] * count, channels)


@cache
def matrices() -> tuple[Tensor, Tensor, Tensor]:
    """``A`` transposed ``(4, 6)``, ``B`` transposed ``(6, 6)`` and ``G`` ``(6, 3)``, in float64."""
    with torch.inference_mode(mode=False):
        powers = torch.tensor([[float(point) ** k for k in range(SIDE)] for point in POINTS], dtype=torch.float64)
        at_infinity = torch.eye(SIDE, dtype=torch.float64)[-1:]
        whole = torch.cat([powers, at_infinity])
        answers, kernels = (torch.cat([powers[:, :k], at_infinity[:, -k:]]) for k in (TILE, KERNEL))
        return answers.T.contiguous(), torch.linalg.inv(whole).T.contiguous(), kernels


@lru_cache(maxsize=16)
def _bands(length: int, tiles: int, padding: int) -> Tensor:
    """Along one side of a map of ``length``: the values at each point, of all tiles, ``(6 · tiles, length)``."""
    with torch.inference_mode(mode=False):
        tile = matrices()[1].float()
        found = torch.zeros(SIDE, tiles, tiles * TILE + KERNEL - 1 + length)
        for k in range(tiles):
            found[:, k, k * TILE : k * TILE + SIDE] = tile
        return found[:, :, padding : padding + length].reshape(SIDE * tiles, length)


def _packed(weight: Tensor) -> tuple[Tensor, ...]:
    """The kernels ``(K, C, 3, 3)`` at the 36 points, each ``(K, C)`` as oneDNN wants it."""
    turn = matrices()[2]
    turned = torch.einsum("ip,jq,kcpq->ijkc", turn, turn, weight.double()).flatten(0, 1).float()
    pack = torch.ops.mkldnn._reorder_linear_weight  # noqa: SLF001
    return tuple(pack(each.contiguous(), ROWS) for each in turned)


def _size(layer: PackedConv2d, x: Tensor) -> tuple[int, int]:
    height, width = (x.shape[axis] + 2 * int(layer.padding[axis - 2]) - KERNEL + 1 for axis in (2, 3))
    return height, width


POSSIBLE = all(hasattr(torch.ops.mkldnn, name) for name in ("_linear_pointwise", "_reorder_linear_weight"))
