"""Examples of the lecture: the deck's, and photos on which a patch does something surprising."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.ui.cam.explaining import BEST
from cnnviz.ui.occluding.places import AT, KEPT, MIDDLE, NONE
from cnnviz.ui.occluding.situation import SHARE
from cnnviz.ui.presets import Preset


def _values(picture: str, **more: Any) -> Mapping[str, Any]:
    plain = {
        "network": "photo",
        "class": BEST,
        "patch": SHARE,
        "stride": "half",
        "fill": "gray",
        AT: MIDDLE,
        KEPT: NONE,
    }
    return {"picture": picture, **plain, **more}


EXAMPLES = (
    Preset(
        "A gray square slides",
        _values("cat"),
        "The figure that made the method known. The slide credits “Feiler & Fergus”: it is Matthew **Zeiler** and Rob "
        "Fergus, 2014. What is red in the map of the drop, the network needs.",
        "D2, “Occlusion”; arXiv 1311.2901",
    ),
    Preset(
        "Covering raises the score",
        _values("camera", patch=30, stride="quarter"),
        "On the slide a score goes from 0.47 to 0.97 to 0.99 while parts of the photo are covered. Here the network "
        "takes a photographer for a dog. Press *Find the patch that raises it*, and again: what lay under the patches "
        "spoke for other classes.",
        "D2, “pepita = miniature pinscher?”",
    ),
    Preset(
        "Two classes in balance",
        _values("coffee", patch=30, stride="quarter"),
        "The network is torn between two classes, both wrong. The map of the winning class shows what decides: a patch "
        "on one side lets the other win.",
    ),
    Preset(
        "Nothing is needed alone",
        _values("cat", patch=10),
        "A small patch costs next to nothing anywhere: what it hides is seen elsewhere. A pale map does not say that "
        "the network looks at nothing. Make the patch larger.",
    ),
    Preset(
        "Black is a shape, too",
        _values("camera", fill="black", stride="quarter"),
        "The patch shows black instead of gray, and the photo is full of black shapes: compare the maps by changing "
        "*It shows* alone.",
    ),
)
