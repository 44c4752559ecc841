"""The CAM lecture's examples: the deck's CAM with its weights, and what no deck shows."""

from __future__ import annotations

from cnnviz.ui.cam.explaining import BEST
from cnnviz.ui.presets import Preset


def _set(**values: str) -> dict[str, object]:
    """The controls of an example on the network that is built in."""
    plain = {
        "picture": "cat",
        "network": "photo",
        "class": BEST,
        "layer": "stage4",
        "method": "cam",
        "versus": "runner-up",
        "under": "methods",
        "signed": "no",
        "smooth": "yes",
    }
    return {**plain, **{name.rstrip("_"): value for name, value in values.items()}}


EXAMPLES = (
    Preset(
        "CAM with GAP",
        _set(under="anatomy", versus="nothing", smooth="no"),
        "The slide's recipe, step by step: the weights of the class times the maps of the last layer, added up, then "
        "enlarged. The deck speaks of *weights using a softmax output*: they belong to the linear layer before the "
        "softmax, so the map adds up to the logit, not to the probability.",
        "Deck D2, visualization tools (3)",
    ),
    Preset(
        "Where it looks",
        _set(picture="motorcycle", under="layers"),
        "“What is the most discriminative part of the image?” asks the slide. Here: the wheels. Early layers answer "
        "with edges; only the last ones with parts.",
        "Deck D2, visualization tools (2)",
    ),
    Preset(
        "What speaks for dog",
        _set(class_="dog", versus="class", under="classes") | {"versus-class": "cat"},
        "The map of a class that the network finds improbable is a map all the same. What tells the two apart is "
        "their difference.",
    ),
    Preset(
        "Four names, one map",
        _set(method="grad-cam", versus="method", under="methods") | {"versus-method": "cam"},
        "Right before global average pooling the gradient is the same at all places: Grad-CAM, HiRes-CAM and XGrad-CAM "
        "are CAM divided by the number of cells, r = 1.00. Papers that compare them there compare nothing.",
        "Draelos & Carin 2020, §3",
    ),
    Preset(
        "An average can lie",
        _set(picture="coffee", layer="stage2", method="grad-cam", versus="method", under="methods")
        | {"versus-method": "hires-cam"},
        "Below the last layer Grad-CAM averages the gradient over the whole map: it lights up places that the score "
        "does not depend on. HiRes-CAM multiplies place by place instead.",
        "Draelos & Carin 2020",
    ),
    Preset(
        "Sure and wrong",
        _set(picture="coins", versus="runner-up", signed="yes"),
        "A heat map explains what the network says, not what is there: rows of coins are taken for something else, and "
        "the map is as sharp as ever. It is no proof that the answer is right.",
    ),
)
