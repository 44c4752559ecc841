"""Fourier: the picture is a sum of waves, and slow waves move most."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from cnnviz.actmax.registry import PARAMETERIZATIONS, Shape, Space

if TYPE_CHECKING:
    from torch import Generator, Tensor

START = 0.01  # spread of the first coefficients: the picture starts almost gray
GAIN = 0.25


def start(channels: int, shape: Shape, generator: Generator) -> Tensor:
    """Small normal coefficients, real and imaginary part, ``(N, C, h, w // 2 + 1, 2)``."""
    import torch

    count, height, width = shape
    return START * torch.randn(count, channels, height, width // 2 + 1, 2, generator=generator)


def planes(values: Tensor, shape: Shape) -> Tensor:
    r"""The inverse real Fourier transform of the scaled coefficients, ``(N, C, h, w)``.

    .. math:: x = F^{-1}(s \odot z), \qquad s(f) = g / \max(f, 1 / \max(h, w))

    ``f`` is in cycles per pixel. Photographs have amplitudes that fall as 1/f; with this scale a step of equal length
    in every coefficient ``z`` is a step in a picture with such amplitudes.
    """
    import torch

    _, height, width = shape
    waves = torch.view_as_complex(values) * scale(height, width)
    made: Tensor = torch.fft.irfft2(waves, s=(height, width), norm="ortho")
    return made


def spectrum(pictures: Tensor) -> Tensor:
    """The coefficients of given planes ``(N, C, h, w)``: the inverse of :func:`planes`."""
    import torch

    waves = torch.fft.rfft2(pictures, norm="ortho") / scale(*pictures.shape[2:])
    return torch.view_as_real(waves)


@functools.lru_cache(maxsize=8)
def scale(height: int, width: int) -> Tensor:
    """How far each wave goes for one unit of its coefficient, ``(h, w // 2 + 1)``; the mean counts as the slowest."""
    import torch

    with torch.inference_mode(mode=False):
        frequency = torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None])
        return GAIN / frequency.clamp_min(1 / max(height, width))


PARAMETERIZATIONS.add(
    Space(
        name="fourier",
        title="Fourier",
        summary="A sum of waves whose slow ones move most, as in photographs: shape comes before grain.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        start=start,
        planes=planes,
        order=1,
    )
)
