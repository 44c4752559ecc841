"""The regularization page in Chromium: the boundary is played without the server, masks are drawn, a run is trained."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, settle, shrink_to_a_phone, stands_above_the_fold

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SLOW = 40_000  # ms: the first drawing on a busy machine


def pixels(page: Page) -> str:
    """The boundary's picture as it is now."""
    return str(page.locator(".boundary canvas").first.evaluate("canvas => canvas.toDataURL()"))


def test_the_boundary_is_scrubbed_by_keyboard_without_the_server(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/regularization")
    slider, told = page.get_by_label("Moment of the training"), page.locator(".boundary output").first
    expect(told).to_contain_text("step 2000", timeout=SLOW)
    last = pixels(page)
    page.context.set_offline(True)
    slider.focus()
    page.keyboard.press("Home")
    expect(told).to_contain_text("step 0:")
    assert pixels(page) != last
    page.get_by_role("button", name="Play", exact=True).click()
    expect(told).to_contain_text("step 2000", timeout=SLOW)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()  # the last frame has been drawn
    assert pixels(page) == last
    page.context.set_offline(False)


def test_masks_are_drawn_until_the_average_settles(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/regularization")
    told, chart = page.locator(".dropout .net output"), page.locator(".dropout .chart svg")
    expect(told).to_contain_text("Mask 1:", timeout=SLOW)
    page.get_by_role("button", name="Another mask").click()
    expect(told).to_contain_text("Mask 2:")
    page.get_by_label("Number of masks drawn").focus()
    page.keyboard.press("End")
    expect(chart).to_have_attribute("aria-label", re.compile(r"over 1000 masks: 0\.4\d\d unscaled, to reach 0\.450"))
    crosses = page.locator(".dropout .cross").count()
    match = re.search(r": (\d) of 6 units", told.inner_text())
    assert match is not None and crosses == 2 * int(match[1])


def test_an_example_shows_its_recorded_run_and_stands_in_the_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/regularization")
    page.get_by_role("radio", name="Weight decay", exact=True).click()  # not the help of the slider
    page.wait_for_url(re.compile("fit-decay=0.01"))
    expect(page.locator(".boundary output").first).to_contain_text("0.29 in training", timeout=SLOW)
    again = open_page(page.url)
    expect(again.get_by_text("“Penalizes weight magnitudes”")).to_be_visible(timeout=SLOW)


def test_settings_are_trained_live_and_kept(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/regularization?fit-steps=400&fit-width=8&fit-seed=3")
    expect(page.locator(".boundary output").first).to_have_text("not trained yet", timeout=SLOW)
    page.get_by_role("button", name="Train it now").click()
    expect(page.locator(".boundary output").first).to_contain_text("step 400", timeout=90_000)
    expect(page.locator(".boundary canvas")).to_have_count(1)
    settle(page)
    page.get_by_role("button", name="Keep this run and compare").click()
    page.wait_for_url(re.compile("fit-kept="))
    page.get_by_role("radio", name="Dropout", exact=True).click()  # not the help of the slider
    expect(page.locator(".boundary canvas")).to_have_count(2, timeout=SLOW)


def test_figure_and_controls_are_above_the_fold_and_first_on_a_phone(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/regularization")
    stands_above_the_fold(page, ".boundary", "[data-testid=stExpander]", ".st-key-fit-losses svg")
    shrink_to_a_phone(page)
    for part in (".boundary canvas", ".dropout .net svg", ".dropout .chart svg", ".shares .bar"):
        box = page.locator(part).first.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert page.locator(".boundary").bounding_box()["y"] < page.get_by_text("Training points").bounding_box()["y"]  # type: ignore[index]
