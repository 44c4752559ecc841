"""A training outlives the browser that started it: the network goes and comes back, the tab is closed and opened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from cnnviz import runs
from cnnviz.training.events import Begun, Step
from tests.browser.conftest import Open, serving_process, settle
from tests.browser.test_training import POINTS, SLOW, WAIT, begin, button, points, said
from tests.browser.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
RUN = "[0-9a-f]" * 12
AWAY = 3.0  # seconds without a network, and without a tab
LOST = "[data-testid=stApp]:not([data-test-connection-state=CONNECTED])"
CURVE = """() => [...document.querySelectorAll('.st-key-train-live [data-testid=stBidiComponentIsolated]')]
  .flatMap((each) => [...each.querySelectorAll('*'), each]).map((each) => each.shadowRoot?.querySelector('svg .line'))
  .filter(Boolean).map((line) => line.getAttribute('d'))"""

SAME = f"curve => curve.length > 0 && JSON.stringify(({CURVE})()) === JSON.stringify(curve)"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The server's data, which the test reads too."""
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that may complain: its network is taken away."""
    one = chromium.new_context(viewport={"width": 1280, "height": 800})
    one.set_default_timeout(60_000)
    yield one
    one.close()


def trained(run: str) -> list[int]:
    """The steps on disk."""
    return [each.step for each in runs.events(run) if isinstance(each, Step)]


def without(run: str) -> int:
    """Wait; how many steps were trained meanwhile."""
    before = trained(run)[-1]
    time.sleep(AWAY)
    return trained(run)[-1] - before


def lose(wire: Wire, page: Page) -> None:
    page.context.set_offline(True)  # new requests of the browser fail
    assert wire.cut() >= 1  # and what is open, its websocket, ends
    page.wait_for_selector(LOST)


def come_back(wire: Wire, page: Page) -> None:
    wire.mend()
    page.context.set_offline(False)
    settle(page)
    expect(said(page)).to_contain_text("running at step", timeout=WAIT)


def one_and_whole(run: str, folder: Path, server: int) -> None:
    """One run, begun once, by one worker, whose told steps follow each other without a break as long as one of ours."""
    assert [each.name for each in (folder / "runs").glob(RUN)] == [run]
    assert sum(isinstance(each, Begun) for each in runs.events(run)) == 1
    steps = [each for each in runs.events(run) if isinstance(each, Step)]
    apart = [(after.step - before.step, after.seconds - before.seconds) for before, after in pairwise(steps)]
    assert all(count > 0 and seconds < AWAY for count, seconds in apart), apart
    assert len(psutil.Process(server).children(recursive=True)) <= 1


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.promise("survival")
def test_a_training_outlives_its_network_and_its_tab(
    open_page: Open, context: BrowserContext, folder: Path, figure: Callable[[str], None]
) -> None:
    settings = {"CNNVIZ_DATA": str(folder), "OMP_NUM_THREADS": "1"}
    with serving_process("app.py", **settings) as (address, server), Wire(address) as wire:
        page = context.new_page()
        page.goto(f"{wire.url}/training?{SLOW.format(21)}")
        settle(page)
        run = begin(page)
        few, link = points(page), page.url
        lose(wire, page)
        lost = without(run)
        come_back(wire, page)
        page.wait_for_function(f"few => ({POINTS}) > few", arg=few, timeout=WAIT)
        page.close()
        closed = without(run)
        again = context.new_page()
        again.goto(link)
        settle(again)
        expect(said(again)).to_contain_text("running at step", timeout=WAIT)
        lose(wire, again)
        come_back(wire, again)
        assert lost > 0 and closed > 0, (lost, closed)
        one_and_whole(run, folder, server.pid)
        button(again, "Stop").click()
        expect(said(again)).to_contain_text("stopped", timeout=WAIT)
        fresh = open_page(f"{address}/training?run={run}")  # by another way, which was never lost
        expect(said(fresh)).to_contain_text("stopped", timeout=WAIT)
        try:
            again.wait_for_function(SAME, arg=fresh.evaluate(CURVE), timeout=WAIT)
        except PlaywrightTimeout:
            assert again.evaluate(CURVE) == fresh.evaluate(CURVE)
            raise
        many = points(again)
        assert many > few
        one_and_whole(run, folder, server.pid)
    figure(
        f"network lost twice, tab closed and opened by its link: {lost} and {closed} steps trained meanwhile, "
        f"1 run, all {many} points"
    )
