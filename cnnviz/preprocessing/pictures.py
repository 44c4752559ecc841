"""Pictures before a network sees them: numbers per channel, measured on the training pictures only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Image = NDArray[np.uint8]
WAYS = {
    "original": "levels 0…255",
    "unit": "divided by 255",
    "centred": "zero-centred",
    "standardized": "standardized",
    "range": "min–max of this picture",
}


@dataclass(frozen=True)
class Channels:
    """Mean and standard deviation of red, green and blue over all pixels of all pictures, in levels 0…255."""

    mean: Array
    deviation: Array


def fit(images: Sequence[Image]) -> Channels:
    """One pass over ``images`` uint8 ``(H, W, 3)``, of any sizes; exact sums of whole numbers."""
    pixels = sum(image.shape[0] * image.shape[1] for image in images)
    total = sum(image.sum(axis=(0, 1), dtype=np.int64) for image in images)
    squares = sum(np.square(image, dtype=np.int64).sum(axis=(0, 1)) for image in images)
    mean = np.asarray(total, dtype=np.float64) / pixels
    return Channels(mean, np.sqrt(np.maximum(np.asarray(squares, dtype=np.float64) / pixels - mean**2, 0)))


def apply(image: Image, channels: Channels, way: str) -> Array:
    """The picture's numbers ``(H, W, 3)`` by one of :data:`WAYS`; min–max stretches each channel by itself."""
    levels = image.astype(np.float64)
    if way == "original":
        return levels
    if way == "unit":
        return levels / 255
    if way == "centred":
        return levels - channels.mean
    if way == "standardized":
        return (levels - channels.mean) / np.maximum(channels.deviation, 1e-12)
    if way == "range":
        low, high = levels.min(axis=(0, 1)), levels.max(axis=(0, 1))
        stretched: Array = (levels - low) / np.maximum(high - low, 1e-12)
        return stretched
    raise ValueError(f"no preprocessing is called {way!r}; there are: {', '.join(WAYS)}")


def span(way: str, values: Array) -> tuple[float, float]:
    """The numbers that are shown black and white: symmetric about zero where zero is the middle."""
    if way in {"centred", "standardized"}:
        largest = float(np.abs(values).max()) or 1.0
        return -largest, largest
    return (0.0, 255.0) if way == "original" else (0.0, 1.0)


def shown(values: Array, limits: tuple[float, float]) -> Image:
    """Numbers as a picture, the first of ``limits`` black and the second white."""
    low, high = limits
    return np.rint(np.clip(255 * (values - low) / (high - low), 0, 255)).astype(np.uint8)


def histogram(values: Array, limits: tuple[float, float], bins: int = 48) -> tuple[Array, Array]:
    """Middles of the bins ``(bins,)``, and the share of each channel's pixels in each ``(3, bins)``."""
    edges = np.linspace(*limits, bins + 1)
    counted = [np.histogram(values[..., channel], edges)[0] for channel in range(3)]
    return (edges[:-1] + edges[1:]) / 2, np.array(counted) / (values.shape[0] * values.shape[1])
