"""The CAM lecture as a student uses it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.data.images import decode, encode_png
from cnnviz.data.samples import sample
from tests.browser.conftest import Open, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def heat(page: Page, k: int = 0) -> np.ndarray:
    """Pixels of the k-th heat map as drawn."""
    data = page.locator("canvas.map").nth(k).evaluate("c => c.toDataURL('image/png')")
    import base64

    return decode(base64.b64decode(data.split(",")[1]))


def test_the_answer_is_above_the_fold(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam")
    maps = page.locator("canvas.map")
    expect(maps).to_have_count(2)
    for k in range(2):
        box = maps.nth(k).bounding_box()
        assert box is not None
        assert box["y"] >= 0 and box["y"] + box["height"] <= 800
        assert box["width"] > 250
    assert heat(page).std() > 10  # a map, not one colour


def test_an_upload_gives_bars_and_a_map_and_a_bad_one_a_sentence(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam")
    before = heat(page)
    picture = encode_png(sample("coffee")[:, ::-1])
    page.locator("input[type=file]").set_input_files(
        {"name": "../../<b>cup</b>.png", "mimeType": "image/png", "buffer": picture}
    )
    expect(page.get_by_text(re.compile("(of|know) your photo"))).to_be_visible()
    settle(page)
    assert heat(page).shape != before.shape or not np.array_equal(heat(page), before)
    assert page.locator("[data-testid=stMain] b").count() == 0
    page.locator("input[type=file]").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(page.locator("[data-testid=stAlert]")).to_be_visible()
    expect(page.locator("canvas.map").first).to_be_visible()  # the sample is back


def test_a_click_on_a_bar_explains_that_class_and_the_link_restores_it(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam")
    bars = page.locator("button:has(.bar)")
    name = bars.nth(2).locator(".name").inner_text()
    bars.nth(2).click()
    settle(page)
    expect(page.locator("figcaption strong").first).to_have_text(re.compile("^" + re.escape(name)))
    assert "class=" in page.url
    again = open_page(page.url)
    expect(again.locator("figcaption strong").first).to_have_text(re.compile("^" + re.escape(name)))
    assert np.array_equal(heat(again), heat(page))


def test_opacity_and_colours_change_in_the_browser_and_stand_in_the_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam")
    first = heat(page)
    page.locator("select[name=colours]").select_option("viridis")
    settle(page)
    assert not np.array_equal(heat(page), first)
    page.locator("input[name=opacity]").focus()
    page.keyboard.press("End")
    settle(page)
    assert page.locator("canvas.map").first.evaluate("c => c.style.opacity") == "1"
    assert "colours=viridis" in page.url and "opacity=1" in page.url
    again = open_page(page.url)
    assert again.locator("canvas.map").first.evaluate("c => c.style.opacity") == "1"
    again.get_by_role("button", name="Reset").click()
    settle(again)
    assert np.array_equal(heat(again), first)
    assert "colours" not in again.url


def test_a_cell_tells_its_value_by_keyboard(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam")
    page.locator("canvas.map").first.focus()
    page.keyboard.press("ArrowRight")
    first = page.locator(".scale output").first.inner_text()
    page.keyboard.press("ArrowDown")
    second = page.locator(".scale output").first.inner_text()
    assert first.startswith("M[") and second.startswith("M[") and first != second


def test_nonsense_in_the_link_opens_the_page_with_defaults(server: str, open_page: Open) -> None:
    page = open_page(
        f"{server}/cam?picture=%3Cscript%3E&network=..%2F..&class=zzz&layer=1%3D1&opacity=nan&method=%7B0%7D&versus=x"
    )
    expect(page.locator("canvas.map").first).to_be_visible()
    assert page.locator("[data-testid=stAlert]").count() == 0


def test_downloads_hold_the_picture_and_the_numbers(server: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(f"{server}/cam")
    with page.expect_download() as png:
        page.get_by_role("button", name="Picture (PNG)").click()
    assert decode(Path(png.value.path()).read_bytes()).shape == sample("cat").shape
    with page.expect_download() as numbers:
        page.get_by_role("button", name="Map (npy)").click()
    values = np.load(io.BytesIO(Path(numbers.value.path()).read_bytes()), allow_pickle=False)
    assert values.ndim == 2 and values.dtype == np.float32


def test_a_network_that_is_not_there_is_offered_with_its_size(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam?network=resnet18")
    expect(page.get_by_role("button", name="Download ResNet-18")).to_be_visible()
    expect(page.get_by_text("MB").first).to_be_visible()
    page.get_by_role("button", name="Use the network that is built in").click()
    settle(page)
    expect(page.locator("canvas.map").first).to_be_visible()


def test_the_projector_switch_makes_everything_larger_and_stands_in_the_link(server: str, open_page: Open) -> None:
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    page = open_page(f"{server}/cam")
    assert page.evaluate(size) == 16
    large = open_page(f"{server}/cam?big=true")
    large.wait_for_function(f"{size} >= 20")
    assert large.evaluate("document.scrollingElement.scrollWidth") <= 1280


def test_a_thumbnail_is_chosen_and_follows_to_another_page_and_back(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam")
    page.get_by_role("button", name="Motorcycle").click()
    settle(page)
    assert "picture=motorcycle" in page.url
    expect(page.get_by_role("button", name="Motorcycle")).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("stTopNavLink").first.click()  # home
    expect(page.get_by_text("See what a convolutional network sees")).to_be_visible()
    page.get_by_role("link", name="Open CAM").click()
    expect(page.get_by_text(re.compile("Motorcycle.*: motorbike"))).to_be_visible()
    assert "picture=motorcycle" in page.url


def test_a_picture_of_the_home_page_opens_what_it_shows(server: str, open_page: Open) -> None:
    page = open_page(server)
    page.get_by_role("link", name="What in it speaks for dog?").click()
    expect(page.locator("figcaption strong").first).to_have_text(re.compile("^dog"))
    assert "class=dog" in page.url
