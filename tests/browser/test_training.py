"""A live training in a real browser: it grows, pauses, steps, changes its rate, and is found again by anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, settle

# a run that takes minutes unless it is stopped; a hundred images make a quick start
SLOW = "train-data=shapes&train-limit=128&train-batch=16&train-epochs=500&train-seed={}"
WAIT = 90_000  # a worker on a busy machine imports torch first
CHARTS = ".st-key-train-live [data-testid=stBidiComponentIsolated]"
MARK = f"document.querySelectorAll('{CHARTS}').forEach(each => each.same = true)"
MARKED = f"[...document.querySelectorAll('{CHARTS}')].map(each => each.same === true)"
# components live in a shadow root each
POINTS = """[...document.querySelectorAll('.st-key-train-live [data-testid=stBidiComponentIsolated]')]
  .flatMap((each) => [...each.querySelectorAll('*'), each]).map((each) => each.shadowRoot?.querySelector('svg .line'))
  .filter(Boolean).map((line) => (line.getAttribute('d').match(/[ML]/g) ?? []).length)[0] ?? 0"""
PLACES = """() => ["train-row", "train-live", "train-changing"].map((name) => {
  const box = document.querySelector(`.st-key-${name}`).getBoundingClientRect();
  return [Math.round(box.top), Math.round(box.left), Math.round(box.height)];
})"""


def button(page: Page, name: str) -> Locator:
    return page.locator(".st-key-train-row").get_by_role("button", name=name)


def said(page: Page) -> Locator:
    return page.locator(".st-key-train-live .said")


def step(page: Page) -> int:
    found = re.search(r"at step ([\d,]+)", said(page).inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))


def points(page: Page) -> int:
    """Corners of the first curve."""
    return int(page.evaluate(POINTS))


def begin(page: Page) -> str:
    """Start a run and wait for its first steps; its id."""
    button(page, "Start").click()
    page.wait_for_url(re.compile(r"run=[0-9a-f]{12}"))
    expect(said(page)).to_contain_text(re.compile(r"running at step"), timeout=WAIT)
    found = re.search(r"run=([0-9a-f]{12})", page.url)
    assert found is not None
    return found[1]


@contextmanager
def going(page: Page) -> Iterator[str]:
    """A run that is stopped at the end in any case: it would keep the next one waiting."""
    try:
        yield begin(page)
    finally:
        stop = button(page, "Stop")
        if stop.is_enabled():
            stop.click()


def test_a_run_is_watched_paused_stepped_changed_found_again_and_stopped(open_page: Open, server: str) -> None:
    page = open_page(f"{server}/training?{SLOW.format(1)}")
    for name in ("Pause", "Step", "Resume", "Stop"):
        expect(button(page, name)).to_be_disabled()
    settle(page)
    before = page.evaluate(PLACES)
    with going(page) as run:
        page.evaluate(MARK)
        few = points(page)
        button(page, "Pause").click()
        expect(said(page)).to_contain_text("paused at step", timeout=WAIT)
        expect(button(page, "Step")).to_be_enabled()
        settle(page)
        at = step(page)
        button(page, "Step").click()
        expect(said(page)).to_contain_text(f"paused at step {at + 1:,}", timeout=WAIT)
        slider = page.locator(".st-key-train-now-lr input[type=range]")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        button(page, "Resume").click()
        expect(said(page)).to_contain_text("running at step", timeout=WAIT)
        mark = page.locator(".st-key-train-live svg text", has_text="rate 0.02")
        expect(mark.first).to_be_visible(timeout=WAIT)
        page.wait_for_function(f"few => ({POINTS}) > few", arg=few, timeout=WAIT)  # the curve grows
        page.wait_for_timeout(1000)
        assert page.evaluate(PLACES) == before  # nothing moved or grew
        same = page.evaluate(MARKED)
        assert same and all(same)  # no chart was mounted anew
        page.reload()
        settle(page)
        expect(said(page)).to_contain_text("running at step", timeout=WAIT)
        other = open_page(f"{server}/training?run={run}")
        expect(said(other)).to_contain_text("running at step", timeout=WAIT)
        # its settings are those of the controls
        expect(other.locator(".st-key-train-epochs input")).to_have_value("500")
        button(other, "Pause").click()
        expect(said(page)).to_contain_text("paused", timeout=WAIT)  # told to both
        button(page, "Stop").click()
        expect(said(other)).to_contain_text("stopped", timeout=WAIT)
    expect(button(page, "Go on")).to_be_enabled()


def test_a_run_is_named_exported_deleted_and_comes_back(open_page: Open, server: str, tmp_path: Path) -> None:
    page = open_page(f"{server}/training?{SLOW.format(3).replace('epochs=500', 'epochs=2')}")
    button(page, "Start").click()
    page.wait_for_url(re.compile(r"run=[0-9a-f]{12}"))
    run = page.url.split("run=")[1][:12]
    expect(button(page, "Start")).to_be_enabled(timeout=WAIT)
    tools, current = page.locator(".st-key-train-tools"), page.locator(".shelf tr[aria-current=true]")
    name = tools.get_by_role("textbox")
    name.fill("<b>first</b>")
    name.press("Enter")
    expect(current).to_contain_text("<b>first</b>")
    with page.expect_download() as got:
        tools.get_by_role("button", name="Export").click()
    got.value.save_as(tmp_path / "run.zip")
    assert (tmp_path / "run.zip").read_bytes()[:2] == b"PK"
    tools.get_by_role("button", name="Delete").click()
    page.wait_for_url(lambda url: run not in url)
    expect(page.locator(".shelf", has_text="first")).to_have_count(0)
    tools.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile(f"run={run}"))
    expect(current).to_contain_text("first")
