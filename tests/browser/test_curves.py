"""Line charts in a real Chromium: gaps, logarithmic axes, reading off by keyboard, hiding, growing in place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Open, in_both_schemes, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

APP = """
import math, streamlit as st
from cnnviz.ui.components.curves import Axis, Curve, Mark, curves

st.title("Lines")
n = 20 if st.checkbox("more") else 10
steps = list(range(n))
falling = [2.0 * 0.5**k for k in steps]
broken = [math.nan if k in (4, 5) else math.inf if k == 7 else 1.0 + k for k in steps]
curves([Curve("falling", steps, falling), Curve("broken", steps, broken, dashed=True)], x=Axis("step"), y=Axis("loss"),
       label="Two lines.", key="a", marks=[Mark(3, "here"), Mark(99, "outside")])
curves([Curve("tiny", [1, 2, 3, 4], [1e-20, 1e-10, 0.0, 1.0], dots=True)], x=Axis("layer"), y=Axis("norm", log=True),
       label="One line.", key="b")
curves([], x=Axis("step"), y=Axis("loss", log=True), label="Nothing yet.", key="c")
curves([Curve("one", steps, falling), Curve("two", steps, steps), Curve("three", steps, steps[::-1]),
        Curve("dashed", steps, broken, dashed=True)], x=Axis("step"), y=Axis("loss"), label="Four lines.", key="d")
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = Path(tmp_path_factory.mktemp("curves"), "page.py")
    path.write_text(APP, encoding="utf-8")
    with serving(str(path)) as address:
        yield address


def test_a_line_breaks_where_a_value_is_not_finite(app: str, open_page: Open) -> None:
    page = open_page(app)
    falling, broken = (page.locator("svg .line").nth(k).get_attribute("d") or "" for k in range(2))
    assert falling.count("M") == 1 and falling.count("L") == 9
    assert broken.count("M") == 3  # 0…3, 6, 8…9
    assert "NaN" not in page.locator("svg[role=img]").first.evaluate("node => node.outerHTML")
    expect(page.locator("svg .halo")).to_have_text("here")


def test_the_arrow_keys_read_it_off(app: str, open_page: Open) -> None:
    page = open_page(app)
    chart, read = page.locator("svg[role=img]").first, page.locator("output.read").first
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(read).to_have_text("step 0: falling 2 · broken 1")
    page.keyboard.press("ArrowRight")
    expect(read).to_have_text("step 1: falling 1 · broken 2")
    page.keyboard.press("End")
    expect(read).to_have_text("step 9: falling 0.003906 · broken 10")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(read).to_have_text("step 5: falling 0.0625 · broken –")


def test_a_logarithmic_axis_leaves_zero_out(app: str, open_page: Open) -> None:
    page = open_page(app)
    chart = page.locator("svg[role=img]").nth(1)
    expect(chart.locator("circle")).to_have_count(3)
    assert (chart.locator(".line").get_attribute("d") or "").count("M") == 2
    labels = chart.locator("text").all_text_contents()
    assert {"10⁻²⁰", "1"} <= set(labels) and "norm (log)" in labels
    heights = [float(c.get_attribute("cy") or 0) for c in chart.locator("circle").all()]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.5)  # ten decades each


def test_a_click_hides_a_line_and_new_data_is_drawn_in_place(app: str, open_page: Open) -> None:
    page = open_page(app)
    page.get_by_role("button", name="broken").click()
    expect(page.locator("svg[role=img]").first.locator(".line")).to_have_count(1)
    expect(page.get_by_role("button", name="broken")).to_have_attribute("aria-pressed", "false")
    page.locator("svg[role=img]").first.evaluate("node => { node.dataset.kept = 'yes'; }")
    page.get_by_text("more").click()
    expect(page.locator("svg text", has_text="15").first).to_be_visible()
    expect(page.locator("svg[data-kept=yes] .line")).to_have_count(1)  # the same element, the line still hidden


def test_axe_finds_nothing(app: str, open_page: Open) -> None:
    page = open_page(app, size=(390, 844))
    for _ in in_both_schemes(page):
        found = Axe().run(page, context="[data-testid=stMain]").response["violations"]
        assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []


def test_lines_of_one_kind_are_told_apart_by_shapes_as_in_the_legend(app: str, open_page: Open) -> None:
    page = open_page(app)
    chart = page.locator("svg[role=img]").nth(3)
    outlines = "nodes => nodes.map(n => n.getAttribute('points'))"
    shapes = chart.locator(".shape").evaluate_all(outlines)
    keys = page.get_by_role("group", name="Lines shown").nth(3).locator("button")
    signs = [key.locator(".shape").evaluate_all(outlines) for key in keys.all()]
    assert [len(found) for found in signs] == [0, 1, 1, 0]  # the first of each kind goes bare
    assert signs[1] != signs[2] and set(shapes) == {signs[1][0], signs[2][0]}
