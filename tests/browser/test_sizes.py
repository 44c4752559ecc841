"""The lecture on sizes as a student uses it: the drawing, its keys, its picture, and the link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnnviz.data.images import decode
from tests.browser.conftest import Open, settle, stands_above_the_fold

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
RED, GREEN, BLUE = "#D55E00", "#009E73", "#0072B2"


def boxes(page: Page, colour: str, *, drawn: str = "fill") -> list[tuple[float, float]]:
    """Width and height of the rectangles of one colour, in cells of the drawing."""
    expect(page.locator(".tiling output")).not_to_be_empty()  # drawn: the front end loads components late
    sizes = page.locator(".tiling svg").evaluate(
        """(svg, [colour, drawn]) => [...svg.querySelectorAll('rect')]
            .filter((r) => r.getAttribute(drawn) === colour)
            .filter((r) => drawn === 'fill' || !r.getAttribute('stroke-dasharray'))
            .map((r) => [+r.getAttribute('width'), +r.getAttribute('height')])""",
        [colour, drawn],
    )
    return [(width, height) for width, height in sizes]


def cells(page: Page) -> tuple[float, float]:
    """Rows and columns of the output, from the drawn input of known size: both have cells of one size."""
    (wide, high), (out_wide, out_high) = boxes(page, BLUE, drawn="stroke")[0], boxes(page, GREEN, drawn="stroke")[0]
    n = int(re.findall(r"input (\d+)×", page.locator(".tiling ul").inner_text())[0])
    return round(out_high * n / high, 2), round(out_wide * n / wide, 2)


def read(page: Page) -> str:
    expect(page.locator(".tiling output")).not_to_be_empty()
    return page.locator(".tiling output").inner_text()


def test_the_drawing_and_its_controls_are_above_the_fold(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes")
    assert read(page)
    parts = (".tiling svg", ".tiling output", ".st-key-size-answer h2", "[data-testid=stNumberInput] >> nth=3")
    stands_above_the_fold(page, *parts)
    expect(page.locator(".st-key-size-answer h2")).to_have_text("7×7 → 2×2 (rounded from 2.33)")
    assert cells(page) == (2, 2)


def test_dropped_rows_and_columns_are_vermilion_and_a_click_makes_it_fit(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes")
    cell = boxes(page, BLUE, drawn="stroke")[0][0] / 7
    strips = sorted((round(w / cell), round(h / cell)) for w, h in boxes(page, RED) if max(w, h) / cell > 6.5)
    assert strips == [(1, 7), (7, 1)]
    expect(page.locator(".tiling li", has_text="dropped: 1 row and 1 column")).to_be_visible()
    page.get_by_role("button", name="padding 1", exact=True).click()
    settle(page)
    expect(page.locator(".st-key-size-answer h2")).to_have_text("7×7 → 3×3")
    expect(page.locator(".tiling li", has_text="output 3×3")).to_be_visible()
    assert boxes(page, RED) == []
    assert cells(page) == (3, 3)
    assert "size-padding=1" in page.url
    expect(open_page(page.url).locator(".st-key-size-answer h2")).to_have_text("7×7 → 3×3")


def test_keys_and_pointer_move_the_window(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes?size-stride=2&size-padding=1")
    assert read(page) == "Output [0, 0] reads rows −1 to 1, columns −1 to 1"
    page.locator(".tiling svg").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    assert read(page) == "Output [2, 1] reads rows 3 to 5, columns 1 to 3"
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    assert read(page) == "Output [3, 3] reads rows 5 to 7, columns 5 to 7"
    page.keyboard.press("Home")
    area = page.locator(".tiling svg").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] - 20, area["y"] + area["height"] / 2)
    assert re.match(r"Output \[\d, 3\]", read(page))


def test_large_inputs_are_few_shapes_and_redraw_at_once(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes?size-input=227&size-kernel=11&size-stride=4&size-channels=3&size-filters=96")
    expect(page.locator(".st-key-size-answer h2")).to_have_text("227×227×3 → 55×55×96")
    assert cells(page) == (55, 55)
    assert page.locator(".tiling svg *").count() < 160
    took = page.locator(".tiling svg").evaluate(
        """(svg) => { const start = performance.now();
            for (let k = 0; k < 50; k++) svg.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight'}));
            return (performance.now() - start) / 50; }"""
    )
    assert read(page).startswith("Output [0, 50]")
    assert took < 16  # ms: a frame


def test_a_refused_fraction_is_drawn_as_large_as_it_is(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes?size-policy=error")
    expect(page.locator(".st-key-size-answer h2")).to_have_text("7×7 does not fit: 2.33")
    cell = boxes(page, BLUE, drawn="stroke")[0][0] / 7
    assert any(abs(w / cell - 7 / 3) < 0.02 and abs(h / cell - 7 / 3) < 0.02 for w, h in boxes(page, RED))
    assert boxes(page, GREEN, drawn="stroke") == []


def test_an_example_is_one_click_and_reset_takes_it_back(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes")
    page.get_by_test_id("stButtonGroup").get_by_text("AlexNet, 224").click()
    settle(page)
    expect(page.locator(".st-key-size-answer h2")).to_have_text("224×224×3 does not fit: 54.25")
    page.get_by_role("button", name="padding 1 before, 2 after").click()
    settle(page)
    expect(page.locator(".st-key-size-answer h2")).to_have_text("224×224×3 → 55×55×96")
    again = open_page(page.url)
    expect(again.locator(".st-key-size-answer h2")).to_have_text("224×224×3 → 55×55×96")
    again.get_by_role("button", name="Reset").click()
    settle(again)
    expect(again.locator(".st-key-size-answer h2")).to_have_text("7×7 → 2×2 (rounded from 2.33)")


def test_rows_and_columns_part_by_keyboard_alone(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes")
    page.locator("input[aria-label='Rows ≠ columns']").focus()
    page.keyboard.press("Space")
    settle(page)
    box = page.get_by_role("spinbutton", name="Input size, columns")
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator(".st-key-size-answer h2")).to_have_text("7×10 → 2×3 (rounded from 2.33×3.33)")
    expect(open_page(page.url).locator(".st-key-size-answer h2")).to_have_text("7×10 → 2×3 (rounded from 2.33×3.33)")


def test_a_window_that_is_too_large_is_drawn_and_told(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes?size-kernel=13&size-dilation=2")
    expect(page.locator("[data-testid=stAlert]")).to_have_text(
        re.compile("A kernel of 13 spread over 25 does not fit an input of 7; raise padding to at least 9")
    )
    assert read(page).startswith("The window reads")
    assert page.locator(".tiling svg").bounding_box()["height"] > 200  # type: ignore[index]


def test_the_picture_comes_as_a_file(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes")
    assert read(page)
    size = page.locator(".tiling svg").bounding_box()
    with page.expect_download() as file:
        page.get_by_role("button", name="Picture (PNG)").click()
    picture = decode(Path(file.value.path()).read_bytes())
    assert size is not None
    assert abs(picture.shape[0] - 2 * size["height"]) <= 2 and picture.std() > 20
    with page.expect_download() as file:
        page.get_by_role("button", name="Numbers (CSV)").click()
    assert "rows,7,3,3,1,0,0,floor,2.33" in Path(file.value.path()).read_text()


def test_a_chain_is_typed_and_stands_in_the_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes")
    page.get_by_role("textbox", name="Layers").fill("input 9x9\nconv 3 s2\npool 2")
    page.keyboard.press("Control+Enter")
    settle(page)
    expect(page.get_by_text("9×9 → 4×4 → 2×2")).to_be_visible()
    expect(open_page(page.url).get_by_text("9×9 → 4×4 → 2×2")).to_be_visible()


def test_on_a_phone_the_output_stands_below_the_input(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/sizes", size=(390, 844))
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert cells(page) == (2, 2)
    box = page.locator(".tiling svg").bounding_box()
    assert box is not None and box["width"] <= 360
    places = page.locator(".tiling svg").evaluate(
        """(svg) => ['#0072B2', '#009E73'].map((c) => +svg.querySelector(`rect[stroke="${c}"]`).getAttribute('y'))"""
    )
    assert places[1] > places[0] + 100
