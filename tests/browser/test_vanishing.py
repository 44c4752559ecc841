"""The page on vanishing gradients in Chromium: layers and points by keyboard, examples, links, dark, phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def bars(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile("^Bars:"))


def test_a_layer_is_chosen_by_keyboard_or_click_and_stands_in_formula_and_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/vanishing?grad-depth=5")
    expect(page.locator(".read").first).to_contain_text("Layer 1: ‖∂ℓ/∂a‖")
    bars(page).focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".read").first).to_contain_text("Layer 3")
    page.wait_for_url(re.compile("grad-layer=3"))
    settle(page)
    expect(page.locator(".katex-display").first).to_contain_text("W3")
    again = open_page(page.url)
    expect(again.locator(".bar.now")).to_have_attribute("data-k", "2")
    again.locator(".bar").first.click()
    again.wait_for_url(re.compile("grad-layer=5"))
    expect(again.locator(".read").first).to_contain_text("Layer 5")


def test_an_example_is_one_click_and_keeps_the_failing_curve(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/vanishing")
    page.get_by_role("radio", name="Cure: residual").or_(
        page.get_by_role("button", name="Cure: residual")
    ).first.click()
    settle(page)
    expect(page.locator(".legend").first).to_contain_text("Sigmoid, 20 layers, σ 0.05")
    assert "grad-residual=true" in page.url and "grad-kept=sigmoid" in page.url


def test_the_point_moves_along_the_curve_by_keyboard(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/vanishing")
    point = page.get_by_label(re.compile("Move the point"))
    point.focus()
    page.keyboard.press("End")
    expect(page.get_by_text("φ′(8) = 0.00034: next to nothing of the gradient passes.")).to_be_visible()
    page.wait_for_url(re.compile("act-at=8"))
    again = open_page(page.url)
    expect(again.get_by_text("Sigmoid: φ(8) = 0.9997")).to_be_visible()


def test_hundred_decades_and_zeros_are_drawn(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/vanishing?grad-depth=50&grad-init=normal&grad-sigma=0.01")
    expect(page.get_by_text("float32: 0 below here")).to_be_visible()
    expect(page.locator(".bar")).to_have_count(51)
    heights = [float(bar.get_attribute("height") or 0) for bar in page.locator(".bar").all()[::10]]
    assert heights == sorted(heights, reverse=True) and heights[-1] > 2
    page = open_page(f"{server}/vanishing?grad-activation=relu&grad-depth=50&grad-init=normal&grad-sigma=2")
    expect(page.get_by_text("It explodes", exact=True).last).to_be_visible()


def test_figure_and_controls_are_above_the_fold(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/vanishing", scheme="dark")
    for part in (bars(page), page.locator("[data-testid=stExpander]").first, page.locator(".read").first):
        box = part.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 800


def test_figures_fit_a_phone(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/vanishing", size=(390, 844))
    for figure in (bars(page), page.get_by_role("img", name=re.compile("^Sigmoid above"))):
        box = figure.bounding_box()
        assert box is not None and box["width"] <= 372
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
