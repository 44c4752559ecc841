"""Score-CAM: a channel weighs as much as the network still sees when only that channel's places are left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnviz.cam.registry import METHODS, Context, Measured, Method, MethodError, last, weighted_sum

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnviz.probe import Seen

EPSILON = 1e-8
"""Added to the range of a mask, as the ``grad-cam`` package does."""


def slow(_model: nn.Module, _layer: str) -> bool:
    """Every channel costs a pass, everywhere."""
    return True


def steps(seen: Seen, context: Context) -> Iterator[Measured]:
    """The weights ``(N, C)`` among the channels tried so far, after every few of them.

    All channels that are the same at every place leave a black picture: they share one pass.
    """
    if seen.images is None:
        raise MethodError("Score-CAM needs the picture; look at the network with cnnviz.probe.look")
    tried = [_tried(channels) for channels in seen.activations]
    total, done = sum(map(len, tried)), 0
    scores = seen.scores.new_full(seen.activations.shape[:2], -float("inf"))
    yield Measured(0, total, scores.new_zeros(scores.shape))
    for image, channels in enumerate(tried):
        for start in range(0, len(channels), context.batch):
            chosen = channels[start : start + context.batch]
            scores[image, chosen] = _scores(seen, context, image=image, channels=chosen)
            done += len(chosen)
            if chosen[-1] == channels[-1]:
                _share(scores[image], seen.activations[image])
            yield Measured(done, total, scores.softmax(1).nan_to_num())


def masks(activations: Tensor, size: tuple[int, int]) -> Tensor:
    """Channels ``(K, h, w)`` enlarged to the picture's ``size`` and scaled to 0 … 1 each, ``(K, H, W)``."""
    from torch.nn import functional as F

    large = F.interpolate(activations[None], size=size, mode="bilinear", align_corners=True)[0]
    low, high = large.amin((1, 2), keepdim=True), large.amax((1, 2), keepdim=True)
    return (large - low) / (high - low + EPSILON)


def weights(seen: Seen, context: Context) -> Tensor:
    """The softmax over the channels of the scores that their masks leave, ``(N, C)``."""
    return last(steps(seen, context))


def maps(seen: Seen, context: Context) -> Tensor:
    r"""Score-CAM of Wang et al. 2020 (https://arxiv.org/abs/1910.01279), ``(N, h, w)``: no gradient.

    .. math:: M_c = \sum_k w_k^c A_k, \qquad
              w^c = \mathrm{softmax}_k\left(S_c(X \odot s(\uparrow A_k))\right), \quad
              s(B) = \frac{B - \min B}{\max B - \min B}

    Each channel, enlarged to the picture and scaled to 0 … 1, is laid over the normalized picture as a mask, so that 0
    is the mean colour. As in the ``grad-cam`` package the score is the logit and the mask is enlarged with its corners
    aligned. The score of the black picture, which the paper subtracts, falls out of the softmax. The weights are
    positive and add up to 1: a large logit lets a few channels speak alone.
    """
    return weighted_sum(weights(seen, context), seen.activations)


def _tried(activations: Tensor) -> list[int]:
    """The channels ``(C, h, w)`` that are not the same everywhere, and one of those that are."""
    flat = activations.amin((1, 2)) == activations.amax((1, 2))
    return sorted([*(~flat).nonzero()[:, 0].tolist(), *flat.nonzero()[:1, 0].tolist()])


def _share(scores: Tensor, activations: Tensor) -> None:
    """Give all channels that are the same everywhere the score of the one that was tried."""
    flat = (activations.amin((1, 2)) == activations.amax((1, 2))).nonzero()[:, 0]
    if len(flat):
        scores[flat] = scores[flat[0]].clone()


def _scores(seen: Seen, context: Context, *, image: int, channels: list[int]) -> Tensor:
    """The target's logit for the picture under each of these masks, ``(K,)``."""
    import torch

    from cnnviz.probe import answers

    if seen.images is None:
        raise MethodError("Score-CAM needs the picture; look at the network with cnnviz.probe.look")
    picture, weight = seen.images[image], next(context.model.parameters(), seen.images)
    over = masks(seen.activations[image, channels], (picture.shape[1], picture.shape[2]))
    masked = (picture * over[:, None]).to(weight.dtype, memory_format=torch.channels_last)
    return answers(context.model, masked)[:, seen.targets[image]].to(seen.scores.dtype)


METHODS.add(
    Method(
        name="score-cam",
        title="Score-CAM",
        summary="Channels as masks over the picture, weighted by the score each one leaves: one pass per channel.",
        reference="Wang et al. 2020, https://arxiv.org/abs/1910.01279",
        formula=r"M_c = \sum_k w_k^c A_k, \qquad w^c = \mathrm{softmax}_k\, S_c(X \odot s(\uparrow A_k))",
        maps=maps,
        weights=weights,
        needs_gradients=False,
        slow=slow,
        steps=steps,
        signed=False,
        order=9,
    )
)
