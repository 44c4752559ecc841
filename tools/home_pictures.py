"""Draw the pictures of the home page with the lectures' own figures: ``python -m tools.home_pictures``.

Run it again when a network was trained anew or a figure looks different. Maps over photographs are drawn here; the
other figures are what the browser draws, opened by the very link that the picture carries.
"""

from __future__ import annotations

import io
import sys
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops
from playwright.sync_api import Page, sync_playwright

from cnnviz.cam import explain
from cnnviz.data.images import fit_shorter_side
from cnnviz.data.samples import sample
from cnnviz.figures.heatmaps import overlay
from cnnviz.models import load
from cnnviz.paths import STATIC
from cnnviz.ui.lecture import Lecture, Picture, lectures
from tests.browser.conftest import launch, serving, settle

WIDTH, HEIGHT = 480, 360
# where on its page a lecture's figure is, or that of one picture; the first that is there counts
FIGURES = {
    "convolution": (".st-key-c-window canvas", "[data-testid=stImage] img >> nth=-1"),
    "sizes": (".st-key-tiling svg",),
    "pooling": (".st-key-pool canvas",),
    "ledger": (".st-key-ledger canvas",),
    "ledger-table": (".st-key-ledger .parts > :last-child",),
    "augmentation-grid": (".st-key-mosaic",),
    "augmentation-sixteen": (".st-key-mosaic",),
    "augmentation-labels": (".st-key-labels",),
    "augmentation-points": (".st-key-clouds",),
    "scores-templates": (".st-key-scores",),
    "scores-emerging": (".st-key-linear-tiles",),
    "scores-start": (".st-key-start-curves svg",),
    "scores-step": (".st-key-step-tiles",),
    "batch-norm-steps": (".st-key-bn svg",),
    "batch-norm-gradient": (".st-key-bn-back svg",),
    "batch-norm-sharing": (".st-key-bn-blocks",),
    "batch-norm-training": (".st-key-bn-curves svg",),
    "vanishing-sigmoid": (".st-key-flow",),
    "vanishing-cure": (".st-key-flow",),
    "vanishing-slopes": (".st-key-slopes svg",),
    "vanishing-depth": (".st-key-depth-losses svg",),
    "regularization-boundary": (".st-key-fit-plane canvas",),
    "regularization-losses": (".st-key-fit-losses svg",),
    "regularization-dropout": (".st-key-drop-net",),
    "regularization-luck": (".st-key-pick-curve svg",),
    "optimizers-race": (".st-key-race .plane",),
    "optimizers-climb": (".st-key-race .plane",),
    "optimizers-surface": (".st-key-race .surface",),
    "optimizers-stability": (".st-key-stability svg",),
    "filters-maps": (".st-key-sprites canvas",),
    "filters-kernels": (".st-key-sprites canvas",),
    "filters-unit": (".st-key-unit-shown canvas",),
    "climbing-image": (".st-key-climb-run-image .stage",),
    "climbing-free": (".st-key-climb-run-image .stage",),
    "climbing-waves": (".st-key-climb-run-image .stage",),
    "climbing-value": (".st-key-climb-run-value",),
    "occlusion-drag": (".st-key-occluder .occluder > :first-child",),
    "occlusion-maps": (".st-key-occlusion-maps",),
    "training-curves": (".st-key-train-loss svg",),
    "training-layers": (".st-key-train-look-layers",),
    "training-confusion": (".st-key-train-look-confusion",),
    "training-mistakes": (".st-key-train-look-worst",),
}
# wide figures are taken in a narrow window, so that they fill their card
SLENDER = {
    "augmentation-points",
    "scores-start",
    "batch-norm-steps",
    "batch-norm-gradient",
    "batch-norm-training",
    "vanishing-sigmoid",
    "vanishing-cure",
    "vanishing-slopes",
    "vanishing-depth",
    "regularization-dropout",
    "regularization-luck",
    "training-mistakes",
}


def middle(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The central 4:3 part of a picture, ``HEIGHT × WIDTH``."""
    height, width = picture.shape[:2]
    tall, wide = min(height, width * HEIGHT // WIDTH), min(width, height * WIDTH // HEIGHT)
    top, left = (height - tall) // 2, (width - wide) // 2
    return fit_shorter_side(np.ascontiguousarray(picture[top : top + tall, left : left + wide]), HEIGHT)[
        :HEIGHT, :WIDTH
    ]


def explained(announced: tuple[Picture, ...]) -> None:
    """The maps of the CAM lecture."""
    network = load("photo")
    for picture in announced:
        photo = sample(picture.query["picture"])
        shown = explain(network, photo, target=picture.query.get("class"))
        drawn = overlay(photo, shown.map, box=shown.box)
        Image.fromarray(middle(drawn)).save(STATIC / picture.file, quality=82)
        print(f"{picture.file}: {shown.target.name}, {shown.target.probability:.0%}")


def framed(shot: bytes, *, cut: bool) -> Image.Image:
    """A figure without its white margin, whole on a white 4:3 card; a table is ``cut`` at the right."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    box = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
    image = image.crop(box) if box else image
    if cut:
        image = image.crop((0, 0, int(1.5 * image.height), image.height))
    image.thumbnail((WIDTH - 24, HEIGHT - 24), Image.Resampling.LANCZOS)
    card = Image.new("RGB", (WIDTH, HEIGHT), "white")
    card.paste(image, ((WIDTH - image.width) // 2, (HEIGHT - image.height) // 2))
    return card


def photographed(page: Page, address: str, stem: str, *, lecture: Lecture) -> None:
    """What the browser draws for each picture of a lecture."""
    for picture in lecture.pictures:
        name = picture.file.removesuffix(".webp")
        page.set_viewport_size({"width": 760 if name in SLENDER else 1180, "height": 900})
        page.goto(f"{address}/{stem}?{urlencode(picture.query)}")
        settle(page)
        page.wait_for_timeout(1500)
        found = [page.locator(place) for place in FIGURES.get(name) or FIGURES[stem] if page.locator(place).count()]
        card = framed(found[0].first.screenshot(), cut="table" in name)
        card.save(STATIC / picture.file, quality=82)
        print(picture.file)


def main() -> None:
    """Write the pictures of the lectures named, or of all."""
    named = {path.stem: lecture for path, lecture in lectures().items() if lecture.pictures}
    chosen = sys.argv[1:] or list(named)
    if "cam" in chosen:
        explained(named["cam"].pictures)
    with serving() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(viewport={"width": 1180, "height": 900}, device_scale_factor=2).new_page()
        for stem in (name for name in chosen if name != "cam"):
            photographed(page, address, stem, lecture=named[stem])
        browser.close()


if __name__ == "__main__":
    main()
