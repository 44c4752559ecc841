"""The training that the lecture shows: higher rates learn with batch norm, and its events are what the page expects."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from cnnviz.training.tasks.batch_norm import RATES, Event, Settings, run

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(run(Settings()))


def test_with_batch_norm_every_rate_learns_and_without_few_do(events: list[Event]) -> None:
    without, with_ = events[-1].accuracy[: len(RATES)], events[-1].accuracy[len(RATES) :]
    assert min(with_) > 0.7
    assert without[0] < 0.7 and without[-1] < 0.6  # the lowest and the highest rate
    assert max(without) > 0.8  # the comparison is fair: one rate suits the plain network


def test_what_enters_the_last_activation_keeps_its_spread_with_batch_norm(events: list[Event]) -> None:
    spread = [line[0] for line in events[-1].deviation]
    assert spread[len(RATES) :] == pytest.approx([1.0] * len(RATES), abs=0.02)
    assert max(spread[: len(RATES)]) < 0.5


def test_events_grow_and_end_with_progress_1(events: list[Event]) -> None:
    progress = [event.progress for event in events]
    assert progress == sorted(progress) and progress[-1] == 1 and max(progress[:-1]) < 1
    assert 10 <= len(events) <= 60
    for event in events:
        assert all(len(line) == len(event.steps) for kind in (event.loss, event.mean, event.deviation) for line in kind)
        assert len(event.rates) == len(event.normalized) == len(event.loss) == 8
    assert len(json.dumps(asdict(events[-1]))) < 30_000


def test_the_same_settings_give_the_same_run_and_a_diverged_one_has_no_numbers() -> None:
    settings = Settings(steps=80, place="after")
    first, second = (list(run(settings))[-1] for _ in range(2))
    assert repr(first) == repr(second)
    assert repr(first.loss[-1][-1]) == "nan" and repr(first.accuracy[-1]) == "nan"
