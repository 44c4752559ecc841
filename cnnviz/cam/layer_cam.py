"""Layer-CAM: each place weighted by its own positive gradient, so that early layers stay sharp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.cam.registry import METHODS, Context, Method, gradients

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.probe import Seen


def maps(seen: Seen, _context: Context) -> Tensor:
    r"""Layer-CAM of Jiang et al. 2021 (https://doi.org/10.1109/TIP.2021.3089943), ``(N, h, w)``.

    .. math:: M_c(x, y) = \sum_k \mathrm{relu}\!\left(\frac{\partial S_c}{\partial A_k(x, y)}\right) A_k(x, y)

    HiRes-CAM without the places that speak against the class: after a ReLU the map is nowhere negative.
    """
    return (gradients(seen).clamp(min=0) * seen.activations).sum(1)


METHODS.add(
    Method(
        name="layer-cam",
        title="Layer-CAM",
        summary="Positive gradient times activation, place by place: sharp also in early layers.",
        reference="Jiang et al. 2021, https://doi.org/10.1109/TIP.2021.3089943",
        formula=r"M_c(x, y) = \sum_k \mathrm{relu}\left(\frac{\partial S_c}{\partial A_k(x, y)}\right) A_k(x, y)",
        maps=maps,
        signed=False,
        order=6,
    )
)
