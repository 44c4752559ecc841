"""The batch normalization page in Chromium: dots dragged, numbers written, a training watched, links that restore."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, settle, shrink_to_a_phone, stands_above_the_fold

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def figure(page: Page) -> Locator:
    """The main figure: the first of its kind."""
    return page.locator(".batch").first


def row(page: Page, r: int) -> list[str]:
    """The numbers of a row of the main table."""
    cells = figure(page).locator(f"tbody tr >> nth={r}").locator("td")
    cells.first.wait_for()
    return cells.evaluate_all("cells => cells.map((c) => c.firstElementChild?.value ?? c.textContent)")


def values(cells: list[str]) -> list[float]:
    return [float(cell.replace("−", "-")) for cell in cells]


def test_a_dragged_dot_moves_all_outputs_at_once_and_as_the_server_does(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/batch_norm")
    before = row(page, 3)
    assert before == ["−1.683", "0.1056", "1.894", "3.683"]
    dots = figure(page).locator("circle.hold")
    box, beside = dots.nth(3).bounding_box(), dots.nth(2).bounding_box()
    assert box and beside
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 1.5 * (box["x"] - beside["x"]), y, steps=4)
    while_dragged = [row(page, r) for r in range(4)]
    assert while_dragged[0][:3] == ["1", "2", "3"] and while_dragged[0][3] != "4"
    assert all(now != then for now, then in zip(while_dragged[3], before, strict=True))
    page.mouse.up()
    page.wait_for_url(re.compile("bn-numbers=1"))
    settle(page)
    assert row(page, 0) == while_dragged[0]
    assert values(row(page, 3)) == pytest.approx(values(while_dragged[3]), abs=2e-3)  # both show four digits
    again = open_page(page.url)
    assert row(again, 3) == row(page, 3)


def test_in_evaluation_the_others_stay(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/batch_norm?bn-mode=eval")
    before = row(page, 3)
    field = figure(page).get_by_label("x of example 2")
    field.fill("9.5")
    field.press("Enter")
    page.wait_for_url(re.compile(r"bn-numbers=1[+%20]+9\.5"))
    settle(page)
    expect(figure(page).locator("tbody tr >> nth=3").locator("td >> nth=1")).not_to_have_text(before[1])
    after = row(page, 3)
    assert after[0] == before[0] and after[2:] == before[2:]


def test_a_gradient_is_written_into_the_table_and_its_sum_stays_0(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/batch_norm")
    field = page.get_by_label("∂ℓ/∂y of example 3")
    field.fill("-2")
    field.press("Enter")
    page.wait_for_url(re.compile("bn-upstream=1"))
    settle(page)
    expect(page.get_by_role("textbox", name="Gradient that arrives")).to_have_value("1 0 -2 0")
    expect(page.get_by_text("Σ ∂ℓ/∂xᵢ = 0: adding a constant")).to_be_visible()


def test_an_example_is_one_click_and_reset_goes_back(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/batch_norm")
    name = "A batch of one"
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name)).first.click()
    settle(page)
    expect(page.get_by_text("PyTorch refuses it in training")).to_be_visible()
    assert row(page, 3) == ["1"]
    page.get_by_role("button", name="Reset").click()
    settle(page)
    expect(figure(page).locator("tbody tr >> nth=3").locator("td >> nth=3")).to_have_text("3.683")


def test_the_recorded_run_is_there_at_once(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/batch_norm?bn-train-activation=sigmoid")
    expect(page.get_by_role("cell", name="without", exact=True)).to_be_visible()
    chart = page.get_by_label(re.compile("loss of eight runs"))
    assert "Guessing gives 50" in (chart.get_attribute("aria-label") or "")


def test_figure_and_controls_are_above_the_fold_and_fit_a_phone(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/batch_norm")
    stands_above_the_fold(page, ".batch", "[data-testid=stExpander]")
    shrink_to_a_phone(page)
    for picture in page.locator(".batch svg, .squash svg, .histograms svg, .blocks svg").all():
        box = picture.bounding_box()
        assert box is not None and box["width"] <= 360
        assert len(picture.get_attribute("aria-label") or "") > 20
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
