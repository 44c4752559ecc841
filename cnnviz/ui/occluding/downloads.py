"""What to take home: the map over the photo, the numbers, and the lines that compute them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.data.arrays import encode_npy
from cnnviz.data.images import encode_png
from cnnviz.figures.heatmaps import overlay
from cnnviz.occlusion import Occlusion, attribution
from cnnviz.ui import state
from cnnviz.ui.plain import cell
from cnnviz.ui.strip import download

if TYPE_CHECKING:
    from cnnviz.ui.occluding.situation import Situation


def downloads(asked: Situation, found: Occlusion | None) -> None:
    """Buttons for the picture, the map and the table; none before there is a map."""
    if found is None:
        st.markdown("Picture, map and table appear here with the maps.")
        return
    stem = f"occlusion-{asked.network.name}-{asked.target}"
    with st.container(horizontal=True):
        download("Picture (PNG)", lambda: as_drawn(asked, found), name=f"{stem}.png", mime="image/png")
        download("Drop (npy)", lambda: encode_npy(found.drop), name=f"{stem}.npy", mime="application/octet-stream")
        download("Table (CSV)", lambda: table(asked, found), name=f"{stem}.csv", mime="text/csv")


def as_drawn(asked: Situation, found: Occlusion) -> bytes:
    """The photo with the drop per pixel over it: the mean over the windows that cover the pixel."""
    pixels = asked.chosen.pixels
    box = asked.network.frame((pixels.shape[0], pixels.shape[1]))
    share = float(state.get("map-opacity", "0.65"))
    return encode_png(overlay(pixels, attribution(found), box=box, opacity=share, signed=True))


def table(asked: Situation, found: Occlusion) -> bytes:
    """A line per window: the part it covers, score, drop, and the class that wins."""
    lines = ["top,left,height,width,probability,drop,predicted"]
    for row in range(found.rows):
        for column in range(found.columns):
            if found.predicted[row, column] < 0:
                continue
            box = ",".join(map(str, found.box(row, column)))
            name = cell(asked.network.classes[int(found.predicted[row, column])])
            score, drop = found.probability[row, column], found.drop[row, column]
            lines.append(f'{box},{score:.6f},{drop:.6f},"{name}"')
    return ("\n".join(lines) + "\n").encode()


def code(asked: Situation) -> str:
    """The lines that reproduce the maps on screen, runnable as they stand."""
    sample = asked.chosen.key.removeprefix("sample ")
    own = sample == asked.chosen.key
    picture = 'read_image(Path("photo.jpg"))  # your photo' if own else f'sample("{sample}")'
    source = "images import read_image" if own else "samples import sample"
    path = "from pathlib import Path\n\n" if own else ""
    patch = asked.patch
    return f"""{path}from cnnviz.data.{source}
from cnnviz.models import load
from cnnviz.occlusion import Patch, highest, lowest, occlude

network = load("{asked.network.name}")
view = network.view({picture})
patch = Patch({patch.height}, {patch.width}, {patch.stride_down}, {patch.stride_across}, fill="{patch.fill}")
*_, found = occlude(network, view, patch, target={asked.target})
print(network.classes[{asked.target}], found.clean[{asked.target}])  # {asked.name} {asked.clean[asked.target]:.4f}
print(lowest(found).box, lowest(found).drop)
print(highest(found).box, highest(found).drop)
"""
