"""Every lecture in a real browser: cold deep link, no error, nothing asked of another machine, accessible."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from cnnviz.ui.lecture import lectures
from tests.browser.conftest import Open, Watched, dark, in_both_schemes, pages, serving, settle

NAME_OF_FOCUS = "(e => (e.getAttribute('aria-label') || e.textContent || '').trim())(document.activeElement)"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


# a server of its own each: two pages here, all of them in `make test-all`
KINDS = ("", "cam")
COLD = [pytest.param(name, marks=() if name in KINDS else pytest.mark.slow) for name in pages()]


@pytest.mark.parametrize("name", COLD)
def test_a_fresh_server_answers_a_deep_link_with_the_whole_app(chromium: Browser, name: str) -> None:
    with serving() as address:
        page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
        watched = Watched(page, address)
        page.goto(f"{address}/{name}?big=true")
        settle(page)
        expect(page.locator("[data-testid=stTopNavLinkContainer], [data-testid=stTopNavSection]").first).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
        assert "big=true" in page.url
        assert page.url.split("?")[0].rstrip("/") == f"{address}/{name}".rstrip("/")
        assert watched.faults == []
        page.context.close()


def wider_than_a_phone(page: Page) -> list[int]:
    """The widths of the page and of its main part where they exceed 390 px."""
    nodes = "[document.scrollingElement, document.querySelector('[data-testid=stMain]')]"
    return [width for width in page.evaluate(f"{nodes}.map((node) => node.scrollWidth)") if width > 390]


def broken_rules(page: Page) -> list[tuple[str, list[str]]]:
    """The serious findings of axe in our own part of the page."""
    found = Axe().run(page, context="[data-testid=stMain]").response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    return [
        (v["id"], node["target"]) for v in serious for node in v["nodes"] if "stFileUploader" not in str(node["html"])
    ]


def lasting(page: Page, faults: Callable[[Page], Sequence[object]]) -> Sequence[object]:
    """What is still at fault after three seconds: fonts come late, and what fades in has no contrast meanwhile."""
    found = faults(page)
    for _ in range(3):
        if not found:
            break
        page.wait_for_timeout(1000)
        found = faults(page)
    return found


@pytest.mark.parametrize("name", pages())
def test_no_page_is_wider_than_the_screen_or_breaks_a_rule_of_accessibility(
    server: str, open_page: Open, name: str
) -> None:
    """With the tabulator, too, each control in view is reached; one opening of the page for all, also in the dark."""
    page = open_page(f"{server}/{name}", size=(390, 844))
    assert lasting(page, wider_than_a_phone) == []
    assert lasting(page, broken_rules) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    settle(page)
    page.wait_for_timeout(500)  # formulas are as wide as before until the columns have found their place
    for scheme in in_both_schemes(page):
        assert lasting(page, broken_rules) == [], scheme
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(NAME_OF_FOCUS))
    assert len(reached) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("name", pages())
def test_a_page_opened_in_the_dark_keeps_both_promises(server: str, open_page: Open, name: str) -> None:
    page = open_page(f"{server}/{name}", size=(390, 844), scheme="dark")
    assert dark(page)
    assert lasting(page, wider_than_a_phone) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    settle(page)
    page.wait_for_timeout(500)
    assert lasting(page, broken_rules) == []


def test_on_paper_a_lecture_stands_as_on_the_screen_without_its_tools(server: str, open_page: Open) -> None:
    """Nothing wider than the sheet, nothing on top of what follows, no buttons that paper cannot press."""
    page = open_page(f"{server}/convolution")
    strip = page.get_by_text("Take it with you")
    expect(strip).to_be_visible()
    page.wait_for_function("document.documentElement.style.getPropertyValue('--cnnviz-screen')")
    before = page.locator(".stMainBlockContainer > div").first.evaluate("node => node.clientWidth")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")  # as the browser does before it lays out paper
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1047, "height": 718})  # A4 across, with its margins
    block = page.locator(".stMainBlockContainer")
    expect(block).to_have_css("width", f"{before}px")  # before zoom: canvases keep the width they were drawn for
    box = block.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 1047
    for name in ("Copy link", "Reset", "Output (npy)", "Show the code"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    figure, sources = strip.bounding_box(), page.get_by_text("Sources:").bounding_box()
    assert figure is not None and sources is not None and figure["y"] + figure["height"] <= sources["y"]


def test_a_picture_of_the_home_page_opens_its_lecture_as_shown(server: str, open_page: Open) -> None:
    page = open_page(server)
    pictures = page.locator(".cards img")
    expect(pictures.first).to_be_visible()
    assert pictures.count() == sum(len(lecture.pictures) for lecture in lectures().values())
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("naturalWidth", 480)
    chosen = next(p for lecture in lectures().values() for p in lecture.pictures if p.query.get("pool-kind"))
    link = page.get_by_role("link", name=chosen.label)
    assert link.get_attribute("href") == "pooling?pool-kind=average"  # also opens in a new tab
    link.click()
    page.wait_for_url(re.compile(r"/pooling\?pool-kind=average"))
    expect(page.get_by_role("heading", name="Pooling")).to_be_visible()
    page.go_back()
    page.wait_for_url(re.compile(r":\d+/(\?.*)?$"))
    page.get_by_role("link", name="Open Network ledger").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ledger$"))
