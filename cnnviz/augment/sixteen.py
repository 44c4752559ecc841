"""Deck D0's figure of sixteen tiles, as fixed draws: what Wu et al. 2015, Fig. 4, shows, and what the deck's list says.

The deck's picture is lost and its list was made from it by a program, which took darker corners for a vertical flip.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.augment.composing import Drawn
from cnnviz.augment.methods.barrel import Bulged
from cnnviz.augment.methods.colour_cast import Cast
from cnnviz.augment.methods.horizontal_flip import Mirrored
from cnnviz.augment.methods.horizontal_stretch import Stretched as Widened
from cnnviz.augment.methods.pincushion import Pinched
from cnnviz.augment.methods.rotation import Turned
from cnnviz.augment.methods.vertical_stretch import Stretched as Heightened
from cnnviz.augment.methods.vignette import Darkened
from cnnviz.augment.methods.zoom import Scaled


@dataclass(frozen=True)
class Tile:
    """A tile by its right ``title``, what was applied, and the deck's words where they are wrong."""

    title: str
    records: tuple[Drawn, ...]
    deck: str = ""


def _cast(red: int, green: int, blue: int) -> Drawn:
    return Drawn("colour-cast", Cast(red, green, blue))


def _turned(degrees: float) -> tuple[Drawn, ...]:
    """Turned, then enlarged until no corner shows: the crop."""
    return Drawn("rotation", Turned(degrees, 0)), Drawn("zoom", Scaled(1.35, 0))


SIXTEEN = (
    Tile("original photo", ()),
    Tile("red colour cast", (_cast(60, 0, 0),)),
    Tile("green colour cast", (_cast(0, 60, 0),)),
    Tile("blue colour cast", (_cast(0, 0, 60),)),
    Tile("left-right flip", (Drawn("horizontal-flip", Mirrored(True)),)),
    Tile("vignette", (Drawn("vignette", Darkened(0.6)),), "vertical flip"),
    Tile("more vignette", (Drawn("vignette", Darkened(1.0)),), "more vertical flip"),
    Tile("blue cast + vignette", (_cast(0, 0, 60), Drawn("vignette", Darkened(0.8))), "blue casting + vertical flip"),
    Tile("left rotation, crop", _turned(15.0)),
    Tile("right rotation, crop", _turned(-15.0)),
    Tile("pincushion distortion", (Drawn("pincushion", Pinched(-0.3)),), "perspective distortion"),
    Tile("barrel distortion", (Drawn("barrel", Bulged(1.0)),)),
    Tile("horizontal stretch", (Drawn("horizontal-stretch", Widened(1.3)),)),
    Tile("more horizontal stretch", (Drawn("horizontal-stretch", Widened(1.7)),)),
    Tile("vertical stretch", (Drawn("vertical-stretch", Heightened(1.3)),)),
    Tile("more vertical stretch", (Drawn("vertical-stretch", Heightened(1.7)),)),
)
