"""The inspection of occlusion: what its events carry, which settings it refuses, and how soon it stops."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace

import numpy as np
import pytest

from cnnviz.inspections.occlusion import Settings, boxes, occlusion_of, run
from cnnviz.inspections.registry import INSPECTIONS, BadSettings
from cnnviz.models import load
from cnnviz.occlusion import OcclusionError, Patch, highest, occlude

SMALL = Settings(network="cifar-fast", height=8, width=8, stride_down=8, stride_across=8)


def test_events_are_the_answers_of_the_function() -> None:
    task = INSPECTIONS["occlusion"]
    events = [task.event_of(json.loads(json.dumps(asdict(event)))) for event in run(SMALL)]
    network = load("cifar-fast")
    from cnnviz.data.samples import sample

    *_, wanted = occlude(network, network.view(sample("cat")), Patch(8, 8, 8, 8))
    found = occlusion_of(events[-1])
    np.testing.assert_allclose(found.probability, wanted.probability, atol=1e-6)
    np.testing.assert_allclose(found.logit, wanted.logit, atol=1e-5)
    assert (found.predicted == wanted.predicted).all() and (found.tops == wanted.tops).all()
    assert (found.target, found.patch, found.size) == (wanted.target, wanted.patch, wanted.size)
    best = highest(found)
    assert best is not None and best.box == highest(wanted).box
    assert np.isnan(occlusion_of(events[0]).probability).all() and (occlusion_of(events[0]).predicted == -1).all()


def test_an_event_of_the_largest_map_is_small() -> None:
    first = next(run(replace(SMALL, stride_down=1, stride_across=1)))
    assert 4096 / (first.rows * first.columns) * len(first.probability + first.logit + first.predicted) < 100_000


def test_boxes_can_be_covered_before() -> None:
    covered = next(run(replace(SMALL, covered="0,0,16,16;16,16,16,16")))
    assert covered.clean != next(run(SMALL)).clean
    assert boxes("") == () and boxes("1,2,3,4;5,6,7,8") == ((1, 2, 3, 4), (5, 6, 7, 8))
    for bad in ("1,2,3", "a", ";", "1,2,3,4;", "1,2,3,-4", ";".join(["1,2,3,4"] * 33)):
        with pytest.raises(BadSettings):
            boxes(bad)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"fill": "pink"}, "no fill is called"), ({"height": 33}, "choose a smaller one"), ({"target": 10}, "0 to 9")],
)
def test_settings_that_cannot_be_are_refused_in_a_sentence(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        next(run(replace(SMALL, **change)))
    assert len(str(caught.value)) <= 140


def test_too_many_windows_are_refused() -> None:
    with pytest.raises(OcclusionError, match="choose larger strides"):
        next(run(Settings(height=1, width=1, stride_down=1, stride_across=1)))


def test_stopping_is_quick() -> None:
    found = run(SMALL)
    next(found)
    start = time.thread_time()
    found.close()
    assert time.thread_time() - start < 0.1
