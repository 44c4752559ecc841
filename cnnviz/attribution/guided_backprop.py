"""Guided backpropagation: the gradient, with everything negative stopped at each ReLU."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnviz.attribution.modules import refuse
from cnnviz.attribution.registry import ATTRIBUTIONS, Asked, Method, Part

if TYPE_CHECKING:
    from torch import nn


def parts(model: nn.Module, asked: Asked) -> Iterator[Part]:
    """The filtered gradient of Springenberg et al. 2014 (https://arxiv.org/abs/1412.6806).

    On the way back every ReLU lets through only what is positive, besides what its own forward pass stopped. One
    backward pass. The map is the largest magnitude of the three colours.
    """
    from captum.attr import GuidedBackprop

    yield Part(1.0, GuidedBackprop(model).attribute(asked.inputs, target=asked.target))


ATTRIBUTIONS.add(
    Method(
        name="guided-backprop",
        title="Guided backprop",
        summary="The gradient with everything negative stopped at each ReLU on the way back.",
        reference="Springenberg et al. 2014, https://arxiv.org/abs/1412.6806",
        formula=r"R^{l} = [x^{l} > 0]\,[R^{l+1} > 0]\,R^{l+1}",
        shows="Edges and textures that strong units were excited by, sharp to the pixel.",
        hides="The class, hardly: it stays almost the same when the upper layers forget what they learned.",
        passes=1,
        parts=parts,
        rewritten=True,
        refuse=refuse,
        order=4,
    )
)
