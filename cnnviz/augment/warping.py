r"""Pictures pulled out of shape: where each output pixel comes from, looked up with bilinear interpolation.

Coordinates are in pixels from the upper left corner, x to the right and y down, so the first pixel's middle is at
(0.5, 0.5): as torchvision has them. What comes from outside is one gray level.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.augment.registry import Image, Size

Matrix = NDArray[np.float64]


def warp(picture: Image, matrix: Matrix, fill: int = 0) -> Image:
    """Output pixel p shows the input at ``matrix`` · (p, 1), a 3×3 matrix of homogeneous coordinates."""
    import cv2  # 0.2 s, which the first page need not pay

    height, width = picture.shape[:2]
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    index = np.linalg.inv(half) @ matrix @ half  # OpenCV counts from the first pixel's middle
    flags, border = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, (float(fill),) * 3
    if np.allclose(index[2], (0, 0, 1), atol=1e-15):
        warped = cv2.warpAffine(picture, index[:2], (width, height), flags=flags, borderValue=border)
    else:
        warped = cv2.warpPerspective(picture, index, (width, height), flags=flags, borderValue=border)
    return np.asarray(warped, dtype=np.uint8)


def outside(fill: int) -> str:
    """The argument that gives torchvision's functions the gray level outside.

    None for black: with one, torchvision weights the outermost pixels by their coverage twice.
    """
    return f", fill={fill}" if fill else ""


def about_centre(linear: Matrix, size: Size, shift: tuple[float, float] = (0.0, 0.0)) -> Matrix:
    """The 3×3 matrix of p ↦ c + ``linear`` · (p − ``shift`` − c), with c the centre of a picture of ``size``."""
    centre = np.array([size[1] / 2, size[0] / 2])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = centre - linear @ (centre + np.array(shift))
    return matrix


def homography(start: NDArray[np.float64], end: NDArray[np.float64]) -> Matrix:
    """The 3×3 matrix that takes the four points ``end`` ``(4, 2)`` back to ``start``: eight linear equations."""
    rows = []
    for (x, y), (u, v) in zip(end, start, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    solved = np.linalg.solve(np.array(rows, dtype=np.float64), np.asarray(start, dtype=np.float64).reshape(-1))
    return np.append(solved, 1.0).reshape(3, 3)


def radius(size: Size) -> NDArray[np.float32]:
    """Squared distance of each pixel from the centre; the corners are at 1. ``(H, W)``."""
    height, width = size
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / (width / 2)
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / (height / 2)
    scale = width**2 + height**2
    squared: NDArray[np.float32] = (x**2 * (width**2 / scale))[None] + (y**2 * (height**2 / scale))[:, None]
    return squared


def bend(picture: Image, k: float) -> Image:
    r"""Radial distortion, :math:`r_{in} = r\,(1 + k r^2) / (1 + \max(k, 0))` with r = 1 in the corners (Brown 1966).

    The centre stays; k > 0 is a barrel (corners stay, the middle grows), k < 0 a pincushion. Nothing comes from outside
    while k > −1/3, where the radius would no longer grow.
    """
    import cv2

    height, width = picture.shape[:2]
    factor = (1 + k * radius((height, width))) / (1 + max(k, 0.0))
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2)[None] * factor + (width - 1) / 2
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2)[:, None] * factor + (height - 1) / 2
    bent = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, dtype=np.uint8)
