"""The occlusion lecture as a student uses it: the patch under the hand, the maps while they grow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SMALL = "occlusion?network=cifar-fast&patch=40"


def patch(page: Page) -> Locator:
    return page.locator("button.patch")


def told(page: Page) -> str:
    return page.locator("output.told").inner_text()


def strong(page: Page) -> int:
    """How many pixels of the map of winning classes are not faint."""
    data = "c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
    canvas = page.locator("figure.predicted .picture canvas")
    return int(canvas.evaluate(f"c => {data}.filter((x, k) => k % 4 === 3 && x > 99).length"))


def alone(page: Page, classes: Locator) -> Iterator[int]:
    """The same while one class at a time is reached by the tabulator's focus."""
    for each in classes.all():
        each.focus()
        yield strong(page)
        each.blur()


def drag(page: Page, down: float, across: float) -> None:
    """Take the patch by its middle and move it, in shares of the photo, without letting go."""
    box, stage = patch(page).bounding_box(), page.locator(".stage").bounding_box()
    assert box is not None and stage is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across * stage["width"], y + down * stage["height"], steps=12)


def test_the_figure_is_above_the_fold_and_first_on_a_phone(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/occlusion")
    expect(page.locator("output.told")).to_contain_text("p(cat)")
    for part in (".stage", ".bars", ".actions"):
        box = page.locator(part).last.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 800
    phone = open_page(f"{server}/occlusion", size=(390, 844))
    box = phone.locator(".stage").bounding_box()
    assert box is not None and box["y"] + box["height"] <= 844 and box["width"] > 300
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_drag_changes_the_bars_before_the_patch_is_let_go(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/{SMALL}")
    expect(page.locator("output.told")).to_contain_text("p(")
    before, runs = told(page), page.locator(".stage img").evaluate("i => i.src.length")
    page.locator(".stage img").evaluate("i => { i.dataset.same = 'yes'; }")
    drag(page, -0.3, -0.25)
    expect(page.locator("output.told")).not_to_have_text(before)
    assert "at=" not in page.url  # a link is written where it is let go
    page.mouse.up()
    page.wait_for_url(re.compile("at="))
    settle(page)
    assert page.locator(".stage img").evaluate("i => [i.dataset.same, i.src.length]") == ["yes", runs]
    shown, place = told(page), patch(page).bounding_box()
    again = open_page(page.url)
    expect(again.locator("output.told")).to_have_text(shown)
    assert patch(again).bounding_box() == pytest.approx(place, abs=1)


def test_arrow_keys_move_the_patch_and_kept_patches_stand_in_the_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/{SMALL}&at=8.8")
    expect(page.locator("output.told")).to_contain_text("p(")
    patch(page).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("at=8.12"))
    page.get_by_role("button", name="Keep this patch").click()
    page.wait_for_url(re.compile("kept=8.12.13.13"))
    expect(page.locator("i.kept")).to_have_count(1)
    expect(page.locator(".trail")).to_contain_text("→")
    patch(page).focus()
    page.keyboard.press("Shift+ArrowUp")
    page.wait_for_url(re.compile("at=0.12"))
    page.get_by_role("button", name="Take one away").click()
    expect(page.locator("i.kept")).to_have_count(0)


def test_a_bar_chooses_its_class(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/{SMALL}")
    bar = page.locator(".bars button:has(.track)").nth(1)
    name = bar.locator(".name").inner_text()
    bar.click()
    expect(page.locator("output.told")).to_contain_text(f"p({name})")
    expect(bar).to_have_attribute("aria-pressed", "true")
    assert "class=" in page.url


def test_maps_grow_are_read_off_and_put_the_patch(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/{SMALL}&stride=quarter&picture=camera")
    page.get_by_role("button", name="Compute the maps").click()
    canvas = page.locator(".picture canvas")
    expect(canvas).to_have_count(3, timeout=60_000)
    expect(page.get_by_text("Computed here")).to_be_visible(timeout=60_000)
    settle(page)
    assert (
        canvas.first.evaluate("c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size") > 10
    )
    canvas.first.hover(position={"x": 90, "y": 90})
    expect(page.locator("output.read")).to_have_text(re.compile(r"rows \d+.*→.*drop [+−]?\d"))
    expect(page.locator(".window:visible")).to_have_count(3)
    canvas.first.click(position={"x": 60, "y": 60})
    page.wait_for_url(re.compile("at="))
    canvas.nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("output.read")).to_contain_text("the network says")
    whole, classes = strong(page), page.locator(".classes button")
    assert whole == sum(alone(page, classes)) and classes.count() > 1  # no place is of two classes
    assert strong(page) == whole


def test_the_search_is_repeated_by_the_same_button(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/{SMALL}&picture=camera")
    expect(page.locator("output.told")).to_contain_text("p(")
    page.get_by_role("button", name="Find the patch that raises it").click()
    expect(page.locator(".search")).to_have_text(re.compile("Found|does not rise"), timeout=60_000)
    if "Found" in page.locator(".search").inner_text():
        assert "rises" in told(page)
        page.get_by_role("button", name="Keep it, find the next").click()
        expect(page.locator("i.kept")).to_have_count(1, timeout=60_000)
        expect(page.locator(".search")).to_have_text(re.compile("Found|does not rise"), timeout=60_000)


def test_a_computation_is_stopped(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/occlusion?picture=rocket&patch=10&stride=quarter")
    page.get_by_role("button", name="Compute the maps").click()
    page.get_by_role("button", name="Cancel").click(timeout=30_000)
    expect(page.get_by_text("You stopped it.")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("button", name="Compute the maps")).to_be_enabled()
