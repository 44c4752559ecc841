"""Changed zips of class folders: each is taken in whole or refused in one sentence, and nothing else is written."""

from __future__ import annotations

import time
import zipfile

import numpy as np
import pytest

from cnnviz.data import own
from cnnviz.data.sets import BadData, admit, known, opened
from tests.data.class_sets import tree, zipped
from tests.forked import in_a_child
from tests.promises import quick_and_full


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "user"))
    return tmp_path / "user"


def mutated(good, rng):
    content = bytearray(good)
    match rng.integers(0, 4):
        case 0:
            for at in rng.integers(0, len(content), rng.integers(1, 12)):
                content[at] = rng.integers(0, 256)
        case 1:  # in the directory, where the offsets and sizes are
            start = good.index(own._ENTRY)
            for at in rng.integers(start, len(content), rng.integers(1, 12)):
                content[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF])
        case 2:
            del content[rng.integers(0, len(content)) :]
        case _:
            at = rng.integers(0, len(content))
            content[at:at] = rng.bytes(rng.integers(1, 200))
    return bytes(content)


def fuzz(rounds):
    rng = np.random.default_rng(11)
    files = [tree(each=7), tree(splits=("train", "test"), each=7)]
    good = [zipped(files[0]), zipped(files[0], zipfile.ZIP_STORED), zipped(files[1])]
    taken, longest, slowest = 0, 0, 0.0
    for number in range(rounds):
        content = mutated(good[number % 3], rng)
        start = time.process_time()
        try:
            name = admit(content, by="ann")
        except BadData as error:
            longest = max(longest, len(str(error)))
        else:
            taken += 1
            parts = opened(name)
            assert sum(known(name).counts) == sum(map(len, (parts.train, parts.validation, parts.test)))
        slowest = max(slowest, time.process_time() - start)
    return {"taken": taken, "longest": longest, "slowest": slowest}


@pytest.mark.promise("uploads")
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("count", quick_and_full(150, 20_000))
def test_changed_zips_are_taken_or_refused_in_a_sentence(home, tmp_path, count, figure):
    cost = in_a_child(lambda: fuzz(count))
    taken, longest, slowest = (cost.result[name] for name in ("taken", "longest", "slowest"))
    assert 0.1 * count < taken < 0.9 * count
    assert longest <= 140
    assert slowest <= 0.5
    assert cost.megabytes <= 200
    assert [path.name for path in tmp_path.iterdir()] == ["user"]
    assert len([path for path in (home / "datasets").iterdir() if path.is_dir()]) <= own.MOST_EACH
    figure(
        f"{count:,} mutated zips of class folders: {taken:,} taken, {count - taken:,} refused; "
        f"worst {slowest:.2f} s of CPU, {cost.megabytes:.0f} MB, {longest} characters"
    )
