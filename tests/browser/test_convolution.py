"""The convolution lecture as a student uses it: slide, stop, edit, unroll, filter a photograph."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.data.images import decode
from cnnviz.data.samples import sample
from tests.browser.conftest import Open, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FORMULA = "[data-testid=stMarkdownContainer] .katex-display"


def formula(page: Page) -> str:
    """The LaTeX of the sum with its numbers."""
    return page.locator(FORMULA).nth(1).locator("annotation").text_content() or ""


def test_an_example_in_one_click_and_its_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/convolution")
    assert r"\mathbf{70}" in formula(page)
    page.get_by_test_id("stButtonGroup").get_by_text("45, 110").click()
    settle(page)
    expect(page.get_by_text("True convolution: the kernel is turned by 180°")).to_be_visible()
    assert r"\mathbf{45}" in formula(page)
    assert "c-flip=true" in page.url
    again = open_page(page.url)
    assert r"\mathbf{45}" in formula(again)
    again.get_by_role("button", name="Reset").click()
    settle(again)
    assert r"\mathbf{70}" in formula(again)


def test_the_figure_is_above_the_fold(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/convolution")
    box = page.locator(".window").bounding_box()
    assert box is not None
    assert box["y"] >= 0 and box["y"] + box["height"] <= 800 and box["width"] > 500


def test_a_cell_of_the_product_moves_formula_and_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/convolution?c-view=matrix&c-flip=true")
    canvas, told = page.locator(".product canvas"), page.locator(".product .told")
    expect(told).to_have_text("row 0: 1·0 + 0.5·80 + 0.25·20 = 45")
    canvas.focus()
    page.keyboard.press("ArrowDown")
    expect(told).to_have_text("row 1: 1·80 + 0.5·40 + 0.25·40 = 110")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator(FORMULA).nth(1)).to_contain_text("110")
    assert "c-cell=0" in page.url
    again = open_page(page.url)
    assert r"y_{0,0,1}" in formula(again)
    expect(again.locator(".product .told")).to_have_text(re.compile("^row 1"))


def test_a_cell_is_edited_in_place_and_the_link_keeps_it(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/convolution?c-flip=true")
    box = page.locator("[data-panel=input]").bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 6)  # the 80
    page.get_by_label("New number of this cell").fill("100")
    page.keyboard.press("Enter")
    # the cell that was clicked is told after the edit was answered
    page.wait_for_url(re.compile("c-input=own.*c-cell=0%2C0%2C1|c-cell=0%2C0%2C1.*c-input=own"))
    settle(page)
    assert r"1\cdot 100" in formula(page) and r"\mathbf{130}" in formula(page)
    again = open_page(page.url)
    assert r"\mathbf{130}" in formula(again)


def test_a_step_moves_formula_and_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/convolution")
    page.locator("[data-panel=output]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("c-cell=0"))
    settle(page)
    assert r"y_{0,0,1}" in formula(page) and r"\mathbf{30}" in formula(page)


def test_a_number_written_under_more_is_slid_over(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/convolution?c-input=own&c-kernel=own&c-w=1+-1")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("textbox", name="Your input").fill("3 5; 10 4")
    page.get_by_role("textbox", name="Your input").blur()
    settle(page)
    assert r"1\cdot 3 - 1\cdot 5 = \mathbf{-2}" in formula(page)
    again = open_page(page.url)
    assert r"\mathbf{-2}" in formula(again)


def test_a_mistake_is_one_sentence_and_the_figure_stays(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/convolution?c-kernel=box&c-side=5")
    expect(page.get_by_text("raise padding to at least 1")).to_be_visible()
    expect(page.locator(".window")).to_be_visible()


def test_a_photograph_is_filtered_and_downloaded(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/convolution?c-view=picture&c-filter=outline")
    images = page.locator("[data-testid=stImage] img")
    expect(images).to_have_count(2)
    for k in range(2):
        box = images.nth(k).bounding_box()
        assert box is not None and box["y"] + box["height"] <= 800 and box["width"] > 300
        assert images.nth(k).get_attribute("alt")
    with page.expect_download() as png:
        page.get_by_role("button", name="Result (PNG)").click()
    pixels = decode(Path(png.value.path()).read_bytes())
    assert pixels.shape == sample("cat").shape and pixels.std() > 5


def test_downloads_hold_the_numbers(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/convolution?c-flip=true")
    with page.expect_download() as npy:
        page.get_by_role("button", name="Output (npy)").click()
    assert np.load(npy.value.path(), allow_pickle=False).tolist() == [[[45, 110], [40, 40]]]
    with page.expect_download() as csv:
        page.get_by_role("button", name="Output (CSV)").click()
    assert Path(csv.value.path()).read_text() == "45.0,110.0\n40.0,40.0\n"
