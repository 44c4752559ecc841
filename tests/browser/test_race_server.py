"""The race on a page: what the server hears, and who wins when both have a say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, serving, settle
from tests.browser.test_race import ends

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

APP = """
import dataclasses
import streamlit as st
from cnnviz.landscapes import LANDSCAPES
from cnnviz.optim import RULES
from cnnviz.ui import state
from cnnviz.ui.components.race import Runner, Scene, race, viewed

st.set_page_config(layout="wide")
names = ("sgd", "momentum", "adam", "lion")
kept = st.session_state.setdefault("kept", {"start": (-0.5, -1.0), "step": None, "runner": 0})

def settled(drawn):
    st.session_state.heard = st.session_state.get("heard", 0) + 1
    view = viewed("r")
    if view is not None and drawn == kept:
        kept.update(dataclasses.asdict(view))

def preset():
    kept.update({"start": (1.0, 2.0), "step": 7, "runner": 2})

def reset():
    state.reset()
    kept.update({"start": (-0.5, -1.0), "step": None, "runner": 0})

st.button("preset", on_click=preset)
st.button("reset", on_click=reset)
bump = st.checkbox("bump")
surface = LANDSCAPES["himmelblau"]
rates = {"sgd": {"lr": 0.05 if bump else 0.01}}
usual = {n: dataclasses.asdict(RULES[n].settings()) for n in names}
runners = [Runner(n, RULES[n].title, usual[n] | rates.get(n, {})) for n in names]
scene = Scene("himmelblau", surface.title, surface.domain, kept["start"], runners, 60, goal=0.1)
race(scene, key="r", step=kept["step"], runner=kept["runner"], on_view=lambda drawn=dict(kept): settled(drawn))
st.write("kept", str(kept), "heard", st.session_state.get("heard", 0))
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page of its own with nothing but a race."""
    path = Path(tmp_path_factory.mktemp("race"), "page.py")
    path.write_text(APP, encoding="utf-8")
    with serving(str(path)) as address:
        yield address


def kept(page: Page) -> dict[str, Any]:
    settle(page)
    text = page.get_by_text("kept").first.inner_text()
    found = re.search(r"'start': \((.*?), (.*?)\), 'step': (\w+), 'runner': (\d)", text)
    assert found, text
    return {"start": (float(found[1]), float(found[2])), "step": found[3], "runner": int(found[4])}


def open_race(app: str, open_page: Open) -> tuple[Page, Locator]:
    page = open_page(app)
    root = page.locator(".race")
    page.locator(".race[data-start]").wait_for()
    return page, root


def test_the_server_hears_where_the_start_came_to_rest_and_its_echo_moves_nothing(app: str, open_page: Open) -> None:
    page, root = open_race(app, open_page)
    page.locator(".plane").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("'start': (0.0, -1.0)")).to_be_visible()
    # the next move is under way when the echo of the first arrives
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(280)
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("'start': (0.0, -0.8)")).to_be_visible()
    assert root.get_attribute("data-start") == "0 -0.8"
    assert kept(page)["start"] == (0.0, -0.8)


def test_a_preset_wins_over_what_was_dragged_and_another_rate_keeps_it(app: str, open_page: Open) -> None:
    page, root = open_race(app, open_page)
    page.locator(".plane").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("button", name="preset").click()  # at once: what was not told yet is told first
    expect(root).to_have_attribute("data-start", "1 2")
    expect(root).to_have_attribute("data-step", "7")
    expect(page.locator(".equation")).to_contain_text("Adam, step 7")
    page.wait_for_timeout(600)
    assert kept(page) == {"start": (1.0, 2.0), "step": "7", "runner": 2}
    page.locator(".plane").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("'start': (1.1, 2.0)")).to_be_visible()
    before = ends(root)
    page.get_by_text("bump").click()
    settle(page)
    assert root.get_attribute("data-start") == "1.1 2"
    after = ends(root)
    assert after[0] != before[0] and after[1:] == before[1:]
    page.locator(".plane").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="reset", exact=True).click()
    expect(root).to_have_attribute("data-start", "-0.5 -1")
    page.wait_for_timeout(600)
    assert kept(page) == {"start": (-0.5, -1.0), "step": "None", "runner": 0}


def test_a_rule_is_hidden_and_the_focus_stays_when_the_server_answers(app: str, open_page: Open) -> None:
    page, root = open_race(app, open_page)
    first = root.locator(".legend button").first
    first.focus()
    page.keyboard.press("Space")
    expect(first).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("'runner': 1")).to_be_visible()  # the one whose step was written out is gone
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(first).to_have_attribute("aria-pressed", "true")


def test_no_message_while_playing_and_none_for_nothing(app: str, open_page: Open) -> None:
    page, root = open_race(app, open_page)
    page.get_by_role("button", name="Play the race (space)").click()
    page.wait_for_timeout(900)
    page.get_by_role("button", name="Pause (space)").click()
    settle(page)
    step = root.get_attribute("data-step")
    expect(page.get_by_text(f"'step': {step}")).to_be_visible()
    expect(page.get_by_text("heard 1")).to_be_visible()
    assert int(step or 0) > 2
