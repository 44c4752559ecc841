"""Pictures of one size laid side by side as one JPEG that is small enough to travel with every change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.images import thumbnail
from cnnviz.ui import cache
from cnnviz.ui.components.mosaic import Sheet

Image = NDArray[np.uint8]
LONGEST = 150_000  # characters of an address


def sheet(pictures: Sequence[Image], columns: int, *, longest: int = 0) -> Sheet:
    """The pictures in rows of ``columns``, made smaller until the address is short enough. About 5 ms for twelve.

    ``longest``, if given, is how long the longest side of each may be.
    """
    if longest:
        pictures = [thumbnail(picture, longest) for picture in pictures]
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    whole = np.zeros((rows * height, columns * width, 3), dtype=np.uint8)
    for k, picture in enumerate(pictures):
        top, left = k // columns * height, k % columns * width
        whole[top : top + height, left : left + width] = picture
    address = cache.address(whole)
    while len(address) > LONGEST:
        whole = thumbnail(whole, round(max(whole.shape) * 0.8))
        address = cache.address(whole)
    return Sheet(address, rows, columns, round(width / height, 4))
