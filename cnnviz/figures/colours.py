"""Colours that everyone can tell apart, and colour maps as tables of 256 rows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CATEGORIES = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#56B4E9",
    "#8A8A8A",
    "#B8A900",
    "#332288",
    "#882255",
)
"""Ten colours for things without an order: those of Okabe & Ito 2008 (yellow and black, lost on white and on dark,
replaced by olive and grey) and two of Tol's, https://jfly.uni-koeln.de/color/.

The first six differ for everyone. Of all ten, orange and olive are one colour to eyes without red cones, and purple,
green and grey nearly one to eyes without green cones: who needs more than six gives shapes, dashes or names as well."""

MAPS = ("inferno", "viridis", "cividis", "RdBu", "RdBu_r")
"""Names of the colour maps: the first three for magnitudes, the last two for signed values. ``RdBu_r`` has red high."""


@cache
def table(name: str) -> NDArray[np.uint8]:
    """The colour map ``name`` as uint8 ``(256, 3)``, lowest value first; read-only, one object for all callers."""
    if name not in MAPS:
        raise ValueError(f"no colour map is called {name!r}; there are: {', '.join(MAPS)}")
    from plotly import colors

    group = colors.diverging if name.startswith("RdBu") else colors.sequential
    steps, _ = colors.convert_colors_to_same_type(getattr(group, name.title() if name.islower() else name), "tuple")
    points = 255 * np.array(steps)
    at = np.linspace(0, len(points) - 1, 256)
    rows = np.stack([np.interp(at, np.arange(len(points)), points[:, channel]) for channel in range(3)], 1)
    colours: NDArray[np.uint8] = np.rint(rows).astype(np.uint8)
    colours.setflags(write=False)
    return colours


def scale(name: str) -> list[tuple[float, str]]:
    """The same colours as a plotly colour scale, so that a colour bar matches the picture."""
    rows = table(name)[::15]
    return [(i / (len(rows) - 1), f"rgb({r},{g},{b})") for i, (r, g, b) in enumerate(rows.tolist())]
