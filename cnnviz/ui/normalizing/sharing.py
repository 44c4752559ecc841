"""Who shares a mean, and how many parameters there are: per channel, not per weight."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnviz.normalization import KINDS, members, parameters
from cnnviz.params import param
from cnnviz.ui.components.block import blocks
from cnnviz.ui.controls import choose, controls

TITLE = "Who shares a mean? Per channel, not per weight"
PICTURES, CHANNELS, CELLS, GROUPS = 4, 6, 4, 2
AT = (0, 3)  # the picture and the channel whose mean is coloured
WORDS = {
    "batch": "mean over N, H, W: one per channel",
    "layer": "mean over C, H, W: one per picture",
    "instance": "mean over H, W: one per picture and channel",
    "group": f"mean over H, W and {CHANNELS // GROUPS} channels",
}


@dataclass(frozen=True)
class Convolution:
    """The convolution before the normalization."""

    inputs: int = param(64, low=1, high=512, label="channels in", help="Of the convolution before the normalization.")
    outputs: int = param(64, low=1, high=512, label="channels out", help="These are normalized.")
    window: int = param(3, low=1, high=11, step=2, label="window", help="Its height and width.")


def section() -> None:
    """Four blocks, and the count of γ and β."""
    st.subheader(TITLE, anchor=False)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        kind = choose(
            "Normalization",
            list(KINDS),
            key="share-kind",
            default="batch",
            title=lambda k: KINDS[k].title,
            help="Which numbers share one mean: the coloured ones.",
        )
        layer = controls(Convolution, key="share")
    with right:
        shape = (PICTURES, CHANNELS, CELLS, 1)
        items = [(f"{k.title}", WORDS[k.name], members(shape, k.name, AT, groups=GROUPS)) for k in KINDS.values()]
        blocks(
            items,
            chosen=list(KINDS).index(kind),
            cells=CELLS,
            label="Numbers that share one mean, among pictures N, channels C and cells H·W.",
            key="bn-blocks",
        )
        st.latex(formula(layer))
        st.markdown(reading(kind, layer))


def formula(layer: Convolution) -> str:
    """γ and β beside the weights."""
    weights = layer.inputs * layer.outputs * layer.window**2
    count = rf"\gamma,\beta:\ 2\cdot {layer.outputs} = {parameters(layer.outputs):,}"
    product = rf"{layer.outputs}\cdot {layer.inputs}\cdot {layer.window}\cdot {layer.window} = {weights:,}"
    return rf"{count}\qquad \text{{weights: }}{product}".replace(",", "{,}").replace("\\gamma{,}", "\\gamma,")


def reading(kind: str, layer: Convolution) -> str:
    """What the kind does with a batch of one, and the deck's slip."""
    weights = layer.inputs * layer.outputs * layer.window**2
    one = {
        "batch": "Batch norm is the only one that mixes pictures, so only it needs running statistics.",
        "layer": "Layer norm looks at one picture at a time: training and evaluation are the same.",
        "instance": "Instance norm forgets each channel’s contrast in each picture: used for style transfer.",
        "group": "Group norm needs no batch either: chosen where only one or two pictures fit into memory.",
    }[kind]
    return (
        f"- **{KINDS[kind].title}** ({KINDS[kind].reference}): {one}\n"
        f"- Deck D1 keeps γ and β “for each weight”: that would be {weights:,} pairs. There is one pair per channel, "
        f"{parameters(layer.outputs):,} numbers; the {2 * layer.outputs:,} running statistics are not learned."
    )
