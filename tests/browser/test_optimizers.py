"""The optimizers page in Chromium: what is dragged, clicked and pressed reaches the link and the words."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PLANE = ".st-key-stability svg"


def query(page: Page, name: str, value: str) -> None:
    """Wait until the address has it."""
    page.wait_for_function(
        "([n, v]) => new RegExp(v).test(new URL(location).searchParams.get(n) ?? '')", arg=[name, value]
    )


def test_the_race_walks_the_decks_numbers(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/optimizers")
    page.get_by_role("radio", name="D1: AdaGrad climbs").click()
    settle(page)
    page.get_by_text("from 5.5 to 46.").first.wait_for()
    expect(page.locator(".race")).to_contain_text("AdaGrad that adds")
    query(page, "rules", "adagrad-plus,adagrad")


def test_the_point_in_the_plane_is_momentums_rate_and_memory(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/optimizers")
    plane = page.locator(PLANE)
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box is not None
    plane.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    query(page, "set-momentum", r"lr=0\.\d+ momentum=0\.\d+")
    plane.focus()
    before = plane.get_attribute("aria-label")
    page.keyboard.press("ArrowLeft")
    assert plane.get_attribute("aria-label") != before
    page.get_by_role("button", name="Use the optimal").click()
    query(page, "set-momentum", r"lr=0\.230886")
    page.get_by_text("each step keeps 0.519").first.wait_for()


def test_a_formula_is_raced_and_a_wrong_one_answered(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/optimizers?landscape=own&formula=x**2%2By**4")
    field = page.get_by_role("textbox", name="f(x, y) =")
    field.fill("x^2")
    field.press("Enter")
    page.get_by_text("two stars").wait_for()
    field.fill("sin(x)**2 + y**2")
    field.press("Enter")
    query(page, "formula", r"sin\(x\)")
    page.get_by_text("two stars").wait_for(state="detached")
