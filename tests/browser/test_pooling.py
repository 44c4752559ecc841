"""The pooling page in Chromium: cells edited in place, cells clicked, shifts by keyboard, and links that restore."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, settle, shrink_to_a_phone, stands_above_the_fold

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def read(page: Page, way: str) -> str:
    """The number beside a way of pooling, for the shift on screen."""
    return page.locator(".ways button").filter(has=page.get_by_text(way, exact=True)).locator("b").inner_text()


def test_a_cell_is_edited_in_place_and_the_link_restores_it(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/pooling")
    page.locator("[data-panel=input]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_label("New number of this cell").fill("9.5")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Numbers")).to_have_value(re.compile(r"^1 9\.5 2 4; "))
    settle(page)
    expect(page.locator(".katex-display").first).to_contain_text("9.5")
    again = open_page(page.url)
    expect(again.get_by_label("Numbers")).to_have_value(re.compile(r"^1 9\.5 2 4; "))


def test_the_formula_follows_the_chosen_cell(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/pooling?pool-gradient=cell")
    page.locator("[data-panel=output]").focus()
    page.keyboard.press("End")
    page.wait_for_url(re.compile("pool-cell=0"))
    settle(page)
    expect(page.locator(".katex-display").first).to_contain_text("max{1,0,3,4}=4")


def test_an_example_is_one_click(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/pooling")
    page.get_by_role("radio", name="5, 3 / 4, 5").or_(page.get_by_role("button", name="5, 3 / 4, 5")).first.click()
    settle(page)
    expect(page.get_by_text("max pool with 2x2 filters and stride 2")).to_be_visible()
    assert "pool-kind=average" in page.url


def test_a_shift_by_keyboard_moves_the_numbers_and_stands_in_the_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/pooling?shift-of=signal&pool-step=2")
    slider = page.get_by_label(re.compile("Move the input by"))
    assert read(page, "global average") == "0 %"
    first = read(page, "max")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert read(page, "max") != first
    page.wait_for_url(re.compile("shift=2"))
    page.locator("select[name=measure]").select_option("undone")
    expect(page.locator(".ways button b").first).to_have_text("0 %")
    page.locator(".ways button", has_text=re.compile("^average")).click()
    page.wait_for_url(re.compile("shift-distance=undone"))
    page.wait_for_url(re.compile("shift-way=average"))
    again = open_page(page.url)
    expect(again.get_by_label(re.compile("Move the input by"))).to_have_value("2")
    expect(again.locator(".ways button[aria-pressed=true]")).to_contain_text("average")
    expect(again.locator("select[name=measure]")).to_have_value("undone")


def test_zhangs_signal_moved_by_one(server: str, open_page: Open) -> None:
    numbers = "pool-numbers=0+0+1+1+0+0+1+1&pool-window=1&pool-width=2&pool-step=1&pool-across=2&shift-of=input"
    page = open_page(f"{server}/pooling?{numbers}")
    assert read(page, "max") == "100 %"
    assert read(page, "max, then blur") == "32 %"
    expect(page.locator(".shifts output")).to_contain_text("50 % of the cells changed")


def test_figure_and_controls_are_above_the_fold_and_fit_a_phone(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/pooling")
    stands_above_the_fold(page, ".window", "[data-testid=stExpander]")
    shrink_to_a_phone(page)
    chart = page.locator(".chart svg")
    box = chart.bounding_box()
    assert box is not None and box["width"] <= 360
    assert "global average 0 %, 0 %" in (chart.get_attribute("aria-label") or "")
