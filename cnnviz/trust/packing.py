"""A map on its way out of the worker process: one byte per cell, at most so many cells."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

LARGEST = 1e38  # what is larger is drawn alike: its multiples would leave float32
LONGEST = 112  # cells along the longer side: 10 kB for a photograph
FULL = 99.5  # the percentile of magnitudes that is drawn with full colour; gradients have a few huge values


@dataclass(frozen=True)
class Packed:
    """``rows`` × ``columns`` signed bytes as base64; 127 stands for ``scale``, and what is larger is cut there."""

    text: str
    rows: int
    columns: int
    scale: float

    def unpacked(self) -> NDArray[np.float32]:
        """The map float32 ``(rows, columns)``, to within a 254th of ``scale``."""
        cells = np.frombuffer(base64.b64decode(self.text), np.int8).reshape(self.rows, self.columns)
        values: NDArray[np.float32] = cells.astype(np.float32) * np.float32(self.scale / 127)
        return values


def pack(values: NDArray[np.float32], *, longest: int = LONGEST) -> Packed:
    """A map ``(h, w)`` as text; one larger than ``longest`` is averaged down to it."""
    rows, columns = values.shape
    shrink = min(1.0, longest / max(rows, columns))
    size = max(1, round(columns * shrink)), max(1, round(rows * shrink))
    finite = np.clip(np.nan_to_num(values), -LARGEST, LARGEST).astype(np.float32)
    small = cv2.resize(finite, size, interpolation=cv2.INTER_AREA)
    magnitudes = np.abs(small)
    scale = float(np.percentile(magnitudes, FULL)) if small.size > 1000 else float(magnitudes.max())
    scale = scale or float(magnitudes.max()) or 1.0
    cells = np.rint(np.clip(small / scale, -1, 1) * 127).astype(np.int8)
    return Packed(base64.b64encode(cells.tobytes()).decode("ascii"), size[1], size[0], scale)
