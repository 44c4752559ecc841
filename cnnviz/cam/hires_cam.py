"""HiRes-CAM: multiply gradient and activation place by place, average nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.cam.registry import METHODS, Context, Method, gradients

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.probe import Seen


def maps(seen: Seen, _context: Context) -> Tensor:
    r"""High-resolution class activation maps of Draelos & Carin 2020 (https://arxiv.org/abs/2011.08891), ``(N, h, w)``.

    .. math:: M_c(x, y) = \sum_k \frac{\partial S_c}{\partial A_k(x, y)} A_k(x, y)

    Grad-CAM lets a channel's average gradient speak for places where the gradient is different; this does not. If all
    after the layer is piecewise linear, the map adds up to the score less what the biases bring.
    """
    return (gradients(seen) * seen.activations).sum(1)


METHODS.add(
    Method(
        name="hires-cam",
        title="HiRes-CAM",
        summary="Gradient times activation, place by place: shows only places that the score really used.",
        reference="Draelos & Carin 2020, https://arxiv.org/abs/2011.08891",
        formula=r"M_c(x, y) = \sum_k \frac{\partial S_c}{\partial A_k(x, y)}\, A_k(x, y)",
        maps=maps,
        adds_up=True,
        order=3,
    )
)
