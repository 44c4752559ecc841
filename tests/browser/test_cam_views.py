"""The closer looks of the CAM lecture, as a student uses them: clicks, the sliders, the file for the slides."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from cnnviz.cam import explain
from cnnviz.data.samples import sample
from cnnviz.models import load
from tests.browser.conftest import Open, settle
from tests.browser.test_cam import heat

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
NUMBER = r"[−\d.]+"


def pixels(page: Page, selector: str) -> str:
    """What a canvas shows, as text to compare."""
    found: str = page.locator(selector).first.evaluate("c => c.toDataURL()")
    return found


def test_a_click_on_a_small_map_makes_it_the_main_one(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam?picture=coffee&layer=stage2&method=grad-cam")
    before = heat(page)
    page.get_by_role("button", name=re.compile("^HiRes-CAM")).click()
    settle(page)
    expect(page.locator("figcaption span").first).to_have_text(re.compile("^HiRes-CAM"))
    expect(page.get_by_role("button", name=re.compile("^HiRes-CAM"))).to_have_attribute("aria-pressed", "true")
    assert not np.array_equal(heat(page), before) and "method=hires-cam" in page.url


def test_a_layer_is_chosen_by_its_small_map_or_by_the_slider(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam?under=layers")
    page.get_by_role("button", name=re.compile("^Stage 2")).click()
    settle(page)
    expect(page.locator("figcaption span").first).to_have_text("Grad-CAM · stage 2")
    slider = page.locator("input[name=depth]")
    expect(slider).to_have_value("2")
    slider.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    expect(page.locator("figcaption span").first).to_have_text("Grad-CAM · stage 3")
    assert "layer=stage3" in page.url and "under=layers" in page.url


def test_the_anatomy_grows_to_the_map_and_to_the_logit(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam?under=anatomy")
    said, slider, whole = page.locator("output:has-text('bias')"), page.locator("input[name=step]"), "canvas.sum"
    last = pixels(page, whole)
    assert last == pixels(page, "canvas.map")  # the same colours of the same numbers
    shown = explain(load("photo"), sample("cat"))
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text(f"The 1 largest of {len(shown.activations)} channels")).to_be_visible()
    first = shown.channels(1)[0]
    told = [float(word.replace("−", "-").rstrip(".")) for word in re.findall(NUMBER, said.inner_text())]
    assert shown.bias is not None
    assert told == pytest.approx([first.contribution, first.contribution + shown.bias, shown.logit], abs=0.006)
    assert pixels(page, whole) != last
    page.keyboard.press("End")
    assert pixels(page, whole) == last
    told = [float(word.replace("−", "-").rstrip(".")) for word in re.findall(NUMBER, said.inner_text())]
    assert told[1] == told[2] == pytest.approx(shown.logit, abs=0.006)
    page.get_by_role("button", name="Add one by one").click()
    expect(page.get_by_text(re.compile("^The 2 largest"))).to_be_visible()  # it plays
    page.get_by_role("button", name="Stop").click()


def test_two_classes_share_a_scale_until_told_otherwise(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam?under=classes&other=dog")
    first = pixels(page, "canvas.pair")
    page.locator("input[name=same]").uncheck()
    assert pixels(page, "canvas.pair") != first
    page.locator("canvas.pair").first.focus()
    page.keyboard.press("ArrowRight")
    said = page.locator("output:has-text('difference')").inner_text()
    one, two, less = (float(word.replace("−", "-")) for word in re.findall(rf"({NUMBER})(?:,|$)", said.split(":")[1]))
    assert one - two == pytest.approx(less, abs=0.11)


def test_the_view_of_the_main_map_holds_for_the_small_ones(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam")
    before = pixels(page, "canvas.tile")
    page.locator("select[name=colours]").select_option("cividis")
    settle(page)
    assert pixels(page, "canvas.tile") != before


def test_the_figure_as_a_file_works_without_server(
    server: str, open_page: Open, chromium: Browser, tmp_path: Path
) -> None:
    page = open_page(f"{server}/cam")
    with page.expect_download() as figure:
        page.get_by_role("button", name="Figure (HTML)").click()
    path = tmp_path / "figure.html"
    path.write_bytes(Path(figure.value.path()).read_bytes())
    alone, asked = chromium.new_page(), []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(path.as_uri())
    assert pixels(alone, "canvas.map") == pixels(page, "canvas.map")
    alone.locator("input[name=signed]").check()
    assert pixels(alone, "canvas.map") != pixels(page, "canvas.map")
    assert all(url.startswith(("file:", "data:")) for url in asked), json.dumps(asked)
    alone.close()


@pytest.mark.parametrize("view", ["methods", "layers", "classes", "anatomy"])
def test_every_view_fits_a_phone(view: str, server: str, open_page: Open) -> None:
    page = open_page(f"{server}/cam?under={view}", size=(390, 844))
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    wide = page.locator("canvas:visible").evaluate_all(
        "all => all.filter(c => { const a = c.getBoundingClientRect(); return a.right > 391 || a.left < 0; }).length"
    )
    assert wide == 0
