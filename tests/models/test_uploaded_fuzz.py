"""Changed and crafted state dicts: a network whose answers are numbers, or one sentence; and no crash."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.data.samples import sample
from cnnviz.models import BadWeights, load, uploaded
from tests.forked import in_a_child
from tests.models.bad_weights import ARCHITECTURE, BAD_WEIGHTS, good, twice
from tests.promises import quick_and_full

CHECKED = 25  # of the networks taken, one in so many is asked about a picture


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


def attempt(data: bytes) -> str:
    try:
        return uploaded.admit(data, ARCHITECTURE)
    except BadWeights as refused:
        return str(refused)


@pytest.mark.promise("uploads")
def test_every_bad_file_of_the_corpus_is_refused_in_a_sentence(tmp_path: Path, figure: Callable[[str], None]) -> None:
    assert uploaded.is_own(attempt(good()))
    before = sorted(tmp_path.rglob("*"))
    files = [(name, make(), says) for name, (make, says) in BAD_WEIGHTS.items()]

    def work() -> list[tuple[str, float]]:
        return [(attempt(data), time.process_time()) for _, data, _ in files]

    cost = in_a_child(work)
    for (name, _, says), (told, _) in zip(files, cost.result, strict=True):
        assert says in told and not uploaded.is_own(told) and len(told) <= 140, (name, told)
    slowest = float(np.diff([at for _, at in cost.result]).max())
    assert slowest <= 0.5
    assert cost.megabytes <= 200
    assert sorted(tmp_path.rglob("*")) == before
    longest = max(len(told) for told, _ in cost.result)
    figure(
        f"{len(files)} bad state dicts refused: worst {slowest:.2f} s of CPU, {cost.megabytes:.0f} MB, "
        f"{longest} characters"
    )


def test_names_that_are_there_twice_are_taken_once_or_refused() -> None:
    found = attempt(twice())
    assert uploaded.is_own(found) or len(found) <= 140


def mutated(rng: np.random.Generator) -> bytes:
    data = bytearray(good())
    for _ in range(rng.integers(1, 9)):
        where = int(rng.integers(0, 2_200 if rng.random() < 0.5 else len(data)))
        data[where] = rng.integers(0, 256)
    match rng.integers(0, 12):
        case 0:
            del data[rng.integers(0, len(data)) :]
        case 1:
            data[where:where] = rng.bytes(rng.integers(1, 64))
        case 2:
            data[:8] = rng.bytes(8)
    return bytes(data)


def fuzz(rounds: int) -> dict[str, Any]:
    rng, picture = np.random.default_rng(0), sample("cat")
    taken, longest, slowest = 0, 0, 0.0
    for _ in range(rounds):
        data, start = mutated(rng), time.process_time()
        told = attempt(data)
        slowest = max(slowest, time.process_time() - start)
        if not uploaded.is_own(told):
            longest = max(longest, len(told))
            continue
        taken += 1
        if taken % CHECKED == 1:
            assert np.isfinite(load(told).predict(picture)).all()
    return {"taken": taken, "longest": longest, "slowest": slowest}


@pytest.mark.promise("uploads")
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("count", quick_and_full(150, 20_000))
def test_changed_state_dicts_are_taken_or_refused_in_a_sentence(count: int, figure: Callable[[str], None]) -> None:
    attempt(good())  # torch and safetensors are imported before the child is made
    cost = in_a_child(lambda: fuzz(count))
    taken, longest, slowest = (cost.result[name] for name in ("taken", "longest", "slowest"))
    assert 0.1 * count < taken < 0.9 * count
    assert longest <= 140
    assert slowest <= 0.5
    assert cost.megabytes <= 200
    figure(
        f"{count:,} mutated state dicts: {taken:,} taken, {count - taken:,} refused; "
        f"worst {slowest:.2f} s of CPU, {cost.megabytes:.0f} MB, {longest} characters"
    )
