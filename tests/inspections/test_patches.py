"""The inspection of best patches: events small and rising, the last equal to what is kept; the next unit is read."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz.data.images import decode
from cnnviz.features import FeatureError, best
from cnnviz.inspections.patches import Patched, Patches, run
from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.inspections.waiting import waited
from cnnviz.models import load

SMALL = Patches(network="convnetjs", layer="conv1", unit=3, data="samples", count=250)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


def test_it_streams_coarse_to_fine_and_keeps_what_it_found() -> None:
    events = list(run(SMALL))
    assert all(isinstance(event, Patched) for event in events)
    progress = [event.progress for event in events]
    assert progress == sorted(progress) and progress[-1] == 1 and progress.count(1) == 1
    assert all(len(json.dumps(dataclasses.asdict(event))) < 100_000 for event in events)
    drawn = [event for event in events if event.sheet]
    assert len(drawn) >= 3 and all(len(event.scores) <= 9 for event in drawn)
    assert [max(event.scores) for event in drawn] == sorted(max(event.scores) for event in drawn)
    kept = best(load("convnetjs"), "conv1", 3, "samples")
    assert kept is not None and base64.b64decode(drawn[-1].sheet) == kept.jpeg
    assert drawn[-1].scores == kept.scores and "250 crops" in drawn[-1].told


def test_another_unit_of_the_layer_is_read_not_searched() -> None:
    list(run(SMALL))
    (only,) = run(dataclasses.replace(SMALL, unit=7))
    kept = best(load("convnetjs"), "conv1", 7, "samples")
    assert kept is not None and only.progress == 1 and base64.b64decode(only.sheet) == kept.jpeg


def test_where_nothing_can_be_kept_it_is_told_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    *_, last = run(SMALL)
    assert last.progress == 1 and decode(base64.b64decode(last.sheet)).shape == (64, 9 * 64, 3)


def test_a_unit_or_a_layer_that_is_not_there_is_told() -> None:
    for wrong in (dataclasses.replace(SMALL, unit=400), dataclasses.replace(SMALL, layer="conv9")):
        with pytest.raises(ValueError) as told:  # noqa: PT011 (FeatureError or LayerError)
            list(run(wrong))
        assert len(str(told.value)) <= 140 and type(told.value).__module__.startswith("cnnviz.")


def test_an_abandoned_search_leaves_nothing_behind() -> None:
    network = load("convnetjs")
    before = torch.get_rng_state()
    events = run(SMALL)
    for _ in range(4):
        next(events)
    assert network.lock.acquire(blocking=False)
    network.lock.release()
    events.close()  # type: ignore[attr-defined]
    assert not any(module._forward_hooks for module in network.model.modules())
    assert torch.equal(torch.get_rng_state(), before)


def test_what_is_waited_for_arrives_and_its_errors_too() -> None:
    def drain(make):
        waiting = waited(make, "still")
        seen = []
        while True:
            try:
                seen.append(next(waiting))
            except StopIteration as end:
                return seen, end.value

    import time

    seen, value = drain(lambda: (time.sleep(0.35), 7)[1])
    assert value == 7 and 1 <= len(seen) <= 4

    def fail() -> None:
        raise FeatureError("told")

    with pytest.raises(FeatureError, match="told"):
        drain(fail)


def test_settings_cross_the_border() -> None:
    task = INSPECTIONS["patches"]
    assert task.rebuilt(task.told(SMALL)) == SMALL
    event = Patched(0.5, 3, 9, "x", (1.0, 2.0), "told")
    told = json.loads(json.dumps(dataclasses.asdict(event)))
    assert task.event_of(told) == event
    assert np.isfinite(event.progress)
