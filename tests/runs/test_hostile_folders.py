"""What somebody put among the runs, pipes, links, devices, nonsense, neither stops the list nor is believed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz import runs
from cnnviz.runs.places import CONFIG, EVENTS, STATE
from cnnviz.training.config import Config
from tests.promises import quick_and_full
from tests.runs.made import begun
from tests.runs.test_mutations import mutated

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes, devices and an alarm")
Trained = Callable[..., str]
DEEP = b'{"a":' * 100_000
DIGITS = b'{"state": "done", "at": ' + b"9" * 100_000 + b"}"
BEGUN = b'{"event":"begun","step":"x"}\n'


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    """Whoever waits for a pipe is woken."""

    def ring(*_: Any) -> None:
        raise TimeoutError("somebody waited")

    before = signal.signal(signal.SIGALRM, ring)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    signal.signal(signal.SIGALRM, before)


def replaced(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def pipe(name: str) -> Callable[[Path], object]:
    def put(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return put


def link(name: str, target: str) -> Callable[[Path], object]:
    def put(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return put


def inside(name: str) -> Callable[[Path], object]:
    """A folder instead of a file."""

    def put(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return put


def large(name: str) -> Callable[[Path], object]:
    """A file of a terabyte, without any bytes on the disk."""

    def put(folder: Path) -> None:
        with (folder / name).open("wb") as file:
            file.truncate(2**40)

    return put


LAST = "checkpoints/last.json"
FILES = (CONFIG, STATE, EVENTS, LAST, "looks/epoch-0002.json.gz")
HOSTILE: dict[str, Callable[[Path], object]] = {
    **{f"{name} is a pipe": pipe(name) for name in FILES},
    **{f"{name} is a folder": inside(name) for name in FILES},
    **{f"{name} is zeros without end": link(name, "/dev/zero") for name in FILES},
    **{f"{name} is a terabyte": large(name) for name in FILES if not name.endswith(".gz")},
    **{f"{name} is a link to itself": link(name, Path(name).name) for name in FILES},
    **{f"{name} is a link to nothing": link(name, "/nowhere") for name in FILES},
    **{f"{name} is deep": replaced(name, DEEP) for name in FILES},
    **{f"{name} is bytes": replaced(name, bytes(range(256)) * 40) for name in FILES},
    **{f"{name} is a list": replaced(name, b"[[1], 2]\n") for name in FILES},
    "a state of many digits": replaced(STATE, DIGITS),
    "a state that is none": replaced(STATE, b'{"state": {"done": 1}}'),
    "events of other types": replaced(EVENTS, BEGUN * 3 + b'{"event":"epoch","epoch":[],"step":{}}\n'),
    "steps beyond all numbers": replaced(EVENTS, b'{"event":"paused","step":' + b"9" * 4000 + b"}\n"),
    "a log without lines": replaced(EVENTS, b"x" * 3_000_000),
    "checkpoints of huge numbers": lambda folder: (folder / "checkpoints" / "epoch-99999999999.json").write_bytes(
        b"{}"
    ),
    "checkpoints in another script": replaced("checkpoints/epoch-\u0660\u0660\u0660\u0661.json", b"{}"),
    "a long name": lambda folder: (folder / ("x" * 250)).write_bytes(b""),
    "a name that is no text": lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe\n")).write_bytes(b""),
}


def looked_at() -> int:
    """All that the pages ask of all runs; how many there are. Anything but our own sentence fails the test."""
    signal.setitimer(signal.ITIMER_REAL, 60.0)  # anew for each look
    found = runs.listed()
    runs.networks()
    for each in found:
        for ask in (runs.curve, runs.look, runs.looks, runs.checkpoint, runs.weights, runs.standing, runs.export):
            told = said(ask, each.id)
            assert len(told) <= 140, told
    return len(found)


def said(ask: Callable[[str], object], run: str) -> str:
    """The sentence that asking ends in, if it does."""
    try:
        ask(run)
    except runs.BadRun as error:
        return str(error) or "nothing" * 100
    return ""


@pytest.mark.promise("hostile")
def test_the_list_goes_on_whatever_lies_in_a_run(trained: Trained, home: Path, figure: Callable[[str], None]) -> None:
    good, gone = trained(label="good"), 0
    for number, (name, put) in enumerate(HOSTILE.items()):
        bad = f"{number:012x}"
        shutil.copytree(home / good, home / bad)
        put(runs.folder(bad))
        there = looked_at()
        assert good in [each.id for each in runs.listed()], name
        gone += there == 1  # spoiled settings; all others are listed
        said(lambda run: runs.rename(run, "other"), bad)
        for each in (bad, runs.create(Config())):
            shutil.rmtree(home / each)
    assert 5 <= gone <= 12
    figure(f"{len(HOSTILE)} spoiled run folders (pipes, links, devices, terabytes): list and pages go on")


def test_what_is_no_run_among_them(trained: Trained, home: Path, tmp_path: Path) -> None:
    good = trained()
    names = [f"{number:012x}" for number in range(8)]
    (home / names[0]).write_bytes(b"a file")
    os.mkfifo(home / names[1])
    (home / names[2]).symlink_to("/dev/zero")
    (home / names[3]).symlink_to(names[3])
    (home / names[4]).symlink_to("/")
    (home / names[5]).mkdir()
    (home / names[6]).symlink_to(home)
    (home / names[7]).symlink_to(home / good)
    for foreign in ("..x", "a" * 255, "\u202eevil", "con", ".new-x", "%s", "<b>"):
        (home / foreign).mkdir()
    bin_ = home / ".trash"
    os.mkfifo(bin_)
    assert looked_at() == 2 and runs.purge(-1) == 0  # the link to the good one is a run as well
    with pytest.raises(runs.BadRun):
        runs.delete(good)
    bin_.unlink()
    keep = tmp_path / "keep"
    keep.mkdir()
    (keep / "file").write_bytes(b"not ours")
    bin_.mkdir()
    (bin_ / names[0]).symlink_to(keep)
    runs.purge(-1)
    assert (keep / "file").read_bytes() == b"not ours"  # a link in the trash leads nowhere
    assert runs.create(Config())


@pytest.mark.promise("hostile")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", quick_and_full(120, 3000))
def test_mutated_facts_events_and_looks_are_shown_or_left_out(
    count: int, trained: Trained, figure: Callable[[str], None]
) -> None:
    """Files without a digest: whatever stands in them, the pages go on, and the weights are those that were saved."""
    run = trained()
    folder, rng = runs.folder(run), np.random.default_rng(count)
    right, files = runs.weights(run), (CONFIG, STATE, EVENTS, "looks/epoch-0002.json.gz")
    left_out = 0
    for number in range(count):
        path = folder / files[number % len(files)]
        content = path.read_bytes()
        path.write_bytes(mutated(content, rng))
        left_out += looked_at() == 0
        if (folder / CONFIG).stat().st_size:
            assert runs.weights(run) == right
        path.write_bytes(content)
    assert looked_at() == 1
    figure(
        f"{count} mutations of settings, state, log and looks: all others are shown, {left_out} times without the run"
    )


def test_a_log_of_many_starts_and_epochs_is_read_in_time() -> None:
    """Its cost grows with its lines, not with their square."""
    from time import process_time

    epoch = {**json.loads(runs.log.line_of(begun())), "event": "begun"}
    lines = b"".join(json.dumps({**epoch, "step": k}).encode() + b"\n" for k in range(20_000))
    run = runs.create(Config())
    (runs.folder(run) / EVENTS).write_bytes(lines)
    start = process_time()
    runs.listed()
    assert process_time() - start < 5.0 and sys.getsizeof(lines) > 10**6
