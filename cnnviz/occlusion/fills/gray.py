"""``gray``: the square of the paper."""

from cnnviz.occlusion.fills.registry import FILLS, Fill, even

FILLS.add(
    Fill(
        name="gray",
        title="Gray",
        summary="Middle gray: what the paper slides over the picture. Its edges are new to the network.",
        reference="Zeiler & Fergus 2014, https://arxiv.org/abs/1311.2901",
        paint=lambda view, _seed: even(view, (128, 128, 128)),
        order=1,
    )
)
