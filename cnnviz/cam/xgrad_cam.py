"""XGrad-CAM: gradients averaged where the channel is active, so that the map adds up to what the layer contributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.cam.registry import METHODS, Context, Method, gradients, weighted_sum

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.probe import Seen

CANCELLED = 1e-6
"""A channel whose sum is smaller than this part of its absolute sum counts as having no sum to divide by."""


def weights(seen: Seen, _context: Context) -> Tensor:
    """Mean of the gradient, each place weighted by its activation, ``(N, C)``; the plain mean where those cancel."""
    slopes = gradients(seen)
    total = seen.activations.sum((2, 3))
    divisible = total.abs() > CANCELLED * seen.activations.abs().sum((2, 3))
    weighted = (slopes * seen.activations).sum((2, 3)) / total.where(divisible, total.new_ones(()))
    return weighted.where(divisible, slopes.mean((2, 3)))


def maps(seen: Seen, context: Context) -> Tensor:
    r"""Axiom-based Grad-CAM of Fu et al. 2020 (https://arxiv.org/abs/2008.02312), ``(N, h, w)``.

    .. math:: M_c = \sum_k \alpha_k^c A_k, \qquad
              \alpha_k^c = \sum_{x,y} \frac{A_k(x, y)}{\sum A_k} \frac{\partial S_c}{\partial A_k(x, y)}

    So weighted, each channel of the map adds up to :math:`\sum A_k \, \partial S_c / \partial A_k`: at every layer
    the whole map has the same sum as HiRes-CAM's, but spread as the channels are. Where the gradient is the same at all
    places, as before global average pooling, the weights are Grad-CAM's. Meant for maps that are nowhere negative.
    """
    return weighted_sum(weights(seen, context), seen.activations)


METHODS.add(
    Method(
        name="xgrad-cam",
        title="XGrad-CAM",
        summary="Grad-CAM with the gradient averaged where the channel is active: same sum as HiRes-CAM.",
        reference="Fu et al. 2020, https://arxiv.org/abs/2008.02312",
        formula=r"M_c = \sum_k \alpha_k^c A_k,\ \alpha_k^c = \frac{\sum A_k \, \partial S_c / \partial A_k}{\sum A_k}",
        maps=maps,
        weights=weights,
        adds_up=True,
        order=4,
    )
)
