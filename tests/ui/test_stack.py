"""The editor of one's own layers: what it shows is the ledger's, and the address keeps the text."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ledger import ledger, parse
from cnnviz.training.networks.stack import STACK
from cnnviz.training.stackable import checked
from cnnviz.ui.training import stack

PAGE = """
import streamlit as st
from cnnviz.ui.training import stack
st.text(stack.section(key="own", classes=7))
"""


def opened(**query: str) -> AppTest:
    app = AppTest.from_string(PAGE)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def test_the_text_is_that_of_the_address() -> None:
    assert opened().text[0].value == STACK
    app = opened(own="conv 4 3\nfc 7")
    assert app.text[0].value == "conv 4 3\nfc 7"
    assert app.query_params["own"] == "conv 4 3\nfc 7"


@pytest.mark.parametrize("text", ["", "x" * 4001])
def test_a_text_that_no_training_can_have_is_not_taken_from_the_address(text: str) -> None:
    assert opened(own=text).text[0].value == STACK


def test_the_sheet_has_the_ledgers_numbers() -> None:
    whole = ledger(parse(STACK), (3, 32, 32))
    sheet = stack.sheet_of(STACK, 10)
    assert sheet.problem == "" and sheet.totals[0][0] == f"{whole.params:,}"
    assert sum(cell.params_share for cell in sheet.cells) == pytest.approx(1)
    assert sum(cell.macs_share for cell in sheet.cells) == pytest.approx(1)
    assert [cell.line for cell in sheet.cells] == list(range(1, 8))
    assert sheet.cells[0].output == "16×32×32" and sheet.cells[-1].output == "10"


def test_a_mistake_is_told_at_its_line_and_what_comes_before_is_counted() -> None:
    sheet = stack.sheet_of("conv 16 3\nconvv\nfc 10", 10)
    assert (sheet.at, [cell.line for cell in sheet.cells]) == (2, [1])
    assert "try 'conv'" in sheet.problem
    assert stack.sheet_of("\n", 10).cells == []


@pytest.mark.parametrize("classes", [2, 10, 37])
def test_every_starting_point_can_be_trained_as_it_is(classes: int) -> None:
    titles = [title for title, _ in stack.starts(classes)]
    assert {"LeNet-5", "ConvNetJS", "Small VGG"} <= set(titles)
    for _, text in stack.starts(classes):
        assert checked(text, classes=classes).problem == ""
