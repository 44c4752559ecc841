"""Eigen-CAM: the pattern that most of the channels share. It asks for no class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.cam.registry import METHODS, Context, Method

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.probe import Seen


def maps(seen: Seen, _context: Context) -> Tensor:
    r"""Eigen-CAM of Muhammad & Yeasin 2020 (https://arxiv.org/abs/2008.00299), ``(N, h, w)``: no class, no gradient.

    .. math:: M = X v_1, \qquad X = U \Sigma V^T \ (hw \times C), \quad X_{xy,k} = A_k(x, y) - \overline{A_k}

    Every place as the first principal direction of the channels sees it. Each channel is centred first, as the
    ``grad-cam`` package does. The direction comes from the smaller Gram matrix, ``(C, C)`` or ``(hw, hw)``, in float64.

    An eigenvector has no sign of its own. Here the map is turned so that it grows with the sum of all channels: it is
    positive where the layer is more active than on average. Should that leave it open, the value farthest from 0 is
    positive.
    """
    count, _, height, width = seen.activations.shape
    finite = seen.activations.nan_to_num(posinf=1e30, neginf=-1e30).double()
    places = finite.flatten(2).transpose(1, 2)  # (N, hw, C)
    centred = places - places.mean(1, keepdim=True)
    projected = _turned(_projected(centred), centred.sum(2))
    return projected.to(seen.activations.dtype).reshape(count, height, width)


def _projected(centred: Tensor) -> Tensor:
    """``X v_1`` ``(N, hw)`` of matrices ``(N, hw, C)``, of either sign."""
    count, places, channels = centred.shape
    size = centred.abs().amax((1, 2), keepdim=True)
    scaled = centred / size.where(size > 0, size.new_ones(()))  # so that no square overflows
    if channels <= places:
        direction = _first(scaled.transpose(1, 2) @ scaled)[0]
        return (centred @ direction).reshape(count, places)
    pattern, length = _first(scaled @ scaled.transpose(1, 2))
    return (pattern * length * size).reshape(count, places)


def _first(gram: Tensor) -> tuple[Tensor, Tensor]:
    """The eigenvector ``(N, n, 1)`` of the largest eigenvalue and that eigenvalue's square root ``(N, 1, 1)``."""
    from torch.linalg import eigh

    values, vectors = eigh(gram)
    return vectors[:, :, -1:], values[:, -1:, None].clamp(min=0).sqrt()


def _turned(projected: Tensor, active: Tensor) -> Tensor:
    agreement = (projected * active).sum(1, keepdim=True)
    farthest = projected.gather(1, projected.abs().argmax(1, keepdim=True))
    open_still = agreement.abs() <= 1e-9 * projected.norm(dim=1, keepdim=True) * active.norm(dim=1, keepdim=True)
    sign = farthest.where(open_still, agreement)
    return projected.where(sign >= 0, -projected)


METHODS.add(
    Method(
        name="eigen-cam",
        title="Eigen-CAM",
        summary="The pattern most channels share, the first principal component: the same for every class.",
        reference="Muhammad & Yeasin 2020, https://arxiv.org/abs/2008.00299",
        formula=r"M = X v_1, \quad X = U \Sigma V^{T}, \quad X_{xy,k} = A_k(x, y) - \overline{A_k}",
        maps=maps,
        needs_gradients=False,
        knows_class=False,
        order=7,
    )
)
