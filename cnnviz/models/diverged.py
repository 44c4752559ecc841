"""Whether a network that others trained can still be looked at: finite weights may well give scores that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnnviz.models.errors import BadWeights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from cnnviz.models.network import Network

LARGEST_WEIGHT = 1e8
LARGEST_SCORE = 1e6  # Grad-CAM++ takes third powers, which float32 holds up to 1e12


def check_weights(state: Iterable[Tensor]) -> None:
    """Raise :class:`BadWeights` unless all are finite and below :data:`LARGEST_WEIGHT`."""
    for tensor in (each for each in state if each.is_floating_point()):
        if not bool(tensor.isfinite().all()):
            raise BadWeights("some weights are not finite numbers: this network diverged; upload an earlier state")
        if tensor.numel() and float(tensor.abs().max()) > LARGEST_WEIGHT:
            raise BadWeights("some weights are beyond 100 million: this network diverged; use an earlier state of it")


def check_scores(network: Network) -> None:
    """Raise :class:`BadWeights` unless black, white and noise get scores within :data:`LARGEST_SCORE`: one pass."""
    side = network.spec.side
    shape = 1, side, side, 3
    noise = torch.randint(256, shape, generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    pictures = torch.cat([torch.zeros(shape, dtype=torch.uint8), torch.full(shape, 255, dtype=torch.uint8), noise])
    with network.lock, torch.inference_mode():
        scores = network.model(network.inputs(pictures.numpy()))
    if not bool((scores.abs() <= LARGEST_SCORE).all()):  # NaN compares as false
        raise BadWeights("this network diverged: its scores are beyond a million; use an earlier state of it")
