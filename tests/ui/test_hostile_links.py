"""A link with anything in it opens its page: with what it knows of it, its defaults for the rest, and one note."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from streamlit.testing.v1 import AppTest, local_script_runner

from cnnviz.paths import PAGES
from cnnviz.ui.lecture import lectures
from tests.promises import quick_and_full
from tests.ui.nonsense import link, says

PAGES_ = sorted(PAGES.glob("*.py"))
NAMES = [path.stem for path in PAGES_]
RAW = "raw query string"


@pytest.fixture(autouse=True)
def _links_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest encodes a dictionary; a browser sends what stands in its address, encoded wrongly or not at all."""

    def encode(query: dict[str, Any], *, doseq: bool) -> str:
        return query[RAW] if RAW in query else urlencode(query, doseq=doseq)

    monkeypatch.setattr(local_script_runner, "parse", SimpleNamespace(urlencode=encode))


@pytest.fixture
def _own_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


def opened(name: str, query: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=120)
    if query:
        app.query_params[RAW] = query
    return app.run()


@pytest.fixture(scope="module")
def controls() -> dict[str, dict[str, Any]]:
    """What the address of each page may carry, with the defaults; read from the pages."""
    found = {}
    for name in NAMES:
        app = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=120).run()
        found[name] = app.session_state["cnnviz.defaults"] | {"big": False}
    return found


def wrong(app: AppTest, log: pytest.LogCaptureFixture) -> list[str]:
    """What must not be on a page that any link opens."""
    found = [f"exception: {each.proto.type} {each.message}"[:200] for each in app.exception]
    found += [f"error: {each.value}"[:200] for each in app.error if len(each.value) > 140 or "went wrong" in each.value]
    found += [f"log: {each.getMessage()} {each.exc_info}" for each in log.records if each.levelno >= logging.ERROR]
    found += [f"notes: {len(app.toast)}"] if len(app.toast) > 1 else []
    return found + [f"note: {each.value}" for each in app.toast if len(each.value) > 140]


def unheard(app: AppTest, query: str, controls: dict[str, Any]) -> list[str]:
    """Controls that the link asked for in vain, though the page is silent about it."""
    asked = {key: values[-1] for key, values in parse_qs(query, keep_blank_values=True).items()}
    state = app.session_state
    vain = [
        key for key, text in asked.items() if key in controls and key in state and not says(text, state[key])
    ]  # fmt: skip
    return vain if not app.toast else []


def shares(count: int) -> Iterator[tuple[str, int]]:
    """How many links each page is given."""
    yield from ((name, count // len(NAMES) + (k < count % len(NAMES))) for k, name in enumerate(NAMES))


@pytest.mark.usefixtures("_own_folder")
@pytest.mark.promise("links")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", quick_and_full(48, 2000))
def test_any_link_opens_its_page_with_what_it_knows_and_one_note(
    count: int,
    controls: dict[str, dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
    figure: Callable[[str], None],
) -> None:
    random_ = random.Random(7)
    every = sorted({key for keys in controls.values() for key in keys})
    bad, noted, began = [], 0, time.process_time()
    for name, share in shares(count):
        for _ in range(share):
            query = link(random_, controls[name], every)
            caplog.clear()
            app = opened(name, query)
            found = wrong(app, caplog) + [f"unheard: {key}" for key in unheard(app, query, controls[name])]
            bad += [f"/{name}?{query[:300]} {each}" for each in found]
            noted += len(app.toast)
    assert not bad, f"{len(bad)}:\n" + "\n".join(bad[:40])
    assert noted > count / 4
    spent = (time.process_time() - began) / count
    figure(
        f"{count:,} random links over {len(NAMES)} pages: 0 exceptions, {noted:,} noted, {1000 * spent:.0f} ms CPU each"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_link_of_the_program_itself_is_never_called_nonsense(
    name: str, controls: dict[str, dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither those of the home page nor one that asks for what is shown anyway."""
    queries = [picture.query for path, each in lectures().items() if path.stem == name for picture in each.pictures]
    plain = {key: str(value) for key, value in controls[name].items() if value is not None and value != ""}
    for query in [*queries, plain, {"big": "true"}]:
        app = opened(name, urlencode(query))
        assert not wrong(app, caplog)
        assert not [each.value for each in app.toast], query


def test_the_note_names_the_control_and_not_what_was_asked() -> None:
    app = opened("vanishing", "grad-seed=%3Cscript%3E&grad-gain=1e999&grad-width=99999999&grad-activation=x")
    (note,) = app.toast
    assert re.fullmatch(r"This link asked for a grad-\w+ and a further 3 that this page .*", note.value)
    assert app.session_state["grad-seed"] == 0
    assert not app.run().toast  # told once


@pytest.mark.parametrize("name", ["sizes", "training"])
@pytest.mark.parametrize("endless", ["inf", "-inf", "1e999", "9" * 400])
def test_a_box_for_whole_numbers_that_is_asked_for_infinity_has_its_default(name: str, endless: str) -> None:
    """Streamlit 1.67 raises OverflowError for it, at every rerun."""
    boxes = [each.key for each in opened(name, "").number_input]
    app = opened(name, "&".join(f"{key}={endless}" for key in boxes))
    for _ in range(2):
        assert not app.exception and not app.error
        assert {each.key for each in app.number_input} == set(boxes)
        app.run()
    app.number_input(key=boxes[0]).set_value(5).run()
    assert app.number_input(key=boxes[0]).value == 5 and not app.exception and not app.error
