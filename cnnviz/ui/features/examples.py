"""The lecture's examples: the decks' kernels and representations, what they say of first layers, and small networks."""

from __future__ import annotations

from cnnviz.ui.features.choosing import STRONGEST
from cnnviz.ui.presets import Preset


def _set(**values: str) -> dict[str, object]:
    """The controls of an example on the network that is built in."""
    plain = {
        "picture": "cat",
        "network": "photo",
        "layer": "stem.0",
        "unit": STRONGEST,
        "map-show": "maps",
        "map-scale": "unit",
        "map-order": "stored",
    }
    return {**plain, **{name.replace("_", "-"): value for name, value in values.items()}}


EXAMPLES = (
    Preset(
        "First kernels, in colour",
        _set(map_show="kernels"),
        "Edges in several directions, and blobs of one colour against another: first layers of networks trained on "
        "photographs look alike, whatever the network. AlexNet's slide shows 96 filters of 11×11×3; here are 32 of "
        "7×7×3, and each weight is a colour because the inputs are colours.",
        "Decks D2, “Kernels”, and D3, transfer learning: 96 filters",
    ),
    Preset(
        "Representations",
        _set(layer="stage1", map_order="peak"),
        "The slide's picture of what layers pass on. Each map answers one question at every place; behind ReLU only "
        "agreement is left.",
        "Deck D2, visualization tools: kernels and representations",
    ),
    Preset(
        "Which units say cat?",
        _set(layer="stage4", unit="28", map_order="contribution", map_scale="layer"),
        "The last maps, those first that add most to the logit of the answer. Few units speak for it strongly; each "
        "covers the place it speaks for.",
        "Deck D2, CAM with GAP: the same sum",
    ),
    Preset(
        "What colour is an edge?",
        _set(picture="gabor", map_order="peak"),
        "Gabor patches of several directions and widths: each unit answers to one of them, and its kernel says to "
        "which.",
    ),
    Preset(
        "A whitened first layer",
        _set(network="cifar-fast", layer="whiten", map_show="kernels", map_scale="layer"),
        "These kernels were computed from the data, not learned: the main axes of its 2×2 patches, each with either "
        "sign. The first is plain brightness, the last are fine detail in colour.",
        "Page 2018",
    ),
    Preset(
        "ConvNetJS, 16 filters",
        _set(network="convnetjs", layer="conv1", map_show="kernels"),
        "The small network that many courses train in the browser: 5×5 kernels, blurrier than those of a network that "
        "saw a million photographs.",
        "Decks D0 and D1",
    ),
)
