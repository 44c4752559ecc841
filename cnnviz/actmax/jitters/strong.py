"""A strong combination: what answers must hold in many places, turned and at many sizes."""

from __future__ import annotations

from cnnviz.actmax.registry import JITTERS, Jitter

JITTERS.add(
    Jitter(
        name="strong",
        title="Shift, turn, zoom strongly",
        summary="Shifts of an eighth, turns of 15 degrees, zooms of a fifth: grain pays less.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        kind="several",
        parts="translate:12+rotate:15+scale:20",
        order=6,
    )
)
