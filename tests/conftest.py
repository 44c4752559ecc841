"""What all tests share: the real data, a machine without a network, a user folder of their own, figures told."""

from __future__ import annotations

import ipaddress
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import outbound
from tests.promises import PROMISES

if "PYTEST_XDIST_WORKER" in os.environ:  # several workers share the cores; read by torch when it is imported
    os.environ.setdefault("OMP_NUM_THREADS", "1")

resolve = socket.getaddrinfo
OUTBOUND = pytest.StashKey[dict[str, Any]]()


def pytest_configure(config: pytest.Config) -> None:
    """From now on every process is watched: see tests/outbound.py."""
    outbound.begin()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Whoever asked anyone beyond this machine is told, and the run has failed."""
    told = outbound.end(session.testscollected)
    if told:
        session.config.stash[OUTBOUND] = told
        session.exitstatus = session.exitstatus if told["passed"] else pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real images named by CNNVIZ_SHARED; without it the test is skipped."""
    folder = os.environ.get("CNNVIZ_SHARED", "")
    if not folder:
        pytest.skip("needs real images: set CNNVIZ_SHARED to the folder that has data/photos")
    if not Path(folder, "data").is_dir():
        pytest.fail(f"CNNVIZ_SHARED is {folder}, which has no data folder")
    return Path(folder)


@pytest.fixture
def figure(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Says what a test of a promise measured: one line of at most 150 characters."""
    marker = request.node.get_closest_marker("promise")
    if marker is None or marker.args[0] not in PROMISES:
        pytest.fail(f"mark the test with @pytest.mark.promise(…), one of {', '.join(PROMISES)}")

    def say(words: str) -> None:
        assert len(words) <= 150 and "\n" not in words, f"a figure is one line of at most 150 characters: {words}"
        record_property("figure", [marker.args[0], words])

    return say


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """List the figures that the tests told, in the order of the promises; with ``--figures FILE`` write them there."""
    found = [
        {"promise": promise, "figure": words, "test": report.nodeid, "passed": report.passed}
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, (promise, words) in (pair for pair in report.user_properties if pair[0] == "figure")
    ]
    asked = []
    if OUTBOUND in config.stash:
        found.append(config.stash[OUTBOUND])
        asked = found[-1].pop("asked")
    found.sort(key=lambda each: (list(PROMISES).index(each["promise"]), each["test"]))
    if found:
        terminalreporter.section("figures")
    for each in found:
        terminalreporter.write_line(f"{each['promise']}: {each['figure']} ({each['test']})")
    for each in asked:
        terminalreporter.write_line(f"asked beyond this machine: {each}")
    if config.option.figures:
        Path(config.option.figures).write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in found))


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--figures FILE``."""
    parser.addoption("--figures", metavar="FILE", help="write what the tests of promises measured, as JSON lines")


@pytest.fixture
def fresh_caches() -> Iterator[None]:
    """Streamlit's process-wide caches, empty before and after."""
    import streamlit as st

    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def one_thread() -> Iterator[None]:
    """torch computes with one thread: sums are rounded by the number of threads. Put back afterwards."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session", autouse=True)
def _own_user_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Downloads and results of tests never touch those of the user."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_DATA", str(tmp_path_factory.mktemp("user")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_names_outside() -> Iterator[None]:
    """No name is looked up but this machine's: pytest-socket refuses the connection, this refuses the question."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", _resolve_here)
        yield


def _resolve_here(host: Any, *args: Any, **kwargs: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in {None, "", "localhost", socket.gethostname()} and not _is_address(name):
        outbound.asked(f"{name} (its address)")
        raise OSError(f"a test asked for the address of {name}; tests must not leave this machine")
    return resolve(host, *args, **kwargs)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
