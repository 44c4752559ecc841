"""A training watched in a real browser: its figure stays mounted, a second visitor finds it, the keyboard is enough."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, settle

WAIT = 90_000  # a worker on a busy machine imports torch first
FIGURES = ".st-key-fit-live [data-testid=stBidiComponentIsolated]"
MARK = f"document.querySelectorAll('{FIGURES}').forEach(each => each.same = true)"
MARKED = f"[...document.querySelectorAll('{FIGURES}')].map(each => each.same === true)"


def row(page: Page) -> Locator:
    return page.locator(".st-key-fit-row")


def buttons(page: Page) -> tuple[Locator, Locator]:
    return row(page).get_by_role("button").nth(0), row(page).get_by_role("button", name="Cancel")


def press(page: Page, button: Locator) -> None:
    button.focus()
    page.keyboard.press("Enter")


def test_a_run_is_watched_and_found_by_a_second_visitor(open_page: Open, server: str) -> None:
    page = open_page(f"{server}/regularization?fit-seed=7")
    start, cancel = buttons(page)
    expect(row(page)).to_contain_text("not been trained yet")
    expect(cancel).to_be_disabled()
    before = row(page).bounding_box()
    press(page, start)
    expect(cancel).to_be_enabled()
    other = open_page(f"{server}/regularization?fit-seed=7")  # or the same after a refresh
    expect(row(other)).to_contain_text(re.compile("Starting|Training"))
    expect(page.locator(FIGURES).first).to_be_visible(timeout=WAIT)
    page.evaluate(MARK)
    expect(row(page)).to_contain_text("Trained here", timeout=WAIT)
    expect(row(other)).to_contain_text("Trained here", timeout=WAIT)
    assert row(page).bounding_box() == before  # the row neither moved nor grew
    settle(page)
    same = page.evaluate(MARKED)
    assert same and all(same)


def test_a_run_is_stopped_with_the_keyboard(open_page: Open, server: str) -> None:
    page = open_page(f"{server}/regularization?fit-seed=8&fit-steps=4000")
    start, cancel = buttons(page)
    press(page, start)
    expect(cancel).to_be_enabled()
    page.keyboard.press("Tab")  # both buttons are always there, so the focus finds its way
    expect(cancel).to_be_focused()
    expect(page.locator(FIGURES).first).to_be_visible(timeout=WAIT)
    begun = time.monotonic()
    page.keyboard.press("Enter")
    expect(row(page)).to_contain_text("You stopped this training.")
    assert time.monotonic() - begun < 3
    expect(page.locator(FIGURES).first).to_be_visible()  # what was trained stays in sight
    expect(start).to_be_enabled()
