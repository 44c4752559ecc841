"""Ablation-CAM: a channel weighs as much as the score loses when the channel is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnviz.cam.head import LinearHead, gap_linear_head
from cnnviz.cam.registry import METHODS, Context, Measured, Method, last, weighted_sum

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnviz.probe import Seen


def slow(model: nn.Module, layer: str) -> bool:
    """Whether every channel costs a pass: not right before global average pooling and a linear layer."""
    return gap_linear_head(model, layer) is None


def steps(seen: Seen, context: Context) -> Iterator[Measured]:
    """The drops ``(N, C)`` known so far: at once where there is a closed form, else after every few channels.

    A channel that is 0 everywhere is off already and costs nothing.
    """
    head = gap_linear_head(context.model, context.layer)
    if head is not None:
        yield Measured(0, 0, closed_form(seen, head))
        return
    alive = (seen.activations != 0).flatten(2).any(2).any(0).nonzero()[:, 0].tolist()
    drops = seen.activations.new_zeros(seen.activations.shape[:2])
    yield Measured(0, len(alive), drops)
    at_once = context.batch if len(drops) == 1 else 1  # several images already fill a batch
    for start in range(0, len(alive), at_once):
        off = alive[start : start + at_once]
        drops = drops.clone()
        drops[:, off] = _drop(seen, off)
        yield Measured(start + len(off), len(alive), drops)


def closed_form(seen: Seen, head: LinearHead) -> Tensor:
    """``w_k mean(A_k)``, ``(N, C)``: without channel k the score lacks exactly its term of the sum."""
    return head.weight[seen.targets] * seen.activations.mean((2, 3))


def weights(seen: Seen, context: Context) -> Tensor:
    """How much of the score is lost without each channel, ``(N, C)``."""
    return last(steps(seen, context))


def maps(seen: Seen, context: Context) -> Tensor:
    r"""Ablation-CAM of Desai & Ramaswamy 2020 (https://doi.org/10.1109/WACV45572.2020.9093360), ``(N, h, w)``.

    .. math:: M_c = \sum_k w_k^c A_k, \qquad w_k^c = S_c - S_c[A_k = 0]

    One forward pass per channel, from the layer on. Right before global average pooling and a linear layer the drop is
    :math:`w_k^c \mathrm{mean}(A_k)`, and no pass is needed. The paper divides all drops by :math:`S_c`: that scales the
    map, and turns it upside down where the score is negative, so it is left out. The ``grad-cam`` package does the same
    as the paper where the smallest activation is 0, as after a ReLU; elsewhere it puts in a very negative number.
    """
    return weighted_sum(weights(seen, context), seen.activations)


def _drop(seen: Seen, off: list[int]) -> Tensor:
    """The drops ``(N, K)`` for ``K`` channels of one image, or for one channel of ``N``."""
    count = len(seen.activations)
    changed = seen.activations.repeat(len(off), 1, 1, 1)
    for row, channel in enumerate(off):
        changed[row * count : (row + 1) * count, channel] = 0
    scores = seen.forward(changed).unflatten(0, (len(off), count)).transpose(0, 1)  # (N, K, classes)
    goal = seen.targets[:, None]
    left = scores.gather(2, goal[:, None].expand(-1, len(off), -1))[:, :, 0]
    drops: Tensor = seen.scores.gather(1, goal) - left
    return drops


METHODS.add(
    Method(
        name="ablation-cam",
        title="Ablation-CAM",
        summary="Channels weighted by what the score loses without them: no gradients, one pass per channel.",
        reference="Desai & Ramaswamy 2020, https://doi.org/10.1109/WACV45572.2020.9093360",
        formula=r"M_c = \sum_k w_k^c A_k, \qquad w_k^c = S_c - S_c[A_k = 0]",
        maps=maps,
        weights=weights,
        needs_gradients=False,
        slow=slow,
        steps=steps,
        order=8,
    )
)
