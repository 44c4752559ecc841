"""Saliency: the gradient of the score by the pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnviz.attribution.registry import ATTRIBUTIONS, Asked, Method, Part

if TYPE_CHECKING:
    from torch import nn


def parts(model: nn.Module, asked: Asked) -> Iterator[Part]:
    r"""The gradient of Simonyan et al. 2013 (https://arxiv.org/abs/1312.6034): :math:`\partial S_c / \partial x`.

    One backward pass. The map is the largest magnitude of the three colours.
    """
    from captum.attr import Saliency

    yield Part(1.0, Saliency(model).attribute(asked.inputs, target=asked.target, abs=False))


ATTRIBUTIONS.add(
    Method(
        name="saliency",
        title="Saliency",
        summary="The gradient of the score by each pixel.",
        reference="Simonyan et al. 2013, https://arxiv.org/abs/1312.6034",
        formula=r"\max_{\mathrm{rgb}} \left| \frac{\partial S_c}{\partial x} \right|",
        shows="Which pixels the score would react to most if they changed a very little.",
        hides="What the score is made of: a saturated unit has the gradient 0, and noise is everywhere.",
        passes=1,
        parts=parts,
        order=1,
    )
)
