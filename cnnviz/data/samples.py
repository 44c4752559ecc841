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
    """A picture by ``name``, the ``title`` on its button, its source and licence, and what to look for in it."""

    name: str
    title: str
    credit: str
    suggests: str = ""


def sample(name: str) -> Image:
    """The picture ``name`` as uint8 ``(H, W, 3)``, its longest side at most 640 pixels; a fresh array each time.

    Raises :class:`cnnviz.registry.UnknownItem` with the names there are.
    """
    if name not in SAMPLES:
        raise UnknownItem(f"no sample picture is called {name!r}; there are: {', '.join(SAMPLES)}")
    draw = _DRAW.get(name)
    return draw() if draw else thumbnail(read_image(_folder() / _FILES[name]), LONGEST)


_PHOTOS = (
    ("chelsea.png", Sample("cat", "Cat", "Stefan van der Walt, CC0", "Do the ears, the eyes or the fur say cat?")),
    ("astronaut.png", Sample("astronaut", "Astronaut", "NASA, public domain", "A face, a flag and a shuttle at once.")),
    (
        "motorcycle_left.png",
        Sample(
            "motorcycle",
            "Motorcycle",
            "Middlebury Stereo 2014 (Scharstein et al., GCPR 2014), as distributed with scikit-image",
            "One object in clutter: does the map stay on it?",
        ),
    ),
    ("coffee.png", Sample("coffee", "Coffee", "Rachel Michetti, CC0", "Ellipses, smooth porcelain and coarse wood.")),
    ("rocket.jpg", Sample("rocket", "Rocket", "SpaceX, public domain", "A small bright object before a wide sky.")),
    ("camera.png", Sample("camera", "Photographer", "Lav Varshney, CC0", "A photograph without colour.")),
    ("coins.png", Sample("coins", "Coins", "Brooklyn Museum, no known restrictions", "Many alike: which one counts?")),
    ("horse.png", Sample("horse", "Horse", "Andreas Preuss, CC0", "Is an outline enough to be recognised?")),
    ("brick.png", Sample("brick", "Brick wall", "CC0 Textures, CC0", "Texture without an object.")),
    (
        "hubble_deep_field.jpg",
        Sample("galaxies", "Galaxies", "NASA, public domain", "None of the classes: how sure is the network?"),
    ),
)

_OWN = "drawn by this program"
_DRAWN: tuple[tuple[Callable[[], Image], Sample], ...] = (
    (drawings.shapes, Sample("shapes", "Shapes and stripes", _OWN, "Which filters see colour, which see edges?")),
    (drawings.chessboard, Sample("chessboard", "Chessboard and rings", _OWN, "What is left of rings after pooling?")),
    (drawings.digit, Sample("digit", "Handwritten five", _OWN, "Strokes, as in the first networks that read digits.")),
    (drawings.gabor, Sample("gabor", "Gabor patches", _OWN, "Directions and frequencies that first layers prefer.")),
    (drawings.edges, Sample("edges", "Steps, ramps and lines", _OWN, "Follow one kernel by eye.")),
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
