"""Who shares a mean: batch, layer, instance and group normalization of a block ``(N, C, H, W)``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.normalization.batch import EPS, BadBatch, batch

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """A normalization: its name, which axes its mean goes over, and where it comes from."""

    name: str
    title: str
    over: str
    reference: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("batch", "Batch norm", "N, H, W", "Ioffe & Szegedy 2015"),
        Kind("layer", "Layer norm", "C, H, W", "Ba et al. 2016"),
        Kind("instance", "Instance norm", "H, W", "Ulyanov et al. 2016"),
        Kind("group", "Group norm", "a group of C, H, W", "Wu & He 2018"),
    )
}


def normalize(x: ArrayLike, kind: str, *, groups: int = 2, eps: float = EPS) -> Array:
    """x̂ of a block ``(N, C, H, W)``, without γ and β: each set of numbers gets mean 0 and (biased) variance 1.

    Group norm with one group is layer norm, with C groups instance norm (https://arxiv.org/abs/1803.08494).
    """
    values = _block(x)
    sets = _sets(values, kind, groups)
    over = (0, *range(2, sets.ndim)) if kind == "batch" else tuple(range(2, sets.ndim))
    mean, variance = sets.mean(axis=over, keepdims=True), sets.var(axis=over, keepdims=True)
    normalized: Array = ((sets - mean) / np.sqrt(variance + eps)).reshape(values.shape)
    return normalized


def members(shape: tuple[int, ...], kind: str, at: tuple[int, int], *, groups: int = 2) -> NDArray[np.bool_]:
    """Which pictures and channels ``(N, C)`` share a mean with picture and channel ``at``; H and W always do."""
    pictures, channels = np.indices(shape[:2])
    if kind == "batch":
        return np.asarray(channels == at[1])
    size = shape[1] // _parts(shape[1], kind, groups)
    return np.asarray((pictures == at[0]) & (channels // size == at[1] // size))


def parameters(channels: int) -> int:
    """γ and β of a layer: two numbers per channel, of any of the four kinds as convolutional networks use them."""
    return 2 * channels


def _sets(x: Array, kind: str, groups: int) -> Array:
    if kind == "batch":
        return x
    return x.reshape(len(x), _parts(x.shape[1], kind, groups), -1)


def _parts(channels: int, kind: str, groups: int) -> int:
    """Into how many sets the channels of one picture fall."""
    if kind not in KINDS:
        raise BadBatch(f"No normalization is called {kind!r}: choose one of {', '.join(KINDS)}")
    parts = {"layer": 1, "instance": channels}.get(kind, groups)
    if parts < 1 or channels % parts:
        raise BadBatch(f"{channels} channels do not fall into {parts} equal groups: choose a divisor of {channels}")
    return parts


def _block(x: ArrayLike) -> Array:
    values = batch(x)
    if values.ndim != 4:
        raise BadBatch("A block has four axes: pictures, channels, rows, columns")
    return values
