"""Integrated gradients: the gradient, summed on the way from an empty picture to this one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnviz.attribution.registry import ATTRIBUTIONS, Asked, Method, Part

if TYPE_CHECKING:
    from torch import nn

PIECES, POINTS, COARSE = 32, 2, 4


def parts(model: nn.Module, asked: Asked) -> Iterator[Part]:
    r"""The path integral of Sundararajan et al. 2017 (https://arxiv.org/abs/1703.01365).

    .. math:: (x - x') \int_0^1 \frac{\partial S_c}{\partial x}(x' + \alpha (x - x'))\, d\alpha

    The straight way from the baseline to the picture is cut into 32 pieces with 2 Gauss–Legendre points each: the
    integral is a sum over the pieces. Before them comes one coarse integral with 4 points. The attributions add up to
    the score less that of the baseline, as far as 64 points tell.
    """
    import torch
    from captum.attr import IntegratedGradients

    method = IntegratedGradients(model)
    way = asked.inputs - asked.baseline

    def integral(low: float, high: float, points: int = POINTS) -> torch.Tensor:
        found: torch.Tensor = method.attribute(
            asked.baseline + high * way,
            baselines=asked.baseline + low * way,
            target=asked.target,
            n_steps=points,
            internal_batch_size=1,
        )
        return found.float()

    yield Part(1 / (PIECES + 1), integral(0, 1, COARSE))
    total = torch.zeros_like(way)
    for k in range(PIECES):
        total += integral(k / PIECES, (k + 1) / PIECES)
        last = k + 1 == PIECES
        yield Part((k + 2) / (PIECES + 1), total if last else None)


ATTRIBUTIONS.add(
    Method(
        name="integrated-gradients",
        title="Integrated gradients",
        summary="The gradient times the change, summed on the straight way from an empty picture to this one.",
        reference="Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365",
        formula=r"(x - x') \int_0^1 \frac{\partial S_c}{\partial x}(x' + \alpha (x - x'))\, d\alpha",
        shows="What each pixel brings to the score, compared with an empty picture: it all adds up.",
        hides="Pixels that look like the baseline: those get 0, however much they matter.",
        passes=PIECES * POINTS + COARSE,
        parts=parts,
        signed=True,
        complete=True,
        order=3,
    )
)
