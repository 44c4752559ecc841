"""``blur``: the picture itself without its detail."""

from __future__ import annotations

from cnnviz.occlusion.fills.registry import FILLS, Fill, Pixels

SHARE = 0.0625  # standard deviation, as a share of the shorter side: 10 pixels of 160


def paint(view: Pixels, _seed: int) -> Pixels:
    """The view through a Gaussian of standard deviation 1/16 of the shorter side; the border is mirrored."""
    import cv2
    import numpy as np

    sigma = max(1.0, SHARE * min(view.shape[:2]))
    return np.asarray(cv2.GaussianBlur(view, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101), np.uint8)


FILLS.add(
    Fill(
        name="blur",
        title="Blur",
        summary="The picture itself, blurred: no hard edge and no strange colour, only the detail is gone.",
        reference="Fong & Vedaldi 2017, https://arxiv.org/abs/1704.03296",
        paint=paint,
        order=4,
    )
)
