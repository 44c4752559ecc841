"""Schedules of a training against torch's own and against what their names say."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.training.config import SCHEDULES
from cnnviz.training.schedules import factor


def test_one_cycle_is_torchs() -> None:
    steps = 1000
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=steps + 1, final_div_factor=1e9)
    for k in range(steps):
        # torch's peak lies one step before 30 % of its steps, so compare within what a step changes
        assert factor("one-cycle", k / steps, warmup=0.0) == pytest.approx(cycle.get_last_lr()[0], abs=0.006)
        optimizer.step()
        cycle.step()


def test_cosine_is_torchs_after_the_warm_up() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 90)
    for k in range(90):
        assert factor("cosine", (10 + k) / 100, warmup=0.1) == pytest.approx(cosine.get_last_lr()[0], abs=1e-9)
        optimizer.step()
        cosine.step()


def test_a_warm_up_is_a_straight_line() -> None:
    assert [factor("constant", p, warmup=0.2) for p in (0.0, 0.05, 0.1, 0.2, 1.0)] == [0.0, 0.25, 0.5, 1.0, 1.0]


def test_steps_fall_to_a_tenth_and_a_hundredth() -> None:
    assert [factor("steps", p, warmup=0.0) for p in (0.0, 0.49, 0.5, 0.74, 0.75, 1.0)] == [1, 1, 0.1, 0.1, 0.01, 0.01]


@given(st.sampled_from(SCHEDULES), st.floats(0, 1), st.floats(0, 0.5))
def test_a_factor_is_between_zero_and_one(schedule: str, progress: float, warmup: float) -> None:
    assert -1e-12 <= factor(schedule, progress, warmup=warmup) <= 1 + 1e-12
