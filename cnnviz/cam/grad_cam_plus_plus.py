"""Grad-CAM++: gradients averaged with weights of their own, so that several copies of an object all count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.cam.registry import METHODS, Context, Method, gradients, weighted_sum

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.probe import Seen

EPSILON = 1e-6
"""Added to the denominator, as the ``grad-cam`` package does: without it the maps of the two would differ."""


def weights(seen: Seen, _context: Context) -> Tensor:
    """The positive gradients of each channel, each place weighted by its own alpha and added up, ``(N, C)``."""
    slopes = gradients(seen)
    squared = slopes**2
    total = seen.activations.sum((2, 3), keepdim=True)
    below = 2 * squared + total * squared * slopes + EPSILON
    alphas = (squared / below).where((slopes != 0) & (below != 0), below.new_zeros(()))
    return (slopes.clamp(min=0) * alphas).sum((2, 3))


def maps(seen: Seen, context: Context) -> Tensor:
    r"""Grad-CAM++ of Chattopadhay et al. 2018 (https://arxiv.org/abs/1710.11063), ``(N, h, w)``.

    .. math:: M_c = \sum_k w_k^c A_k, \quad w_k^c = \sum_{x,y} \alpha_k^{xy} \, \mathrm{relu}(g_k^{xy}), \quad
              \alpha_k^{xy} = \frac{(g_k^{xy})^2}{2 (g_k^{xy})^2 + \sum_{a,b} A_k^{ab} \, (g_k^{xy})^3}

    with :math:`g_k^{xy} = \partial S_c / \partial A_k(x, y)`. The paper writes second and third derivatives of
    :math:`\exp(S_c)`; after the last ReLU those are the powers of :math:`g` (its equation 19). Where the gradient is 0,
    alpha is 0. The weights are never negative: a channel that speaks against the class is left out. ``EPSILON`` in the
    denominator is that of the ``grad-cam`` package; for gradients below 0.001 it shrinks alpha by more than a half.
    """
    return weighted_sum(weights(seen, context), seen.activations)


METHODS.add(
    Method(
        name="grad-cam-plus-plus",
        title="Grad-CAM++",
        summary="Positive gradients only, weighted place by place: several copies of a thing all show.",
        reference="Chattopadhay et al. 2018, https://arxiv.org/abs/1710.11063",
        formula=r"M_c = \sum_k w_k^c A_k,\ w_k^c = \sum_{x,y} \frac{g^2}{2 g^2 + g^3 \sum A_k} \, \mathrm{relu}(g)",
        maps=maps,
        weights=weights,
        signed=False,
        order=5,
    )
)
