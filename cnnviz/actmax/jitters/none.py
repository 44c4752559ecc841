"""No jitter: the picture as it is."""

from __future__ import annotations

from cnnviz.actmax.registry import JITTERS, Jitter

JITTERS.add(
    Jitter(
        name="none",
        title="None",
        summary="The picture as it is: tricks that hold for exactly these pixels count too.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        kind="several",
        order=9,
    )
)
