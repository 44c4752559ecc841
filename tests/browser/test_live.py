"""A training watched in a real browser: its figure stays mounted, a second visitor finds it, the keyboard is enough."""

from __future__ import annotations

import itertools
import re
import time

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, serving_process, settle
from tests.processes import living

PAGE, KEY = "vanishing", "depth-run"  # any lecture that trains; these seeds are not recorded
WAIT = 90_000  # a worker on a busy machine imports torch first
FIGURES = f".st-key-{KEY}-live [data-testid=stBidiComponentIsolated]"
MARK = f"document.querySelectorAll('{FIGURES}').forEach(each => each.same = true)"
MARKED = f"[...document.querySelectorAll('{FIGURES}')].map(each => each.same === true)"
# below the heading of its section: what stands above may still grow while its formulas are set
PLACE = """each => {
  const heading = [...document.querySelectorAll("h3")].find((h) => h.textContent === "Plain or residual depth");
  const [box, above] = [each.getBoundingClientRect(), heading.getBoundingClientRect()];
  return [Math.round(box.top - above.top), Math.round(box.left), Math.round(box.height)];
}"""

SEEDS = itertools.count(7)  # one each: what was trained stays trained, also for a second try


def row(page: Page) -> Locator:
    return page.locator(f".st-key-{KEY}-row")


def buttons(page: Page) -> tuple[Locator, Locator]:
    return row(page).get_by_role("button").nth(0), row(page).get_by_role("button", name="Cancel")


def press(page: Page, button: Locator) -> None:
    button.focus()
    page.keyboard.press("Enter")


@pytest.mark.slow
def test_a_run_is_watched_and_found_by_a_second_visitor(open_page: Open, server: str) -> None:
    seed = next(SEEDS)
    page = open_page(f"{server}/{PAGE}?depth-seed={seed}")
    start, cancel = buttons(page)
    expect(row(page)).to_contain_text("not been trained yet")
    expect(cancel).to_be_disabled()
    before = row(page).evaluate(PLACE)
    press(page, start)
    expect(cancel).to_be_enabled()
    other = open_page(f"{server}/{PAGE}?depth-seed={seed}")  # or the same after a refresh
    expect(row(other)).to_contain_text(re.compile("Starting|Training"))
    expect(page.locator(FIGURES).first).to_be_attached(timeout=WAIT)
    expect(row(page)).to_contain_text("Training")  # the figure grows while it trains
    page.evaluate(MARK)
    expect(row(page)).to_contain_text("Trained here", timeout=WAIT)
    expect(row(other)).to_contain_text("Trained here", timeout=WAIT)
    assert row(page).evaluate(PLACE) == before  # the row neither moved nor grew
    settle(page)
    same = page.evaluate(MARKED)
    assert same and all(same)


def test_a_run_is_stopped_with_the_keyboard(open_page: Open, server: str) -> None:
    page = open_page(f"{server}/{PAGE}?depth-seed={next(SEEDS)}&depth-steps=200")
    start, cancel = buttons(page)
    press(page, start)
    expect(cancel).to_be_enabled()
    page.keyboard.press("Tab")  # both buttons are always there, so the focus finds its way
    expect(cancel).to_be_focused()
    expect(page.locator(FIGURES).first).to_be_attached(timeout=WAIT)
    begun = time.monotonic()
    page.keyboard.press("Enter")
    expect(row(page)).to_contain_text("You stopped this training.")
    assert time.monotonic() - begun < 3
    expect(page.locator(FIGURES).first).to_be_attached()  # what was trained stays in sight
    expect(start).to_be_enabled()


def test_the_server_ends_at_once_while_a_training_runs_and_leaves_no_process(open_page: Open) -> None:
    with serving_process("app.py") as (address, process):
        page = open_page(f"{address}/{PAGE}?depth-seed=9")
        press(page, buttons(page)[0])
        expect(row(page)).to_contain_text(re.compile("Starting|Training"))
        workers = psutil.Process(process.pid).children(recursive=True)
        assert len(workers) == 1
        page.goto("about:blank")  # its complaints about the lost server are not what is tested
        process.terminate()
        process.wait(5)
        assert living(workers, seconds=2) == []
