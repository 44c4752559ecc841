"""Arrays as files to take away."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray


def encode_npy(values: NDArray[Any]) -> bytes:
    """The content of an npy file; given a path, numpy would write in pieces and might append to the name."""
    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    return file.getvalue()
