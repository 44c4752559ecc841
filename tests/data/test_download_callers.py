"""Downloads with many callers, a full or broken disk, and callers that change their mind."""

from __future__ import annotations

import errno
import itertools
import os
import threading
from types import SimpleNamespace

import pytest

from cnnviz.data import downloads
from cnnviz.data.downloads import DownloadCancelled, DownloadError, Progress, fetch, verified
from tests.data.downloading import CONTENT, DIGEST, OPENER, PREFIX, get, refused


@pytest.fixture
def server(serve):
    return serve(CONTENT)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "cache" / "weights.bin"


def test_cancelling_keeps_what_has_arrived(server, target):
    seen = itertools.count()
    with pytest.raises(DownloadCancelled):
        get(server, target, cancelled=lambda: next(seen) >= 3)
    have = target.with_name("weights.bin.part").stat().st_size
    assert 0 < have < len(CONTENT)
    steps = get(server, target)
    assert steps[0].done == have
    assert target.read_bytes() == CONTENT


def test_dropping_the_iterator_frees_the_lock_and_keeps_what_has_arrived(server, target):
    steps = fetch(server.url, target, sha256=PREFIX, opener=OPENER)
    next(step for step in steps if step.done)
    closing = threading.Thread(target=steps.close)  # as when another thread ends a session
    closing.start()
    closing.join()
    assert get(server, target)[0].done > 0
    assert target.read_bytes() == CONTENT


def test_a_second_caller_sees_the_progress_of_the_first(server, target):
    first = fetch(server.url, target, sha256=PREFIX, opener=OPENER)
    second = fetch(server.url, target, sha256=PREFIX, size=len(CONTENT), opener=OPENER)
    done = next(step.done for step in first if step.done)
    assert next(second) == Progress(done, len(CONTENT))
    list(first)
    assert list(second)[-1] == Progress(len(CONTENT), len(CONTENT))
    assert len(server.requests) == 1


def test_waiting_for_another_caller_can_be_cancelled(server, target):
    first = fetch(server.url, target, sha256=PREFIX, opener=OPENER)
    next(first)
    with pytest.raises(DownloadCancelled):
        get(server, target, cancelled=lambda: True)
    first.close()


def test_twenty_callers_make_one_download(server, target):
    server.pause = 0.01
    failures = []

    def call():
        try:
            get(server, target)
            assert target.read_bytes() == CONTENT
        except BaseException as error:  # noqa: BLE001 - reported by the main thread
            failures.append(error)

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(server.requests) == 1


def sentence_or_file(server, target):
    try:
        get(server, target)
    except DownloadError as error:
        return str(error)
    return ""


def test_every_write_may_fail(server, target, monkeypatch):
    """SQLite's way: fail the n-th write, for every n; nothing bad is left and the next call succeeds."""
    write = downloads._write
    for failing in itertools.count():
        calls = itertools.count()

        def fail(file, block, failing=failing, calls=calls):
            if next(calls) == failing:
                file.write(block[:100])
                raise OSError(errno.ENOSPC, "No space left on device")
            write(file, block)

        with monkeypatch.context() as patch:
            patch.setattr(downloads, "_write", fail)
            sentence = sentence_or_file(server, target)
        if not sentence:
            break
        assert "No space left on device" in sentence
        assert not target.exists()
        get(server, target)
        assert target.read_bytes() == CONTENT
        target.unlink()
    assert failing >= 5


@pytest.mark.parametrize("step", ["replace", "unlink", "mkdir"])
def test_other_disk_errors_are_sentences(server, target, monkeypatch, step):
    def fail(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(type(target), step, fail)
        assert "Permission denied" in refused(server, target)


@pytest.mark.skipif(os.name == "nt", reason="Windows can't open folders")
def test_the_bytes_are_on_the_disk_before_the_name_is_theirs(server, target, monkeypatch):
    events = []
    replace = type(target).replace
    monkeypatch.setattr(downloads.os, "fsync", lambda descriptor: events.append("sync"))
    monkeypatch.setattr(type(target), "replace", lambda *paths: (events.append("replace"), replace(*paths)))
    get(server, target)
    assert events == ["sync", "replace", "sync"]


def test_a_full_disk_is_noticed_before_the_download(server, target, monkeypatch):
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    assert "make room" in refused(server, target)


@pytest.mark.parametrize("digest", ["", "abc", "G" * 8, DIGEST.upper(), DIGEST + "0"])
def test_a_digest_that_proves_nothing_is_a_mistake_of_the_caller(target, digest):
    with pytest.raises(ValueError, match="sha256"):
        list(fetch("https://192.0.2.1/x", target, sha256=digest))


def test_verified(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    assert verified(path, DIGEST)
    assert verified(path, PREFIX)
    assert not verified(path, "0" * 8)
    assert not verified(tmp_path, PREFIX)
    assert not verified(tmp_path / "none", PREFIX)
