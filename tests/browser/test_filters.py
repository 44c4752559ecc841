"""The lecture on filters as a student uses it."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.data.images import decode
from tests.browser.conftest import Open, eventually, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SHEET, OVER = ".sprites .scroll > canvas", ".unit canvas.map"


def pixels(page: Page, canvas: str) -> np.ndarray:
    """What is drawn on a canvas."""
    data = page.locator(canvas).evaluate("c => c.toDataURL('image/png')")
    return decode(base64.b64decode(data.split(",")[1]))


def strong(page: Page, canvas: str) -> int:
    """How many pixels of the canvas are not faint."""
    data = "c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
    return int(page.locator(canvas).evaluate(f"c => {data}.filter((x, k) => k % 4 === 3 && x > 45).length"))


def unit(page: Page) -> int:
    """The unit that is told below the sheet."""
    found = re.search(r"Unit (\d+)", page.locator(".sprites .read").inner_text())
    assert found is not None
    return int(found[1])


def test_all_units_and_the_enlarged_one_are_above_the_fold(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/filters")
    for canvas in (SHEET, OVER):
        box = page.locator(canvas).bounding_box()
        assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 800 and box["width"] > 250
    assert pixels(page, SHEET).std() > 10
    assert page.locator(".sprites canvas").count() == 2  # 32 maps on one, and the colour scale


def test_hover_reads_off_and_a_click_enlarges_and_the_link_restores_it(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/filters?layer=stage3")
    before, first = pixels(page, OVER), unit(page)
    page.locator(SHEET).hover(position={"x": 8, "y": 8})
    eventually(page, lambda: unit(page) == 0 != first)
    page.locator(SHEET).click(position={"x": 8, "y": 8})
    settle(page)
    assert "unit=0" in page.url
    page.mouse.move(0, 0)
    eventually(page, lambda: unit(page) == 0 and not np.array_equal(pixels(page, OVER), before))
    again = open_page(page.url)
    eventually(again, lambda: unit(again) == 0 and np.array_equal(pixels(again, OVER), pixels(page, OVER)))
    page.locator(SHEET).focus()
    for key in ("ArrowRight", "ArrowRight", "End", "ArrowLeft"):
        page.keyboard.press(key)
    assert unit(page) == 190  # of 192
    settle(page)
    page.wait_for_url(re.compile("unit=190"))


def test_scale_order_and_size_change_in_the_browser_and_stand_in_the_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/filters?layer=stage2&unit=3")
    first = pixels(page, SHEET)
    page.locator("select[name=scale]").select_option("network")
    settle(page)
    scaled = pixels(page, SHEET)
    assert not np.array_equal(scaled, first) and scaled.mean() < first.mean()  # darker: most are far from the top
    page.locator("select[name=order]").select_option("peak")
    settle(page)
    assert "map-scale=network" in page.url and "map-order=peak" in page.url
    again = open_page(page.url)
    assert np.array_equal(pixels(again, SHEET), pixels(page, SHEET))
    page.locator("input[name=size]").evaluate(
        "i => { i.value = 120; i.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    assert page.locator(".sprites .scroll").evaluate("s => s.scrollHeight > s.clientHeight + 100")
    page.get_by_role("button", name="Reset").click()
    settle(page)
    assert "map-scale" not in page.url and page.locator("select[name=scale]").input_value() == "unit"


def test_kernels_are_shown_in_their_colours(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/filters?map-show=kernels")
    expect(page.locator(".unit .kernel canvas")).to_be_visible()

    def colour() -> int:
        shown = pixels(page, SHEET).astype(int)
        return int(np.abs(shown[..., 0] - shown[..., 2]).max())

    eventually(page, lambda: colour() > 60)  # not grey
    kernel, words = page.locator(".unit .kernel canvas"), page.locator(".unit .kernel figcaption")
    kernel.focus()
    page.keyboard.press("ArrowUp")
    expect(words).to_have_text(re.compile(r"w\[\d, \d\]: red .+, green .+, blue "))
    first = words.inner_text()
    page.keyboard.press("ArrowLeft")
    expect(words).not_to_have_text(first)
    kernel.blur()
    expect(words).to_have_text(re.compile("a zero is grey"))
    page = open_page(f"{server}/filters?layer=stage4")
    expect(page.locator("select[name=show] option")).to_have_count(1)
    expect(page.locator(".unit .kernel")).to_be_hidden()


def test_the_pointer_asks_for_one_answer_and_its_field(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/filters?layer=stage1&unit=0")
    page.locator(OVER).focus()
    page.keyboard.press("ArrowRight")
    first = page.locator(".unit .read").inner_text()
    small = page.locator(".unit .field").bounding_box()
    page.keyboard.press("ArrowDown")
    assert first.startswith("A[") and page.locator(".unit .read").inner_text() != first and "43×43 of" in first
    whole = page.locator(".unit .picture").bounding_box()
    assert small is not None and whole is not None
    assert small["height"] / whole["height"] == pytest.approx(43 / 160, abs=0.03)


def test_patches_are_found_once_and_winners_are_counted(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/filters?network=convnetjs&layer=conv1&unit=2&data=samples&pictures-count=250")
    find = page.get_by_role("button", name="Find the best patches")
    if find.count():  # a second try finds what the first one kept
        find.click()
    expect(page.get_by_text("Kept on disk for all units")).to_be_visible(timeout=90_000)
    expect(page.locator(".tiles figure")).to_have_count(9)
    page = open_page(f"{server}/filters?network=convnetjs&layer=conv1&unit=7&data=samples&pictures-count=250")
    expect(page.get_by_text("Kept on disk for all units")).to_be_visible()
    expect(page.locator(".unit img.best")).to_be_visible()
    page.get_by_role("button", name="Count the winners").click()
    expect(page.locator(".winners li").first).to_contain_text("Filter", timeout=90_000)
    expect(page.get_by_text("The first three together win")).to_be_visible(timeout=90_000)
    whole, entries = strong(page, "canvas.best"), page.locator(".winners li button")
    parts = []
    for entry in entries.all():
        entry.hover()
        parts.append(strong(page, "canvas.best"))
    assert sum(parts) == whole > max(parts)  # each filter's places alone
    entries.first.click()
    page.locator(".winners .read").hover()
    assert strong(page, "canvas.best") == parts[0]
    expect(entries.first).to_have_attribute("aria-pressed", "true")
    entries.first.press("Enter")
    entries.first.blur()
    assert strong(page, "canvas.best") == whole


def test_downloads_hold_the_sheet_and_the_numbers(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/filters?network=convnetjs&layer=relu2")
    with page.expect_download() as png:
        page.get_by_role("button", name="Sheet (PNG)").click()
    assert decode(Path(png.value.path()).read_bytes()).std() > 10
    with page.expect_download() as numbers:
        page.get_by_role("button", name="Maps (npy)").click()
    values = np.load(io.BytesIO(Path(numbers.value.path()).read_bytes()), allow_pickle=False)
    assert values.shape == (20, 16, 16) and values.dtype == np.float32


def test_a_phone_shows_it_without_scrolling_sideways(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/filters?layer=stage4")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    box = page.locator(SHEET).bounding_box()
    assert box is not None and box["width"] <= 390
