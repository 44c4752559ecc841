"""Downloads are whole or absent, whatever the server does: the one here truncates, stalls, lies and redirects."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.data.downloads import DownloadError, Progress, fetch
from cnnviz.data.transfers import open_url
from tests.data.downloading import CONTENT, DIGEST, OPENER, PREFIX, get, leftovers, refused


@pytest.fixture
def server(serve):
    return serve(CONTENT)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "cache" / "weights.bin"


@pytest.mark.parametrize("digest", [DIGEST, PREFIX])
@pytest.mark.parametrize("size", [None, len(CONTENT)])
def test_a_file_arrives_whole_with_its_progress(server, target, digest, size):
    steps = get(server, target, sha256=digest, size=size)
    assert target.read_bytes() == CONTENT
    assert steps[0] == Progress(0, len(CONTENT))
    assert steps[-1] == Progress(len(CONTENT), len(CONTENT))
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert leftovers(target) == ["weights.bin"]


def test_a_file_that_is_there_is_verified_not_fetched(server, target):
    get(server, target)
    assert get(server, target) == [Progress(len(CONTENT), len(CONTENT))]
    assert len(server.requests) == 1


def test_a_changed_file_is_fetched_again(server, target):
    get(server, target)
    target.write_bytes(CONTENT[:-1] + b"?")
    get(server, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("fault", ["cut", "stall", "reset"])
def test_an_interrupted_download_goes_on_where_it_stopped(server, target, fault):
    server.faults = [fault]
    assert "start again" in refused(server, target)
    have = target.with_name("weights.bin.part").stat().st_size
    assert 0 < have < len(CONTENT)
    get(server, target)
    assert target.read_bytes() == CONTENT
    assert server.requests[1]["Range"] == f"bytes={have}-"
    assert server.requests[1]["If-Range"] == '"v1"'


def test_a_server_that_ignores_ranges_is_served_from_the_start(server, target):
    server.faults = ["cut", "ignore range"]
    refused(server, target)
    get(server, target)
    assert target.read_bytes() == CONTENT


def test_a_file_that_changed_on_the_server_is_not_mixed(server, target):
    server.content, server.faults = bytes(len(CONTENT)), ["cut"]
    refused(server, target)
    server.content, server.tag = CONTENT, '"v2"'
    get(server, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_resumed(server, target, tag):
    server.tag, server.faults = tag, ["cut"]
    refused(server, target)
    get(server, target)
    assert target.read_bytes() == CONTENT
    assert "Range" not in server.requests[1]


@pytest.mark.parametrize("fault", ["wrong range", "500"])
def test_a_wrong_answer_to_a_range_means_a_fresh_start(server, target, fault):
    server.faults = ["cut", fault]
    refused(server, target)
    get(server, target)
    assert target.read_bytes() == CONTENT
    assert "Range" not in server.requests[2]


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) + 9])
def test_a_part_file_spoiled_on_disk_is_replaced(server, target, length):
    server.faults = ["cut"]
    refused(server, target)
    target.with_name("weights.bin.part").write_bytes(bytes(length))
    get(server, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"url": 1}', '{"url": "https://elsewhere", "validator": "x"}'])
def test_a_spoiled_note_means_a_fresh_start(server, target, note):
    server.faults = ["cut"]
    refused(server, target)
    target.with_name("weights.bin.part.json").write_text(note)
    get(server, target)
    assert target.read_bytes() == CONTENT
    assert "Range" not in server.requests[1]


@pytest.mark.parametrize(
    "case",
    [
        ("wrong bytes", len(CONTENT), "not the published file"),
        ("wrong size", len(CONTENT), "has changed"),
        ("wrong size", None, "not the published file"),
        ("too much", len(CONTENT), "more than"),
        ("404", None, "HTTP 404"),
        ("503", None, "HTTP 503"),
    ],
)
def test_a_server_that_lies_or_fails_leaves_no_file(server, target, case):
    fault, size, says = case
    server.faults = [fault]
    assert says in refused(server, target, size=size)


def test_a_wrong_file_is_not_kept_for_resuming(server, target):
    server.faults = ["wrong bytes"]
    refused(server, target)
    assert leftovers(target) == []


def test_redirects_are_followed_on_allowed_schemes_only(server, target):
    server.faults = [server.url + "?again"]
    get(server, target)
    assert target.read_bytes() == CONTENT
    target.unlink()
    for bad in ("http://192.0.2.1/x", "http://example.org/x"):
        server.faults = [bad]
        assert "https" in refused(server, target)


def test_endless_redirects_end(server, target):
    server.faults = [server.url] * 50
    assert "redirects without end" in refused(server, target)
    assert len(server.requests) <= 7


@pytest.mark.parametrize("url", ["http://192.0.2.1/x", "ftp://192.0.2.1/x", "file:///etc/hostname", "weights.bin"])
def test_only_https_is_spoken(target, url):
    with pytest.raises(DownloadError, match="https"):
        list(fetch(url, target, sha256=PREFIX))


def test_plain_http_to_this_machine_needs_permission(server, target):
    assert "https" in refused(server, target, opener=open_url)
    assert server.requests == []


def test_a_machine_that_does_not_answer_is_named(target, server):
    server.shutdown()
    server.server_close()
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 can't be reached"):
        list(fetch(server.url, target, sha256=PREFIX, opener=OPENER))


def test_a_hundred_faults_and_no_bad_file(server, target):
    faults = ["cut", "reset", "wrong bytes", "wrong size", "too much", "wrong range", "500", "ignore range", "", "404"]
    random = np.random.default_rng(11)
    arrived = 0
    for _ in range(100):
        server.faults = [faults[random.integers(len(faults))] for _ in range(3)]
        server.tag = ['"v1"', '"v2"', ""][random.integers(3)]
        try:
            get(server, target, size=[None, len(CONTENT)][random.integers(2)])
        except DownloadError:
            assert not target.exists()
        else:
            arrived += 1
            assert target.read_bytes() == CONTENT
            target.unlink()
    assert 10 <= arrived <= 90
