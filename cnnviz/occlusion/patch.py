"""The patch that is slid over the picture: where it goes, how often, and what that may cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.params import param

MOST_WINDOWS = 4096
MOST_SECONDS = 60.0
FILL_NAMES = ("gray", "black", "mean", "blur", "noise")
Span = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where windows begin and end along one side, clipped to the picture: two arrays, one number per row of windows."""


class OcclusionError(ValueError):
    """An occlusion that cannot be computed or would take too long. The message is one sentence that tells the fix."""


@dataclass(frozen=True)
class Patch:
    """A rectangle of ``height`` × ``width`` pixels of the network's view, moved by the strides, showing ``fill``.

    There are ``ceil((H - height) / stride_down) + 1`` rows of windows, as in captum: the last ones may stick out of the
    picture and cover less. A stride larger than the patch leaves pixels that no window covers.
    """

    height: int = param(32, low=1, high=224, label="patch height", help="Rows covered, in pixels the network sees.")
    width: int = param(32, low=1, high=224, label="patch width", help="Columns covered, in pixels the network sees.")
    stride_down: int = param(
        16, low=1, high=112, label="stride down", help="Pixels from one row of windows to the next."
    )
    stride_across: int = param(16, low=1, high=112, label="stride across", help="Pixels from one column to the next.")
    fill: str = param("gray", choices=FILL_NAMES, label="fill", help="What the covered part shows instead.")

    def spans(self, height: int, width: int) -> tuple[Span, Span]:
        """Rows and columns of the windows on a view of that size; :class:`OcclusionError` if the patch is larger."""
        if min(self.height, self.width, self.stride_down, self.stride_across) < 1:
            raise OcclusionError("a patch and its strides have at least 1 pixel; choose whole numbers from 1")
        if self.height > height or self.width > width:
            sizes = f"{self.height}×{self.width} does not fit the {height}×{width} pixels that the network sees"
            raise OcclusionError(f"a patch of {sizes}; choose a smaller one")
        return _span(height, self.height, self.stride_down), _span(width, self.width, self.stride_across)

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """How many rows and columns of windows there are; :class:`OcclusionError` if more than the cap."""
        down, across = self.spans(height, width)
        rows, columns = len(down[0]), len(across[0])
        if rows * columns > MOST_WINDOWS:
            raise OcclusionError(f"{rows} × {columns} windows are more than {MOST_WINDOWS}; choose larger strides")
        return rows, columns


@dataclass(frozen=True)
class Cost:
    """What an occlusion takes: windows, as many whole forward passes of one picture, and about how many seconds."""

    windows: int
    forwards_equivalent: float
    seconds: float


def _span(side: int, length: int, stride: int) -> Span:
    count = min(-(-(side - length) // stride) + 1, -(-side // stride))  # with gaps, none begins outside
    starts = np.arange(count, dtype=np.int64) * stride
    return starts, np.minimum(starts + length, side)
