"""The parts of the occlusion page: clicks, colours, marks, and whether the examples show what they say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cnnviz.data.samples import sample
from cnnviz.models import load
from cnnviz.occlusion import Patch, highest, occlude
from cnnviz.ui import state
from cnnviz.ui.components.occluder_maps import KEPT, OTHER, Swept, legend, marks
from cnnviz.ui.occluding.dragging import take


def test_a_click_on_a_bar_chooses_a_class_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    put: dict[str, Any] = {}
    monkeypatch.setattr(state, "put", put.__setitem__)
    asked: Any = SimpleNamespace(network=SimpleNamespace(classes=("cat", "dog")), size=(32, 32), sides=(8, 8))
    assert take(asked, {"what": "pick", "name": "<b>dog</b>", "at": [0, 0]}) == [] and not put
    assert take(asked, {"what": "pick", "name": "dog", "at": [0, 0]}) == []  # the whole page: the maps are others now
    assert put == {"class": "dog"}


def test_the_class_that_wins_anyway_is_gray_and_the_frequent_ones_get_colours() -> None:
    many = np.array([0] * 5 + [7, 7, 3] + list(range(10, 22)))
    found = legend(many, first=0)
    assert found[0] == (0, KEPT) and found[1][0] == 7 and found[-1] == (-1, OTHER)
    colours = [colour for _, colour in found]
    assert len(set(colours)) == len(colours)


def test_the_marks_are_the_strongest_drop_and_the_highest_raise() -> None:
    score = np.array([[0.5, 0.9], [np.nan, 0.1]], np.float32)
    swept = Swept((0, 4), (0, 4), (4, 4), score, 0.6, np.zeros((2, 2), np.int64), 0)
    low, high = marks(swept)
    assert low == {"cell": 3, "text": "−0.50"} and high == {"cell": 1, "text": "+0.30"}
    none = Swept((0, 4), (0, 4), (4, 4), np.full((2, 2), np.nan, np.float32), 0.6, np.zeros((2, 2), np.int64), 0)
    assert marks(none) == [None, None]


@pytest.mark.slow
def test_the_notes_of_the_examples_hold() -> None:
    def swept(picture: str, share: int, stride: int, boxes: Any = ()) -> Any:
        network = load("photo")
        *_, found = occlude(network, network.view(sample(picture)), Patch(share, share, stride, stride), covered=boxes)
        return found

    first = swept("camera", 48, 12)
    best = highest(first)
    assert best is not None and best.drop < -0.15 and first.changed
    second = highest(swept("camera", 48, 12, [best.box]))
    assert second is not None and second.probability > best.probability + 0.05
    balance = swept("coffee", 48, 12)
    assert 0.2 < balance.changed / balance.windows < 0.8
    assert float(np.nanmax(swept("cat", 16, 8).drop)) < 0.1
