"""A hasty visitor: double and triple clicks, keys held down, pages left and found again while something computes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from cnnviz.ui.lecture import GENERAL
from tests.browser.conftest import Watched, pages, serving, settle
from tests.browser.test_training import SLOW, WAIT, button, said

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
# all but what asks for a download on purpose: no test may leave this machine
CLICKED = "button:not([disabled]):visible:not(:has-text('Download'))"
MOST = 25  # buttons of a page that are clicked
RUN = "[0-9a-f]" * 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """A server of its own: what is started here keeps nobody waiting."""
    with serving(CNNVIZ_DATA=str(folder), OMP_NUM_THREADS="1") as found:
        yield found


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    one = chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    one.set_default_timeout(60_000)
    yield one
    one.close()


def tab(context: BrowserContext, url: str) -> tuple[Page, Watched]:
    page = context.new_page()
    watched = Watched(page, url)
    page.goto(url)
    return page, watched


def missed(watched: Watched) -> int:
    """How many files were asked for just before a rerun took them away: no fault, a click asks again."""
    count = sum("Download Button source error - 404" in each for each in watched.faults)
    for _ in range(count):
        for words in ("Download Button source error - 404", "status of 404"):
            watched.faults.remove(next(each for each in watched.faults if words in each))
    return count


def whole(page: Page, watched: Watched) -> list[str]:
    """What is wrong with a page when it has come to rest."""
    settle(page)
    found = [f"exception: {each}" for each in page.locator("[data-testid=stException]").all_inner_texts()]
    found += [GENERAL] * page.get_by_text(GENERAL[:30]).count()
    found, watched.faults = [*found, *watched.faults], []
    return found


def mash(page: Page) -> int:
    """Click every button of the page twice and more without waiting, and hold keys on its sliders; how many clicks."""
    clicks = 0
    for slider in page.locator("[data-testid=stMain] input[type=range]:enabled").all()[:4]:
        with suppress(PlaywrightTimeout):  # drawn anew meanwhile: the keys go where the hand is
            slider.focus(timeout=1500)
        for key in ("ArrowRight", "ArrowRight", "End", "Home", "ArrowRight"):
            page.keyboard.press(key)
    for number in range(min(MOST, page.locator(f"[data-testid=stMain] {CLICKED}").count())):
        one = page.locator(f"[data-testid=stMain] {CLICKED}").nth(number)
        try:
            one.click(click_count=2 + number % 2, delay=5, timeout=1500, no_wait_after=True, force=True)
            clicks += 2 + number % 2
        except Exception:  # noqa: BLE001 (it went away meanwhile, or something lies over it: so would a hand find it)
            page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    return clicks


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("names", [None], ids=["full"])
@pytest.mark.promise("queue")
def test_no_haste_breaks_a_page(
    names: list[str] | None, address: str, context: BrowserContext, figure: Callable[[str], None]
) -> None:
    page, watched = tab(context, address)
    bad, clicks, files, names = [], 0, 0, pages() if names is None else names
    for name in names:
        page.goto(f"{address}/{name}")
        settle(page)
        clicks += mash(page)
        page.mouse.wheel(0, 3000)
        page.evaluate("document.body.style.zoom = 1.5")
        page.go_back()
        page.go_forward()
        page.reload()
        settle(page)
        files += missed(watched)
        bad += [f"/{name}: {each}" for each in whole(page, watched)]
    assert not bad, "\n".join(bad)
    figure(
        f"{clicks} clicks in doubles and triples on {len(names)} pages, back, forward, reload: no fault on any, "
        f"{files} files to be asked for again"
    )


@pytest.mark.slow
@pytest.mark.promise("queue")
def test_a_run_started_by_three_clicks_is_one_and_survives_every_way_of_leaving_it(
    address: str, folder: Path, context: BrowserContext, figure: Callable[[str], None]
) -> None:
    page, watched = tab(context, f"{address}/training?{SLOW.format(11)}")
    settle(page)
    button(page, "Start").click(click_count=3, delay=5, no_wait_after=True)
    page.wait_for_url(re.compile(r"run=[0-9a-f]{12}"))
    run = re.search(r"run=([0-9a-f]{12})", page.url)[1]  # type: ignore[index]
    left = 0
    for name in ("cam", "vanishing", "convolution"):  # gone before it is drawn, and back
        page.goto(f"{address}/{name}")
        page.wait_for_selector("[data-testid=stApp]")
        page.go_back()
        page.reload()
        left += 3
    other, theirs = tab(context, f"{address}/training?run={run}")
    expect(said(other)).to_contain_text(re.compile("running at step|Starting|queue"), timeout=WAIT)
    other.close()  # in the middle
    expect(said(page)).to_contain_text("running at step", timeout=WAIT)
    assert [each.name for each in (folder / "runs").glob(RUN)] == [run]
    button(page, "Pause").click(click_count=3, delay=5)
    expect(said(page)).to_contain_text("paused at step", timeout=WAIT)
    button(page, "Resume").click(click_count=2, delay=5)
    expect(said(page)).to_contain_text("running at step", timeout=WAIT)
    button(page, "Stop").click(click_count=2, delay=5)
    expect(said(page)).to_contain_text("stopped", timeout=WAIT)
    assert whole(page, watched) + theirs.faults == []
    assert [each.name for each in (folder / "runs").glob(RUN)] == [run]
    figure(
        f"3 clicks on Start: 1 run; left and found again {left + 2} times, paused, resumed, stopped by multiple clicks"
    )
