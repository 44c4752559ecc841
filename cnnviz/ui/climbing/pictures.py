"""The images of an event: for the browser, as pixels, and as files to take home."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.data.arrays import encode_npy
from cnnviz.data.images import decode, encode_png

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.inspections.climb import Event

GAP = 4
FINE = 0.25  # cycles per pixel: waves shorter than four pixels


def address(event: Event) -> str:
    """The images of an event side by side, as a data address."""
    return f"data:image/{event.format};base64,{event.image}"


def pixels(event: Event) -> NDArray[np.uint8]:
    """The images ``(N, h, w, 3)`` of an event that carries some."""
    whole = decode(base64.b64decode(event.image))
    return np.stack(np.split(whole, event.count, axis=1))


def shown(events: Sequence[Event]) -> list[Event]:
    """The milestones that were reached, and the newest image after them."""
    told = [event for event in events if event.image]
    whole = [event for event in told if event.milestone]
    return whole if whole[-1:] == told[-1:] else [*whole, told[-1]]


def image_file(events: Sequence[Event]) -> bytes:
    """The newest images side by side, as PNG."""
    return encode_png(np.hstack(list(pixels(shown(events)[-1]))))


def strip_file(events: Sequence[Event]) -> bytes:
    """All milestones from left to right, as PNG."""
    columns = []
    for event in kept(events):
        rows = [np.pad(image, ((0, GAP), (0, GAP), (0, 0)), constant_values=255) for image in pixels(event)]
        columns.append(np.vstack(rows))
    return encode_png(np.hstack(columns))


def numbers_file(events: Sequence[Event]) -> bytes:
    """The milestones as an array ``(milestones, N, h, w, 3)``, uint8."""
    return encode_npy(np.stack([pixels(event) for event in kept(events)]))


def kept(events: Sequence[Event]) -> list[Event]:
    """The milestones, which are of one size: what was shown between two of them may be smaller."""
    found = shown(events)
    return [event for event in found if event.milestone] or found[-1:]


def fine(image: NDArray[np.uint8]) -> float:
    """The share of an image's energy in waves shorter than four pixels; 0 for one without contrast."""
    gray = image.mean(2)
    energy = np.abs(np.fft.fft2(gray - gray.mean())) ** 2
    down, across = (np.fft.fftfreq(side) for side in gray.shape)
    high = np.hypot(down[:, None], across[None]) > FINE
    return float(energy[high].sum() / max(float(energy.sum()), 1e-9))
