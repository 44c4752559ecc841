"""A server that truncates, stalls, lies, redirects: each answer ends in the right file or in one sentence."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from cnnviz.data import downloads, transfers
from cnnviz.data.downloads import DownloadCancelled, DownloadError, fetch
from cnnviz.data.transfers import open_url
from tests.data.lying import CONTENT, DIGEST, FAULTS, OTHER, Liar, changed, drip, half, raw, stall, well
from tests.promises import quick_and_full

OPENER = partial(open_url, timeout=(5.0, 0.4), loopback_http=True)
Figure = Callable[[str], None]


@pytest.fixture
def liar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """The server, and a client with a tenth of its patience."""
    monkeypatch.setattr(transfers, "PATIENCE", 0.5)
    monkeypatch.setattr(downloads, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(downloads, "UNKNOWN_LIMIT", 3_000_000)
    one = Liar()
    yield one
    one.close()


def attempt(liar: Liar, target: Path, size: int | None) -> str:
    """One download: nothing if the right file is there, else the sentence; anything else fails the test."""
    try:
        list(fetch(liar.url, target, sha256=DIGEST, size=size, opener=OPENER))
    except DownloadError as error:
        told = str(error)
        assert not target.exists(), "a file that is not the right one is there"
        assert 20 <= len(told) <= 140 and told.endswith(".") and "\n" not in told, told
        return told
    assert target.read_bytes() == CONTENT
    return ""


def settings(thorough: bool) -> list[tuple[str, bool, int | None]]:
    """Each fault at the start and where a download goes on, with and without a size that is known."""
    if thorough:
        return list(itertools.product(FAULTS, (False, True), (None, len(CONTENT))))
    picked = [(name, bool(k % 2), len(CONTENT) if k % 4 < 2 else None) for k, name in enumerate(FAULTS)]
    return [*picked, *((name, not later, size) for name, later, size in picked[::5])]


@pytest.mark.promise("downloads")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("thorough", quick_and_full(False, True))
def test_every_fault_ends_in_the_right_file_or_in_one_sentence(
    thorough: bool, liar: Liar, tmp_path: Path, figure: Figure
) -> None:
    refused = longest = slowest = 0.0
    cases = settings(thorough)
    for number, (name, later, size) in enumerate(cases):
        target = tmp_path / str(number) / "weights.bin"
        liar.script = [changed(body=half)] if later else []
        if later:
            assert attempt(liar, target, size)
        liar.script = [FAULTS[name]] * (9 if name.startswith("redirect without") else 1)
        began = time.monotonic()
        told = attempt(liar, target, size)
        slowest = max(slowest, time.monotonic() - began)
        refused += bool(told)
        longest = max(longest, len(told))
        liar.script = []
        tries = next(k for k in itertools.count(1) if not attempt(liar, target, size))
        assert tries <= 2, f"{name}: {tries} tries with a good server"
        assert [path.name for path in target.parent.iterdir() if path.suffix != ".lock"] == [target.name]
    assert len(cases) >= 100 and refused > len(cases) / 2
    figure(
        f"{len(cases)} faults of {len(FAULTS)} kinds: 0 bad files, {refused:.0f} sentences of at most {longest:.0f}"
        f" characters, all whole next time"
    )


@pytest.mark.parametrize("seed", range(4))
def test_faults_in_a_row(seed: int, liar: Liar, tmp_path: Path) -> None:
    """Cuts, changes of the file and of its validator between two tries, and lies, in any order."""
    import numpy as np

    random, target = np.random.default_rng(seed), tmp_path / "weights.bin"
    fast = [name for name in FAULTS if not name.startswith(("stalls", "drips", "endless", "continue"))]
    for _ in range(12):
        liar.script = [changed(body=half), FAULTS[fast[random.integers(len(fast))]]]
        liar.tag = ['"v1"', '"v2"', "", 'W/"v1"'][random.integers(4)]
        attempt(liar, target, [None, len(CONTENT)][random.integers(2)])
    liar.script = []
    assert not attempt(liar, target, None) or not attempt(liar, target, None)


def test_a_file_that_changes_between_two_tries_is_never_mixed(liar: Liar, tmp_path: Path) -> None:
    """The validator tells it; where it lies and stays, the digest does."""
    for tag, tries in (('"v2"', 1), ('"v1"', 2)):
        target = tmp_path / tag.strip('"') / "weights.bin"
        liar.content, liar.tag, liar.script = OTHER, '"v1"', [changed(body=half)]
        assert attempt(liar, target, None)
        liar.content, liar.tag = CONTENT, tag
        assert next(k for k in itertools.count(1) if not attempt(liar, target, None)) == tries


def wish_now(wish: threading.Event, asked: list[float]) -> None:
    asked.append(time.monotonic())
    wish.set()


WAITS = {
    "a body that stalls": changed(body=half, after=stall),
    "a body that drips": changed(body=lambda part: b"", after=drip),
    "an answer that does not come": raw(b"", after=stall),
    "headers that drip": raw(b"HTTP/1.1 200 OK\r\nX-", after=drip),
}


@pytest.mark.promise("downloads")
def test_cancelling_is_heard_within_half_a_second(
    liar: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """Whatever it waits for: the time from the wish to the end, while nothing or hardly anything comes."""
    monkeypatch.setattr(transfers, "PATIENCE", 60.0)
    monkeypatch.setattr(downloads, "ANSWER_SECONDS", 60.0)
    patient, waited = partial(open_url, loopback_http=True), {}
    for name, fault in WAITS.items():
        target, wish, asked = tmp_path / name / "weights.bin", threading.Event(), []
        liar.script = [fault]
        threading.Timer(0.43 + 0.02 * len(waited), partial(wish_now, wish, asked)).start()
        with pytest.raises(DownloadCancelled):
            list(fetch(liar.url, target, sha256=DIGEST, opener=patient, cancelled=wish.is_set))
        waited[name] = time.monotonic() - asked[0]
        assert not attempt(liar, target, None) or not attempt(liar, target, None)
    assert max(waited.values()) <= 0.5, waited
    figure(f"cancelled while it stalls or drips, in headers or body: over in {max(waited.values()):.2f} s")


def test_what_has_arrived_before_a_cancel_is_kept(liar: Liar, tmp_path: Path) -> None:
    target, wish = tmp_path / "weights.bin", threading.Event()
    liar.script = [changed(body=half, after=stall)]
    threading.Timer(0.2, wish.set).start()
    with pytest.raises(DownloadCancelled):
        list(fetch(liar.url, target, sha256=DIGEST, opener=OPENER, cancelled=wish.is_set))
    assert not attempt(liar, target, None)
    assert liar.asked[-1]["range"] == f"bytes={len(CONTENT) // 2}-"


def test_no_thread_is_left(liar: Liar, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    for number in range(10):
        liar.script = [well]
        assert not attempt(liar, tmp_path / str(number), None)
    end = time.monotonic() + 5
    while (left := {each for each in set(threading.enumerate()) - before if each.name.startswith("cnnviz")}) and (
        time.monotonic() < end
    ):
        time.sleep(0.05)
    assert not left
