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
from cnnviz.ui.lecture import lectures

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
    """Write each picture that the CAM lecture is announced with, from the query that its link carries."""
    network = load("photo")
    announced = next(lecture.pictures for path, lecture in lectures().items() if path.stem == "cam")
    for picture in announced:
        photo = sample(picture.query["picture"])
        shown = explain(network, photo, target=picture.query.get("class"))
        drawn = overlay(photo, shown.map, box=shown.box)
        Image.fromarray(middle(drawn)).save(ASSETS / "home" / picture.file, quality=82)
        print(f"{picture.file}: {shown.target.name}, {shown.target.probability:.0%}")


if __name__ == "__main__":
    main()
