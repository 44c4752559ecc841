"""Arrays on their way to the browser: bytes as base64 text, a third of the length of a list of numbers."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray


def packed(values: NDArray[np.generic], kind: str) -> str:
    """``values`` as little-endian numbers of numpy ``kind`` (``<f4``, ``u1``), row by row; packing.js unpacks them."""
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode("ascii")
