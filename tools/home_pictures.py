"""Draw the pictures of the home page with the lectures' own figures: ``python -m tools.home_pictures``.

Run it again when a network was trained anew or a figure looks different.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.cam import explain
from cnnviz.data.images import fit_shorter_side
from cnnviz.data.samples import sample
from cnnviz.figures.heatmaps import overlay
from cnnviz.models import load
from cnnviz.paths import ASSETS

WIDTH, HEIGHT = 480, 360


def middle(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The central 4:3 part of a picture, ``HEIGHT × WIDTH``."""
    height, width = picture.shape[:2]
    tall, wide = min(height, width * HEIGHT // WIDTH), min(width, height * WIDTH // HEIGHT)
    top, left = (height - tall) // 2, (width - wide) // 2
    return fit_shorter_side(np.ascontiguousarray(picture[top : top + tall, left : left + wide]), HEIGHT)[
        :HEIGHT, :WIDTH
    ]


def main() -> None:
    """Write ``assets/home/cam-<sample>.webp`` for each sample that the CAM lecture is announced with."""
    network = load("photo")
    for name in ("cat", "motorcycle", "astronaut", "coffee"):
        photo = sample(name)
        shown = explain(network, photo)
        drawn = overlay(photo, shown.map, box=shown.box)
        target = ASSETS / "home" / f"cam-{name}.webp"
        Image.fromarray(middle(drawn)).save(target, quality=82)
        print(f"{target.name}: {shown.target.name}, {shown.target.probability:.0%}")


if __name__ == "__main__":
    main()
