"""The inspection of filter statistics: what it sends is what was counted, thinned, and small."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from cnnviz.features import FeatureError, source, statistics
from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.inspections.statistics import CELLS, EVERY, Statistics, run, thinned
from cnnviz.models import load

SMALL = Statistics(network="convnetjs", layer="relu1", data="samples", target="Coins", count=250)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


def test_the_last_event_is_what_was_counted() -> None:
    network = load("convnetjs")
    *_, wanted = statistics(network, "relu1", source("samples", network, count=250), target="Coins")
    events = list(run(SMALL))
    last = events[-1]
    progress = [event.progress for event in events]
    assert progress == sorted(progress) and progress[-1] == 1 and progress.count(1) == 1
    assert all(len(json.dumps(dataclasses.asdict(event))) < 100_000 for event in events)
    assert (last.seen, last.total) == (25, 25) and "Coins" in last.told
    best = np.frombuffer(base64.b64decode(last.best), "<i2").reshape(last.rows, last.columns)
    np.testing.assert_array_equal(best, wanted.winners())
    order = np.argsort(-wanted.shares(), kind="stable")[: len(last.winners)]
    assert last.winners == tuple(order)
    assert last.shares == pytest.approx(tuple(wanted.shares()[order]), abs=1e-5)
    assert last.silent == pytest.approx(1 - wanted.shares().sum(), abs=1e-5)
    means = np.frombuffer(base64.b64decode(last.means), np.uint8).reshape(-1, *last.small)
    first = last.low[0] + (last.high[0] - last.low[0]) * means[0] / 255
    near = thinned(wanted.means[order[0]], 24)
    assert np.abs(first - near).max() <= 0.01 * np.ptp(near) + 1e-6


def test_every_class_counts_all_pictures_and_no_class_means_the_first() -> None:
    *_, all_of_them = run(dataclasses.replace(SMALL, target=EVERY))
    assert all_of_them.total == 250
    *_, first = run(dataclasses.replace(SMALL, target=""))
    assert "Cat" in first.told
    *_, scaled = run(dataclasses.replace(SMALL, standard=True))
    assert scaled.progress == 1 and scaled.winners != ()


def test_a_class_that_is_not_there_is_told() -> None:
    with pytest.raises(FeatureError) as told:
        list(run(dataclasses.replace(SMALL, target="unicorn")))
    assert len(str(told.value)) <= 140


def test_large_maps_are_thinned_cell_by_cell() -> None:
    values = np.arange(200 * 130).reshape(200, 130)
    small = thinned(values, CELLS)
    assert max(small.shape) <= CELLS and set(small.ravel().tolist()) <= set(values.ravel().tolist())


def test_settings_cross_the_border() -> None:
    task = INSPECTIONS["statistics"]
    assert task.rebuilt(task.told(SMALL)) == SMALL
    last = list(run(SMALL))[-1]
    assert task.event_of(json.loads(json.dumps(dataclasses.asdict(last)))) == last
