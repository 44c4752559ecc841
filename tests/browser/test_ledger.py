"""The ledger as a student uses it: keys move the box, a click the unit, what is settled stands in the link."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.ledger import ARCHITECTURES, field_box, ledger
from tests.browser.conftest import Open, settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
expect.set_options(timeout=30_000)  # a busy machine answers late
CHOSEN = "tr[aria-selected=true]"


def told(page: Page) -> Locator:
    return page.locator("output.told")


def box(page: Page) -> tuple[str, int, int]:
    """Row, height and width of the box as told in words."""
    found = re.match(r"(\S+): unit .* sees ([\d,]+)×([\d,]+) pixels", told(page).inner_text())
    assert found
    return found[1], int(found[2].replace(",", "")), int(found[3].replace(",", ""))


def test_picture_and_table_are_above_the_fold(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger")
    for part in ("canvas.stage", ".pane"):
        expect(page.locator(part)).to_be_visible()
        where = page.locator(part).bounding_box()
        assert where is not None
        assert where["y"] >= 0 and where["y"] + where["height"] <= 800
        assert where["width"] > 300


def test_every_row_has_the_box_that_the_ledger_says(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger?net=vgg11&rows=all")
    made = ledger(ARCHITECTURES["vgg11"])
    page.locator(".pane tbody tr").first.click()
    page.keyboard.press("Home")
    for row in made.rows:
        assert box(page) == (row.name, *field_box(row, made)[2:])
        page.keyboard.press("ArrowDown")


def test_keys_move_the_box_at_once_and_only_the_settled_row_is_in_the_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger?net=vgg16")
    page.locator(CHOSEN).focus()
    before = page.url
    moves = page.locator(".root:has(.stage)").evaluate(
        """root => [...Array(6)].map(() => {
          const row = root.querySelector("tr[aria-selected=true]");
          row.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
          return root.querySelector("output.told").textContent.split(":")[0];
        })"""
    )
    assert moves == ["conv5_3", "conv5_2", "conv5_1", "pool4", "conv4_3", "conv4_2"]
    assert page.url == before
    page.wait_for_url(re.compile("row=conv4_2"))
    settle(page)
    expect(page.get_by_text("conv4_2: the formula with these numbers")).to_be_visible()
    assert box(page) == ("conv4_2", 76, 76)
    again = open_page(page.url)
    expect(told(again)).to_contain_text("sees")
    assert box(again) == ("conv4_2", 76, 76)


def test_a_click_on_the_picture_moves_the_unit_and_arrows_move_it_on(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger?net=vgg16&row=conv5_1")
    stage = page.locator("canvas.stage")
    where = stage.bounding_box()
    assert where is not None
    stage.click(position={"x": where["width"] * 0.14, "y": where["height"] * 0.14})
    expect(told(page)).to_contain_text("unit (0, 0) of 14×14")
    stage.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(told(page)).to_contain_text("unit (1, 2) of 14×14")
    page.wait_for_url(re.compile("unit=1%2C2"))
    expect(told(open_page(page.url))).to_contain_text("unit (1, 2)")


def test_the_measured_field_is_drawn_for_the_settled_row(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger?net=vgg16&row=conv3_1")
    expect(told(page)).to_contain_text("sees")
    plain = page.locator("canvas.stage").evaluate("c => c.toDataURL()")
    page.locator("input[name=heat]").check()
    expect(told(page)).to_contain_text("Half of what it gets")
    expect(page.locator(".scale")).to_be_visible()
    assert page.locator("canvas.stage").evaluate("c => c.toDataURL()") != plain
    assert "measured=yes" in page.url
    page.locator(CHOSEN).focus()
    page.keyboard.press("ArrowDown")
    expect(told(page)).to_contain_text("Measuring")
    expect(told(page)).to_contain_text("Half of what it gets")


def test_sorting_and_folding_stay_in_the_browser_and_in_the_link(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger?net=resnet50")
    page.locator("th button", has_text="Parameters").click()
    expect(page.locator(".pane tbody tr td").first).to_have_text(re.compile("conv|fc"))
    counts = [int(text.replace(",", "")) for text in page.locator(".pane tbody td:nth-child(4)").all_inner_texts()[:20]]
    assert counts == sorted(counts, reverse=True)
    expect(page.locator("th[data-key=params]")).to_have_attribute("aria-sort", "descending")
    page.wait_for_url(re.compile("sort=-params"))
    everything = page.locator(".pane tbody tr").count()
    page.locator("select[name=kept]").select_option("blocks")
    assert page.locator(".pane tbody tr").count() < everything / 3
    page.wait_for_url(re.compile("rows=blocks"))
    again = open_page(page.url)
    expect(again.locator(".pane tbody tr")).to_have_count(page.locator(".pane tbody tr").count())
    assert again.locator(".pane tbody tr").all_inner_texts() == page.locator(".pane tbody tr").all_inner_texts()


def test_an_own_stack_counts_while_it_is_edited_and_names_the_line_that_is_wrong(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger?net=own")
    expect(page.locator(".totals strong").first).to_have_text("22,466")
    area = page.get_by_role("textbox", name="One layer per line")
    area.fill("conv 8 3 p1\nrelu\nfc 10")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".totals strong").first).to_have_text(f"{8 * 28 + 10 * (8 * 32 * 32 + 1):,}")
    settle(page)
    again = open_page(page.url)
    expect(again.locator(".totals strong").first).to_have_text("82,154")
    area.fill("conv 8 3 p1\n<img src=x onerror=alert(1)>\nfc 10")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("Line 2")
    expect(page.locator(".totals strong").first).to_have_text("224")


def test_another_network_starts_afresh_and_a_preset_leads(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger")
    page.locator(CHOSEN).focus()
    page.keyboard.press("Home")
    page.get_by_role("radio", name="AlexNet: 34,944").or_(page.get_by_role("button", name="AlexNet: 34,944")).click()
    page.wait_for_url(re.compile("net=alexnet-one-tower"))
    expect(page.locator(".totals strong").first).to_have_text("62,378,344")
    expect(told(page)).to_contain_text("conv1: unit (27, 27) of 55×55 sees 11×11 pixels")
    expect(page.get_by_text("44.9×10⁹")).to_be_visible()


def test_the_scatter_points_at_its_rows_and_sorts(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger?ask=keras")
    expect(page.locator(".shape[data-name]")).to_have_count(33)
    page.locator("tr[data-name=VGG16]").hover()
    expect(page.locator(".shape.now")).to_have_attribute("data-name", "VGG16")
    expect(page.locator("output.named")).to_contain_text("138.4")
    page.locator("th button", has_text="GPU faster").click()
    expect(page.locator("tr[data-name]").first).to_have_attribute("data-name", "EfficientNetB7")
    page.locator("th button", has_text="GPU faster").click()
    expect(page.locator("tr[data-name]").first).to_have_attribute("data-name", "NASNetMobile")


def test_the_csv_is_the_table(server: str, open_page: Open) -> None:
    page = open_page(f"{server}/ledger?net=lenet")
    with page.expect_download() as file:
        page.get_by_role("button", name="Ledger (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(Path(file.value.path()).read_text())))
    assert sum(int(row["params"]) for row in rows) == 61_706
