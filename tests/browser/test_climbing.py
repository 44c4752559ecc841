"""The lecture on activation maximization as a student uses it: an image grows, stops, and its milestones are walked."""

from __future__ import annotations

import itertools
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SMALL = "network=cifar-resnet20&climb-kind=channel&climb-layer=stem.0&climb-size=32"  # a step takes milliseconds
SEEDS = itertools.count(11)  # one each: what was climbed stays climbed, also for a second try
WAIT = 90_000  # a worker on a busy machine imports torch first
PAINTED = "e => getComputedStyle(e.querySelector('i')).backgroundImage"


def row(page: Page) -> Locator:
    return page.locator(".st-key-climb-run-row")


def figure(page: Page) -> Locator:
    return page.locator(".st-key-climb-run-live")


def climb(page: Page) -> None:
    row(page).get_by_role("button", name="Climb").click()


def test_an_image_grows_and_its_milestones_are_walked_by_keyboard(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/activation_maximization?{SMALL}&climb-steps=64&climb-seed={next(SEEDS)}")
    climb(page)
    expect(row(page)).to_contain_text("Computed here", timeout=WAIT)
    settle(page)
    stage, told, strip = (figure(page).locator(name) for name in (".stage", ".told", ".strip button"))
    expect(strip).to_have_count(4)  # 1, 4, 16, 64
    expect(told).to_contain_text("step 64")
    last = stage.evaluate(PAINTED)
    stage.focus()
    page.keyboard.press("Home")
    expect(told.locator("strong")).to_have_text("step 1")
    first = stage.evaluate(PAINTED)
    assert first.startswith('url("data:image/') and first != last
    page.keyboard.press("ArrowRight")
    expect(told.locator("strong")).to_have_text("step 4")
    expect(strip.nth(1)).to_have_attribute("aria-pressed", "true")
    strip.nth(2).click()
    expect(told).to_contain_text("step 16")
    page.keyboard.press("End")
    expect(strip.nth(3)).to_be_focused()
    assert stage.evaluate(PAINTED) == last
    assert stage.get_attribute("aria-label").startswith("An image made to raise channel 0 of stem.0")  # type: ignore[union-attr]
    box = stage.bounding_box()
    assert box is not None and box["y"] + box["height"] <= 800 and box["width"] > 250


def test_a_climb_is_stopped_and_what_has_grown_stays(server: str, open_page: Open) -> None:
    link = f"climb-kind=channel&climb-layer=stage3.2&climb-steps=512&climb-seed={next(SEEDS)}"
    page = open_page(f"{server}/activation_maximization?{link}")
    climb(page)
    told = figure(page).locator(".told")
    expect(told).to_be_visible(timeout=WAIT)
    before = told.inner_text()
    expect(told).not_to_have_text(before, timeout=WAIT)  # it grows while it is watched
    begun = time.monotonic()
    row(page).get_by_role("button", name="Cancel").click()
    expect(row(page)).to_contain_text("You stopped it.")
    assert time.monotonic() - begun < 3
    expect(told).to_be_visible()


def test_a_preset_and_its_link_show_the_same_choice(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/activation_maximization")
    page.locator(".st-key-example").get_by_text("28×28 random noise", exact=True).click()
    settle(page)
    expect(page.get_by_text("The deck starts from a 28×28 image")).to_be_visible()
    again = open_page(page.url)
    expect(again.get_by_text("The deck starts from a 28×28 image")).to_be_visible()


def test_nonsense_in_the_link_is_told_once(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/activation_maximization?climb-class=%3Cscript%3E&climb-unit=-3&climb-start=x")
    expect(page.get_by_text("that this page does not know")).to_be_visible()
    expect(row(page)).to_be_visible()
