"""The usual combination: shift, turn and zoom a little."""

from __future__ import annotations

from cnnviz.actmax.registry import JITTERS, Jitter

JITTERS.add(
    Jitter(
        name="usual",
        title="Shift, turn, zoom",
        summary="A little of each: what answers must answer again when shifted, turned and zoomed.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        kind="several",
        parts="translate:5+rotate:8+scale:10",
        order=1,
    )
)
