"""DeepLift: how much each unit differs from what it is for an empty picture, handed down layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnviz.attribution.modules import refuse
from cnnviz.attribution.registry import ATTRIBUTIONS, Asked, Method, Part

if TYPE_CHECKING:
    from torch import nn


def parts(model: nn.Module, asked: Asked) -> Iterator[Part]:
    r"""The rescale rule of Shrikumar et al. 2017 (https://arxiv.org/abs/1704.02685).

    At each nonlinearity the gradient is replaced by :math:`\Delta y / \Delta x`, the differences to the baseline's
    values. The attributions add up to the score less that of the baseline; where a max pooling chooses
    otherwise than for the baseline, captum's rule lets some of it go. One pass of both pictures.
    """
    from captum.attr import DeepLift

    yield Part(1.0, DeepLift(model).attribute(asked.inputs, baselines=asked.baseline, target=asked.target))


ATTRIBUTIONS.add(
    Method(
        name="deeplift",
        title="DeepLift",
        summary="Differences to an empty picture, handed down from layer to layer instead of gradients.",
        reference="Shrikumar et al. 2017, https://arxiv.org/abs/1704.02685",
        formula=r"\sum_i C_{\Delta x_i \Delta S_c} = \Delta S_c, \qquad m = \frac{\Delta y}{\Delta x}",
        shows="What each pixel brings to the score, as integrated gradients do, in one pass and past saturated units.",
        hides="Pixels that look like the baseline; and two networks that compute the same may get two maps.",
        passes=2,
        parts=parts,
        signed=True,
        complete=True,
        rewritten=True,
        refuse=refuse,
        order=5,
    )
)
