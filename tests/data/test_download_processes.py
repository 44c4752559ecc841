"""Downloads of many processes at once, and of one that is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.data.lying import CONTENT, DIGEST, Liar, changed, half, stall
from tests.data.test_lying_server import attempt
from tests.promises import quick_and_full

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs SIGKILL")
Begin = Callable[[], subprocess.Popen[bytes]]
CALL = f"""
import sys
from functools import partial
from pathlib import Path
from cnnviz.data.downloads import fetch
from cnnviz.data.transfers import open_url
sys.stdin.readline()
for step in fetch(sys.argv[1], Path(sys.argv[2]), sha256="{DIGEST}", opener=partial(open_url, loopback_http=True)):
    print(step.done, flush=True)
"""


@pytest.fixture
def liar() -> Iterator[Liar]:
    one = Liar()
    yield one
    one.close()


@pytest.fixture
def call(liar: Liar, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a process that downloads as soon as it is told a line."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", CALL, liar.url, str(tmp_path / "weights.bin")]
        begun.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return begun[-1]

    yield begin
    for each in begun:
        each.kill()
        each.communicate()


@pytest.mark.promise("downloads")
@pytest.mark.parametrize("count", quick_and_full(6, 20))
def test_many_processes_make_one_download(
    count: int,
    liar: Liar,
    *,
    call: Callable[[], subprocess.Popen[bytes]],
    tmp_path: Path,
    figure: Callable[[str], None],
) -> None:
    liar.pause = 0.1  # 1.3 s: all of them wait for it
    callers = [call() for _ in range(count)]
    for each in callers:
        each.stdin.write(b"\n")
        each.stdin.flush()
    told = [each.communicate()[0].split() for each in callers]
    assert all(each.returncode == 0 for each in callers)
    assert all(int(lines[-1]) == len(CONTENT) for lines in told)
    assert (tmp_path / "weights.bin").read_bytes() == CONTENT and len(liar.asked) == 1
    figure(f"{count} processes at once: {len(liar.asked)} download, {count} whole files")


@pytest.mark.promise("downloads")
@pytest.mark.parametrize("count", quick_and_full(2, 20))
def test_one_that_is_killed_in_the_middle_is_gone_on_with(
    count: int,
    liar: Liar,
    *,
    call: Callable[[], subprocess.Popen[bytes]],
    tmp_path: Path,
    figure: Callable[[str], None],
) -> None:
    """And the lock that it held holds nobody up."""
    target, resumed, longest = tmp_path / "weights.bin", 0, 0.0
    for _ in range(count):
        liar.script = [changed(body=half, after=stall)]
        killed = call()
        killed.stdin.write(b"\n")
        killed.stdin.flush()
        while int(killed.stdout.readline()) < len(CONTENT) // 2:
            pass
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        began = time.monotonic()
        assert not attempt(liar, target, None)
        longest = max(longest, time.monotonic() - began)
        resumed += liar.asked[-1].get("range") == f"bytes={len(CONTENT) // 2}-"
        target.unlink()
    assert resumed == count and longest < 5.0
    figure(f"{count} kills in the middle: {resumed} went on from there, the dead one's lock waited for {longest:.2f} s")


def test_what_a_dead_process_locked_is_free(liar: Liar, tmp_path: Path) -> None:
    """A lock file that lies there, and whatever stands in it, is no lock."""
    (tmp_path / "weights.bin.lock").write_bytes(b"12345 somewhere else")
    assert not attempt(liar, tmp_path / "weights.bin", None)
