"""The lecture on scores in Chromium: a score typed, a row clicked, the temperature slid, a training watched, links."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from cnnviz.scores.written import loss as written_loss
from cnnviz.scores.written import parse, probabilities
from tests.browser.conftest import Open, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def loss(page: Page) -> float:
    return float(page.locator(".loss b").inner_text().replace("−", "-"))


def test_a_typed_score_becomes_the_students_own_and_the_link_restores_it(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/scores")
    before = loss(page)
    page.get_by_label("Score of cat").fill("9.5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Your scores")).to_have_value(re.compile(r"cat 9\.5; deer"), timeout=20_000)
    settle(page)
    assert loss(page) < before
    again = open_page(page.url)
    expect(again.get_by_label("Score of cat")).to_have_value("9.50")
    assert loss(again) == loss(page)


def test_a_row_is_written_out_and_another_class_is_called_true(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/scores")
    page.get_by_label("horse: write out its sum").click()
    page.wait_for_url(re.compile("score-class=7"))
    settle(page)
    expect(page.locator(".terms figcaption")).to_have_text("w ⊙ x for horse")
    page.get_by_label("dog is the true class").focus()
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("score-label=5"))
    expect(page.locator(".loss")).to_contain_text("p(dog)")


def test_the_temperature_is_slid_at_once_told_later_and_reset(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/scores?score-of=own&score-own=a 0; b 1")
    slider = page.get_by_label("Temperature")
    slider.focus()
    cold = loss(page)
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    assert loss(page) < cold  # b leads; the warmer, the more is left for a
    page.wait_for_url(re.compile("score-temperature="))
    settle(page)
    warm = page.locator(".heat output").inner_text()
    assert warm != "T = 1"
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".heat output")).to_have_text("T = 1")


def test_the_softmax_in_the_browser_is_that_of_the_server(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/scores?score-of=own&score-own=a 2.5; b -1; 40 x others 0.5&score-temperature=0.7")
    rows = parse("a 2.5; b -1; 40 x others 0.5")
    assert loss(page) == pytest.approx(written_loss(rows, 0, temperature=0.7), abs=6e-4)
    shares = [text.split("\u00a0")[0].split()[0] for text in page.locator(".row:not(.head) .p b").all_inner_texts()]
    told = 100 * probabilities(rows, temperature=0.7)
    assert [float(share) for share in shares] == pytest.approx(told.tolist(), abs=0.06)


def test_a_training_runs_and_its_templates_are_drawn(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/scores?linear-steps=100&linear-seed=3")
    page.get_by_role("button", name="Train it now").click()
    expect(page.get_by_text("The loss starts at 2.303").first).to_be_visible(timeout=60_000)
    expect(page.locator(".st-key-linear-tiles tbody tr")).to_have_count(6, timeout=60_000)


def test_nothing_is_wider_than_the_screen(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/scores")
    board = page.locator(".st-key-scores .root")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        settle(page)
        page.wait_for_timeout(300)
        box = board.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
        inner = board.evaluate("node => [node.scrollWidth, node.clientWidth]")
        assert inner[0] <= inner[1] + 1
