"""``mean``: the picture's own mean colour."""

from __future__ import annotations

import numpy as np

from cnnviz.occlusion.fills.registry import FILLS, Fill, Pixels


def paint(view: Pixels, _seed: int) -> Pixels:
    """The mean colour of the view everywhere."""
    colour = np.rint(view.reshape(-1, 3).mean(axis=0)).astype(np.uint8)
    return np.broadcast_to(colour, view.shape).copy()


FILLS.add(
    Fill(
        name="mean",
        title="Mean colour",
        summary="The picture's mean colour: brightness and tint stay, all detail goes.",
        reference="Sturmfels et al. 2020, https://distill.pub/2020/attribution-baselines",
        paint=paint,
        order=3,
    )
)
