"""What is scored: a generated shape, a sample picture or the student's own, as 32×32 pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cnnviz.data.generated import shapes
from cnnviz.data.images import Image
from cnnviz.params import param
from cnnviz.scores.classifier import small
from cnnviz.ui.controls import choose, controls
from cnnviz.ui.pictures import choose_picture

SHAPES, SEED = 60, 2  # of the test set that the card's accuracy was measured on
SOURCES = {"photo": "a photograph, or your own", "shape": "a generated shape"}


@dataclass(frozen=True)
class Drawn:
    """Which of the generated shapes."""

    number: int = param(0, low=0, high=SHAPES - 1, label="which shape", help="The first pictures of the test set.")


@dataclass(frozen=True)
class Pictured:
    """Pixels uint8 ``(32, 32, 3)``, the class if it is known, a title, and the Python lines that make ``picture``."""

    pixels: Image
    truth: str
    title: str
    code: str


def choose_pictured() -> Pictured:
    """Draw the menu and what belongs to its choice."""
    source = choose("Picture", list(SOURCES), key="score-picture", default="photo", title=SOURCES.__getitem__)
    return _shape(controls(Drawn, key="score-shape").number) if source == "shape" else _photo()


@lru_cache(maxsize=SHAPES)
def _shape(number: int) -> Pictured:
    data = shapes(number + 1, seed=SEED)
    name = data.classes[data.labels[number]]
    code = (
        "from cnnviz.data.generated import shapes\n\n"
        f"picture = shapes({number + 1}, seed={SEED}).images[{number}]  # a {name}"
    )
    return Pictured(data.images[number], name, f"generated shape {number}", code)


def _photo() -> Pictured:
    chosen = choose_picture()
    pixels = small(chosen.pixels)
    if chosen.key.startswith("sample "):
        name = chosen.key.removeprefix("sample ")
        opened = f'from cnnviz.data.samples import sample\n\npicture = small(sample("{name}"))'
        return Pictured(pixels, name, chosen.title, f"from cnnviz.scores.classifier import small\n{opened}")
    opened = 'from pathlib import Path\n\npicture = small(read_image(Path("your photo.jpg")))'
    imports = "from cnnviz.data.images import read_image\nfrom cnnviz.scores.classifier import small\n"
    return Pictured(pixels, "", chosen.title, imports + opened)
