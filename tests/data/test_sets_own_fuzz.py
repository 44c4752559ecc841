"""Changed zips of class folders: each is taken in whole or refused in one sentence, and nothing else is written."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from cnnviz.data import own
from cnnviz.data.sets import BadData, admit, known, opened
from tests.data.class_sets import tree, zipped


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


def fuzz(rounds, seed):
    rng = np.random.default_rng(seed)
    good = [
        zipped(tree(each=5)),
        zipped(tree(each=5), zipfile.ZIP_STORED),
        zipped(tree(splits=("train", "test"), each=5)),
    ]
    taken, told = 0, set()
    for number in range(rounds):
        try:
            name = admit(mutated(good[number % 3], rng), by="ann")
        except BadData as error:
            told.add(str(error))
        else:
            taken += 1
            assert sum(known(name).counts) == sum(
                map(len, (opened(name).train, opened(name).validation, opened(name).test))
            )
    assert max(map(len, told)) <= 140
    return taken


def test_300_changed_zips_are_taken_or_refused_in_a_sentence(home, tmp_path):
    taken = fuzz(300, seed=11)
    assert 0 < taken < 300
    assert [path.name for path in tmp_path.iterdir()] == ["user"]
    assert len([path for path in (home / "datasets").iterdir() if path.is_dir()]) <= own.MOST_EACH


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_6000_changed_zips_are_taken_or_refused_in_a_sentence(home, tmp_path):
    assert fuzz(6_000, seed=12) > 0
    assert [path.name for path in tmp_path.iterdir()] == ["user"]
