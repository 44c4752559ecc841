"""Making, listing and naming runs: ids are ours alone, labels are only labels, and nothing of it imports torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnviz import runs
from cnnviz.runs import records
from cnnviz.training.config import Config

Trained = Callable[..., str]
HOSTILE = (
    "..",
    "../x",
    "/etc/passwd",
    "a" * 13,
    "A" * 12,
    "0123456789a",
    "0123456789ab\n",
    "0123456789a/",
    "",
    "%00",
    "é" * 12,
)


def test_a_new_run_is_queued_and_listed(home: Path) -> None:
    run = runs.create(Config(lr=0.3, network="lenet5"), label="first", by="me")
    (found,) = runs.listed()
    assert (found.id, found.label, found.by, found.state, found.saved) == (run, "first", "me", "queued", ())
    assert found.config == Config(lr=0.3, network="lenet5") == runs.config(run)
    assert found.epoch == 0 and found.val_accuracy != found.val_accuracy and not found.resumable
    assert runs.standing(run) == ("queued", "") and runs.threads(run) == 0
    assert {path.name for path in (home / run).iterdir()} == {"run.json", "state.json"}


def test_what_is_known_of_a_trained_run(trained: Trained) -> None:
    run = trained(epochs=3, label="three")
    found = runs.summary(run)
    assert (found.state, found.message) == ("stopped", "somebody stopped it")
    assert (found.epoch, found.val_accuracy, found.saved, found.resumable) == (3, 0.3, (0, 1, 2, 3), True)
    assert runs.threads(run) == 2
    assert runs.summary(runs.folder(run)) == found


def test_the_newest_comes_first_and_a_damaged_one_hides_no_other(home: Path) -> None:
    made = [runs.create(Config(), label=str(number)) for number in range(4)]
    (home / made[1] / "run.json").write_text('{"format": 1, "config": {"lr": "fast"}}')
    (home / "not-a-run").mkdir()
    (home / "0123456789ab").mkdir()
    listed = [each.created for each in runs.listed()]
    assert listed == sorted(listed, reverse=True) and len(listed) == 3


def test_the_state_is_seen_at_once() -> None:
    run = runs.create(Config())
    before = runs.stamp(run)
    for state in records.STATES:
        runs.stand(run, state, f"it is {state}")
        assert runs.summary(run).state == state and runs.standing(run) == (state, f"it is {state}")
    assert runs.stamp(run) != before
    with pytest.raises(ValueError, match="cannot be"):
        runs.stand(run, "lost")


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_but_an_id_is_looked_for(name: str, home: Path) -> None:
    home.mkdir(parents=True)
    before = sorted(home.parent.rglob("*"))
    asks = (runs.summary, runs.events, runs.looks, runs.look, runs.checkpoint, runs.weights, runs.folder, runs.delete)
    for ask in (
        *asks,
        runs.restore,
        runs.export,
        runs.curve,
        runs.standing,
        runs.locked,
        lambda run: runs.rename(run, "x"),
    ):
        with pytest.raises(runs.BadRun) as refused:
            ask(name)
        assert 20 < len(str(refused.value)) <= 140
    assert sorted(home.parent.rglob("*")) == before


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("plain", "plain"),
        ("  two\n\twords  ", "two words"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("<script>{x}%s</script>", "<script>{x}%s</script>"),
        ("a\x00b\x1b[31m\u202ec", "a b [31m c"),
        ("é" * 500, "é" * 80),
        ("\x00\x01", ""),
    ],
)
def test_a_label_is_only_a_label(given: str, kept: str, home: Path) -> None:
    run = runs.create(Config(), label="before")
    files = sorted(home.rglob("*"))
    runs.rename(run, given)
    assert runs.summary(run).label == kept == runs.label_of(given)
    assert sorted(home.rglob("*")) == files


def test_no_more_runs_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_RUNS", 2)
    runs.create(Config())
    last = runs.create(Config())
    with pytest.raises(runs.BadRun, match="2 runs are kept"):
        runs.create(Config())
    runs.stand(last, "stopped")
    runs.delete(last)
    assert runs.create(Config())


def test_a_full_disk_is_a_sentence(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    runs.create(Config())
    monkeypatch.setattr(records, "MOST_BYTES", 10)
    with pytest.raises(runs.BadRun, match="delete some"):
        runs.create(Config())
    monkeypatch.setattr(records, "LEAST_FREE", 10**18)
    with pytest.raises(runs.BadRun, match="disk of the server is full"):
        runs.create(Config())
    assert len(list(home.iterdir())) == 1


def test_a_run_that_cannot_be_written_leaves_nothing(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(records, "write_whole", full)
    with pytest.raises(runs.BadRun, match="the disk is full"):
        runs.create(Config())
    assert not list(home.iterdir())


def test_a_killed_queue_leaves_whole_facts(home: Path) -> None:
    run = runs.create(Config(), label="x")
    for name in ("run.json", "state.json"):
        assert json.loads((home / run / name).read_bytes())


def test_listing_imports_no_torch(trained: Trained) -> None:
    run = trained()
    script = f"""
import sys
from cnnviz import runs
known = len(runs.networks())
runs.listed(); runs.events("{run}"); runs.looks("{run}"); runs.look("{run}"); runs.curve("{run}")
runs.admit(runs.export("{run}")); runs.weights("{run}"); print(len(runs.networks()) - known)
assert not {{"torch", "streamlit", "plotly"}} & set(sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert done.stdout == "1\n", done.stderr
