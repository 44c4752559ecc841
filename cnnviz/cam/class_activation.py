"""CAM: the weights of the class, applied before the average instead of after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.cam.head import LinearHead, gap_linear_head
from cnnviz.cam.registry import METHODS, Context, Method, MethodError, weighted_sum

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnviz.probe import Seen


def refuse(model: nn.Module, layer: str) -> str:
    """Why CAM does not work at ``layer``, or ``""``."""
    if gap_linear_head(model, layer) is not None:
        return ""
    return f"CAM needs global average pooling and one linear layer right after {layer!r}"


def class_weights(seen: Seen, context: Context) -> Tensor:
    """The row of the linear layer that belongs to each image's class, ``(N, C)``."""
    return _head(context).weight[seen.targets]


def maps(seen: Seen, context: Context) -> Tensor:
    r"""Class activation maps of Zhou et al. 2016 (https://arxiv.org/abs/1512.04150), ``(N, h, w)``.

    .. math:: M_c(x, y) = \sum_k w_k^c A_k(x, y)

    A network with global average pooling scores a class by :math:`S_c = \sum_k w_k^c \mathrm{mean}(A_k) + b_c`. Both
    sums are linear, so they can be swapped: the mean of the map plus the bias *is* the score. Nothing is approximated
    and nothing is differentiated.
    """
    return weighted_sum(class_weights(seen, context), seen.activations)


def _head(context: Context) -> LinearHead:
    head = gap_linear_head(context.model, context.layer)
    if head is None:
        raise MethodError(refuse(context.model, context.layer))
    return head


METHODS.add(
    Method(
        name="cam",
        title="CAM",
        summary="The weights of the class, applied to the last map before it is averaged: exact, but only there.",
        reference="Zhou et al. 2016, https://arxiv.org/abs/1512.04150",
        formula=r"M_c = \sum_k w_k^c A_k, \quad \overline{M_c} + b_c = S_c",
        maps=maps,
        weights=class_weights,
        needs_gradients=False,
        refuse=refuse,
        adds_up=True,
        order=1,
    )
)
