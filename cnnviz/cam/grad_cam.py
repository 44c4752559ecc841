"""Grad-CAM: each channel weighs as much as the score changes with it, on average over the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.cam.registry import METHODS, Context, Method, gradients, weighted_sum

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.probe import Seen


def weights(seen: Seen, _context: Context) -> Tensor:
    """The mean of the gradient over the places of each channel, ``(N, C)``."""
    return gradients(seen).mean((2, 3))


def maps(seen: Seen, context: Context) -> Tensor:
    r"""Gradient-weighted maps ``(N, h, w)`` of Selvaraju et al. 2017 (https://arxiv.org/abs/1610.02391).

    .. math:: M_c = \sum_k \alpha_k^c A_k, \qquad
              \alpha_k^c = \frac{1}{hw} \sum_{x,y} \frac{\partial S_c}{\partial A_k(x, y)}

    Works at every layer of every network. Before global average pooling the gradient by channel k is
    :math:`w_k^c / (hw)` at every place, so there the map is CAM divided by the number of places.
    """
    return weighted_sum(weights(seen, context), seen.activations)


METHODS.add(
    Method(
        name="grad-cam",
        title="Grad-CAM",
        summary="Channels weighted by the mean gradient of the score: works at every layer of every network.",
        reference="Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391",
        formula=r"M_c = \sum_k \alpha_k^c A_k, \qquad \alpha_k^c = \overline{\partial S_c / \partial A_k}",
        maps=maps,
        weights=weights,
        adds_up=True,
        order=2,
    )
)
