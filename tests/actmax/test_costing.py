"""What a climb costs: told before, near to what it takes, refused where it is too long."""

from __future__ import annotations

import time

import pytest

from cnnviz.actmax import ClimbError, climb, costing
from cnnviz.inspections.climb import Settings, run
from cnnviz.models import load

pytestmark = pytest.mark.usefixtures("one_thread")


def test_it_is_near_to_what_a_climb_takes() -> None:
    network = load("cifar-fast")
    costing.cost(network, "logit:dog")  # allocates
    told = min(costing.cost(network, "logit:dog", steps=24, count=2) for _ in range(3))
    start = time.thread_time()
    list(climb(network, "logit:dog", steps=24, count=2))
    taken = time.thread_time() - start
    assert taken / 3 < told < 3 * taken


def test_one_that_would_take_too_long_is_refused_before_and_after_its_first_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(costing, "MOST_SECONDS", 0.01)
    with pytest.raises(ClimbError, match=r"^512 steps would take about \d+ s, more than 0; choose fewer") as told:
        costing.cost(load("cifar-fast"), "logit:dog", steps=512)
    assert len(str(told.value)) <= 140
    seen = []
    with pytest.raises(ClimbError, match="choose fewer steps"):
        seen.extend(run(Settings(network="cifar-fast", objective="logit:dog", steps=512)))
    assert len(seen) == costing.TRIED
