"""``black``: zero, the most common baseline, and for the network a strong signal."""

from cnnviz.occlusion.fills.registry import FILLS, Fill, even

FILLS.add(
    Fill(
        name="black",
        title="Black",
        summary="Zero in every channel: far from the mean, so the hole itself can be seen as a dark object.",
        reference="Sturmfels et al. 2020, https://distill.pub/2020/attribution-baselines",
        paint=lambda view, _seed: even(view, (0, 0, 0)),
        order=2,
    )
)
