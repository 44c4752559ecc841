"""The look inside in a real Chromium: drawn pixels, reading off, opening a layer, growing in place, narrow and dark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cnnviz.training.events import told
from tests.browser.conftest import Open, in_both_schemes, serving
from tests.ui.made_look import NAMES, layers, made

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

APP = """
import json, streamlit as st
from cnnviz.training.events import event_of
from cnnviz.ui.training import looks

st.set_page_config(layout="wide")
st.title("A training")
st.header("What it learns")
found = [event_of(each) for each in json.loads(LOOKS)]
have = 2 if st.checkbox("more") else 1
epoch = looks.wanted(range(have), key="x")
other = found[1] if st.checkbox("beside") else None
looks.section(found[epoch], classes=NAMES, key="x", epochs=range(have), earlier=other)
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = Path(tmp_path_factory.mktemp("looks"), "page.py")
    both = json.dumps([told(made(0)), told(made(1, layers=layers(0.05)))])
    path.write_text(f"LOOKS, NAMES = {both!r}, {NAMES!r}\n{APP}", encoding="utf-8")
    with serving(str(path)) as address:
        yield address


def pixel(page: Page, selector: str, x: int, y: int) -> list[int]:
    """The colour of a pixel of a canvas."""
    found: list[int] = page.locator(selector).first.evaluate(
        "(node, [x, y]) => [...node.getContext('2d').getImageData(x, y, 1, 1).data]", [x, y]
    )
    return found


def test_pictures_and_kernels_have_their_own_pixels(app: str, open_page: Open) -> None:
    page = open_page(app)
    assert pixel(page, "figure:nth-of-type(2) canvas", 3, 3) == [1, 1, 1, 255]
    # of the first kernel's 27 weights from -1, the first is the largest in size: none of its red
    assert pixel(page, ".tiles canvas", 0, 0)[0] == 0
    assert pixel(page, ".tiles canvas:last-child", 2, 2)[2] == 255
    page.get_by_text("One scale for all").click()
    # weight 81 of 216 from -1 to 1, zero being gray
    assert pixel(page, ".tiles canvas:nth-child(4)", 0, 0)[0] == round(127.5 + 127.5 * (-1 + 2 * 81 / 215))
    tiles = page.locator(".tiles").first
    tiles.focus()
    page.keyboard.press("End")
    expect(page.locator(".kernels .read")).to_have_text("Kernel 7: weights from 0.758 to 1")


def test_the_matrix_is_read_off_by_keyboard_and_pointer(app: str, open_page: Open) -> None:
    page = open_page(app)
    canvas, read = page.locator(".matrix canvas"), page.locator(".confusion .read")
    canvas.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    expect(read).to_have_text("Is dog, said cat: 5 of 10 (50 %)")
    page.keyboard.press("ArrowLeft")  # there is nothing to the left
    expect(read).to_have_text("Is dog, said cat: 5 of 10 (50 %)")
    box, cell = canvas.bounding_box(), page.locator(".matrix .cell").bounding_box()
    assert box and cell
    page.mouse.move(cell["x"] + 1.5 * cell["width"], cell["y"] + 1.5 * cell["height"])
    expect(read).to_have_text("Is car, said dog: 0 of 10 (0 %)")
    names = page.locator(".confusion li .name").all_text_contents()
    assert names == ["car", "cat", "dog", "ship"]
    assert page.locator(".confusion li .value").all_text_contents() == ["100 %", "80 %", "50 %", "–"]


def test_a_layer_opens_and_is_read_off(app: str, open_page: Open) -> None:
    page = open_page(app)
    button = page.get_by_role("button", name="conv")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    large = page.locator(".large:visible canvas")
    expect(large).to_have_count(8)
    box = large.nth(1).bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.9 * box["height"])
    expect(page.locator(".detail output:visible")).to_have_text("map 1, row 3, column 3: about 31")
    page.locator(".large:visible").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".detail output:visible")).to_have_text("map 1: about 16 to 31")
    button.click()
    expect(page.locator(".large:visible")).to_have_count(0)


def test_a_new_look_is_drawn_in_place(app: str, open_page: Open) -> None:
    page = open_page(app)
    page.get_by_role("button", name="conv").click()
    marked = ".predictions figure, .matrix canvas, .tiles canvas, .layers li"
    page.locator(marked).evaluate_all("nodes => nodes.forEach((node) => { node.dataset.kept = 'yes'; })")
    count = page.locator(marked).count()
    expect(page.locator(".layers .ratio .text").first).to_have_text("1.0·10⁻³")
    page.get_by_text("more", exact=True).click()
    expect(page.locator(".layers .ratio .text").first).to_have_text("0.05 large")
    expect(page.locator("[data-kept=yes]")).to_have_count(count)
    expect(page.locator(".large:visible canvas")).to_have_count(8)  # still open
    page.get_by_text("beside").click()
    expect(page.locator(".kernels section")).to_have_count(2)


def test_narrow_it_fits_and_axe_finds_nothing(app: str, open_page: Open) -> None:
    page = open_page(app, size=(390, 844))
    page.get_by_role("button", name="conv").click()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    for selector in (".predictions", ".confusion", ".kernels", ".layers"):
        assert page.locator(selector).first.evaluate("node => node.scrollWidth <= node.clientWidth")
    for _ in in_both_schemes(page):
        found = Axe().run(page, context="[data-testid=stMain]").response["violations"]
        assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []
