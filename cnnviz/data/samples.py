"""Sample pictures, one click away: photographs that scikit-image ships in its wheel, and drawings made by arithmetic.

scikit-image is not imported, only its data folder is read: importing it costs more than showing the picture.
Photographs whose file is missing are not offered; the drawings are always there.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from cnnviz.data import drawings
from cnnviz.data.images import Image, read_image, thumbnail
from cnnviz.registry import UnknownItem

LONGEST = 640


@dataclass(frozen=True)
class Sample:
    """A picture by ``name``, the ``title`` on its button, its source and licence."""

    name: str
    title: str
    credit: str


def sample(name: str) -> Image:
    """The picture ``name`` as uint8 ``(H, W, 3)``, its longest side at most 640 pixels; a fresh array each time.

    Raises :class:`cnnviz.registry.UnknownItem` with the names there are.
    """
    if name not in SAMPLES:
        raise UnknownItem(f"no sample picture is called {name!r}; there are: {', '.join(SAMPLES)}")
    draw = _DRAW.get(name)
    return draw() if draw else thumbnail(read_image(_folder() / _FILES[name]), LONGEST)


_PHOTOS = (
    ("chelsea.png", Sample("cat", "Cat", "Stefan van der Walt, CC0")),
    ("astronaut.png", Sample("astronaut", "Astronaut", "NASA, public domain")),
    (
        "motorcycle_left.png",
        Sample(
            "motorcycle",
            "Motorcycle",
            "Middlebury Stereo 2014 (Scharstein et al., GCPR 2014), as distributed with scikit-image",
        ),
    ),
    ("coffee.png", Sample("coffee", "Coffee", "Rachel Michetti, CC0")),
    ("rocket.jpg", Sample("rocket", "Rocket", "SpaceX, public domain")),
    ("camera.png", Sample("camera", "Photographer", "Lav Varshney, CC0")),
    ("coins.png", Sample("coins", "Coins", "Brooklyn Museum, no known restrictions")),
    ("horse.png", Sample("horse", "Horse", "Andreas Preuss, CC0")),
    ("brick.png", Sample("brick", "Brick wall", "CC0 Textures, CC0")),
    ("hubble_deep_field.jpg", Sample("galaxies", "Galaxies", "NASA, public domain")),
)

_OWN = "drawn by this program"
_DRAWN: tuple[tuple[Callable[[], Image], Sample], ...] = (
    (drawings.shapes, Sample("shapes", "Shapes and stripes", _OWN)),
    (drawings.chessboard, Sample("chessboard", "Chessboard and rings", _OWN)),
    (drawings.digit, Sample("digit", "Handwritten five", _OWN)),
    (drawings.gabor, Sample("gabor", "Gabor patches", _OWN)),
    (drawings.edges, Sample("edges", "Steps, ramps and lines", _OWN)),
)


def _folder() -> Path:
    """scikit-image's data folder, found without importing the package."""
    found = importlib.util.find_spec("skimage")
    places = (found.submodule_search_locations if found else None) or [""]
    return Path(places[0], "data")


_FILES = {item.name: file for file, item in _PHOTOS}
_DRAW = {item.name: draw for draw, item in _DRAWN}


def _all() -> Mapping[str, Sample]:
    folder = _folder()
    photos = [item for file, item in _PHOTOS if (folder / file).is_file()]
    return MappingProxyType({item.name: item for item in (*photos, *(item for _, item in _DRAWN))})


#: The samples by name, in the order in which they are offered: the cat first.
SAMPLES: Mapping[str, Sample] = _all()
