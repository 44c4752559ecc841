"""The augmentation page in Chromium: tiles that are chosen, draws that a link restores, examples, and the fold."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, eventually, in_both_schemes, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_tile_is_chosen_by_keyboard_and_the_link_restores_draws_and_tile(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/augmentation?augment-steps=rotation")
    tiles = page.locator(".tiles").first.locator("button")
    expect(tiles).to_have_count(12)
    page.get_by_role("button", name="Draw again").click()
    page.wait_for_url(re.compile("augment-seed=11"))
    settle(page)
    tiles.nth(4).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("augment-tile=4"))
    settle(page)
    words = tiles.nth(4).locator(".words").inner_text()
    assert re.search(r"seed 14: turned by [+−][\d.]+°", words)
    expect(page.get_by_text(f"Rotation: {words.removeprefix('seed 14: ')}")).to_be_visible()
    again = open_page(page.url)
    expect(again.locator(".tiles button[aria-pressed=true] .words")).to_have_text(words)


def test_every_tile_shows_its_own_part_of_the_sheet(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/augmentation")
    pictures = page.locator(".tiles").first.locator(".picture")
    expect(pictures).to_have_count(12)
    places = pictures.evaluate_all("all => all.map((each) => getComputedStyle(each).backgroundPosition)")
    assert len(set(places)) == 12
    image = pictures.first.evaluate("each => getComputedStyle(each).backgroundImage.slice(0, 20)")
    assert image.startswith('url("data:image/jpe')
    expect(pictures.first).to_have_attribute("aria-label", re.compile("original: validation"))


def test_the_decks_sixteen_tiles_are_one_click(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/augmentation")
    page.get_by_role("radio", name="Sixteen tiles").or_(page.get_by_role("button", name="Sixteen tiles")).first.click()
    page.wait_for_url(re.compile("augment-grid=deck"))
    settle(page)
    tiles = page.locator(".tiles").first.locator("button")
    expect(tiles).to_have_count(16)
    expect(tiles.locator("s:visible")).to_have_text(
        ["vertical flip", "more vertical flip", "blue casting + vertical flip", "perspective distortion"]
    )


@pytest.mark.parametrize("picture", ["cat", "shapes"])
def test_the_whole_grid_is_above_the_fold(server: str, open_page: Open, picture: str) -> None:
    page = open_page(f"{server}/augmentation?picture={picture}")
    expect(page.locator(".tiles").first.locator("button")).to_have_count(12)

    def above_the_fold() -> bool:
        box = page.locator(".tiles").first.bounding_box()
        return box is not None and box["width"] > 800 and box["y"] + box["height"] <= 800

    for _ in in_both_schemes(page):
        eventually(page, above_the_fold)


def test_points_and_labels_fit_a_phone_and_have_a_text(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/augmentation?augment-data=signs", size=(390, 844))
    panels = page.locator(".clouds svg")
    expect(panels).to_have_count(4)
    box = panels.first.bounding_box()
    assert box is not None and box["width"] <= 190
    expect(panels.nth(2)).to_have_attribute("aria-label", re.compile(r"standardized: mean \(0, 0\), spread \(1, 1\)"))
    mirrored = page.locator("figure[data-mark=no]", has_text="Horizontal flip")
    expect(mirrored).to_contain_text("✗ changes it")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
