"""The occlusion page: what is covered, what the maps say of it, and what the student's hand tells the server."""

from __future__ import annotations

import base64
import json
import re
import runpy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import jobs
from cnnviz.data.images import encode_png
from cnnviz.data.samples import sample
from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.jobs import Snapshot
from cnnviz.models import load
from cnnviz.occlusion import Patch, cover, highest, occlude
from cnnviz.paths import PAGES
from cnnviz.ui.occluding import searching
from cnnviz.ui.occluding.examples import EXAMPLES

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
SMALL = {"network": "cifar-fast", "patch": "40", "stride": "half"}  # 13 of 32 pixels: 16 to 35 places, milliseconds


@cache
def _events(settings: Any) -> tuple[Any, ...]:
    return tuple(INSPECTIONS["occlusion"].run(settings))


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A worker whose runs are over at once; what it was asked is in the list."""
    asked: list[Any] = []

    def submit(_task: Any, settings: Any, **_more: Any) -> str:
        asked.append(settings)
        return "0"

    def find(_task: Any, settings: Any, **_more: Any) -> Snapshot | None:
        if settings not in asked:
            return None
        return Snapshot("0", "occlusion", "done", progress=1.0, seconds=1.0, events=_events(settings))

    for name, double in (("submit", submit), ("find", find), ("recorded", lambda *_: None)):
        monkeypatch.setattr(jobs, name, double)
    return asked


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "occlusion.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def text(app: AppTest) -> str:
    return " ".join(block.value for block in (*app.markdown, *app.caption))


def numbers(app: AppTest) -> list[float]:
    """Score, score under the patch, and their difference, as the formula writes them."""
    written = next(block.value for block in app.latex if r"\Delta_{(" in block.value)
    return [float(x) for x in re.findall(r"[-+]?\d+\.\d+", written.replace(" - ", " "))]


def sent(app: AppTest, component: str = "occluder_answer") -> Any:
    """The data of a component as it travels to the browser."""
    blocks = [each.proto for each in app.get("bidi_component")]
    return json.loads(next(each.json for each in blocks if each.component_name == f"cnnviz.{component}"))[0]


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the browser is about to tell of the student's hand; told once, when the figure is drawn."""
    from cnnviz.ui.occluding import dragging

    pending: dict[str, Any] = {}

    def occluder(photo: Any, *, on_did: Any, **_more: Any) -> None:
        assert photo.picture.startswith("data:image/")
        if pending:
            dragging.take(on_did.args[0], dict(pending))
            pending.clear()

    monkeypatch.setattr(dragging, "occluder", occluder)
    return pending


def test_the_formula_is_one_forward_pass_with_the_patch(worker: list[Any]) -> None:
    app = opened(at="16.136")
    network = load("photo")
    view = network.view(sample("cat"))
    clean, now = (float(cover(network, view, boxes, "gray").max()) for boxes in ([], [(16, 136, 32, 32)]))
    assert numbers(app) == pytest.approx([clean, now, clean - now], abs=6e-4)
    assert sent(app)["standing"]["at"] == [16, 136]
    bars = {bar["name"]: bar for bar in sent(app)["said"]}
    assert bars["cat"]["clean"] == pytest.approx(clean, abs=1e-4) and bars["cat"]["now"] == pytest.approx(now, abs=1e-4)
    assert "visits 135 places" in text(app)  # (160 - 32) / 16 + 1 rows, ceil((241 - 32) / 16) + 1 columns


def test_without_maps_the_page_says_what_to_do(worker: list[Any]) -> None:
    app = opened()
    assert not app.exception and not app.error
    assert "Press *Compute the maps*" in text(app)
    assert not app.get("download_button")


def test_a_patch_that_moves_changes_the_bars_and_not_the_link(worker: list[Any], hand: dict[str, Any]) -> None:
    app = opened(**SMALL)
    before = sent(app)
    hand.update(what="move", at=[0, 0], n=7)
    after = sent(app.run())
    assert after["standing"]["at"] == [0, 0] and after["standing"]["answered"] == 7
    assert after["said"] != before["said"]
    assert "at" not in app.query_params


def test_a_patch_that_is_let_go_and_kept_stands_in_the_link(worker: list[Any], hand: dict[str, Any]) -> None:
    app = opened(**SMALL)
    hand.update(what="place", at=[900, -4], n=8)  # beyond the view: moved inside
    app.run()
    assert app.query_params["at"] == "19.0"
    hand.update(what="keep", at=[2, 3], n=9)
    app.run()
    assert app.query_params["kept"] == "2.3.13.13"
    assert sent(app)["words"]["trail"].count("→") == 2
    again = opened(**SMALL, at="2.3", kept="2.3.13.13")
    assert sent(again)["said"] == sent(app)["said"] and sent(again)["standing"]["kept"] == [[2, 3, 13, 13]]
    hand.update(what="undo", at=[2, 3], n=10)
    app.run()
    assert "kept" not in app.query_params


@pytest.mark.parametrize(
    "told", [{}, {"what": "move"}, {"what": "keep", "at": "1.2", "n": "x"}, {"what": 3, "at": [None]}]
)
def test_nonsense_from_the_browser_changes_nothing_it_should_not(
    told: dict[str, Any], worker: list[Any], hand: dict[str, Any]
) -> None:
    app = opened(**SMALL)
    hand.update(told)
    app.run()
    assert not app.exception and not app.error
    top, left = sent(app)["standing"]["at"]
    assert 0 <= top <= 19 and 0 <= left <= 19


def test_the_search_puts_the_patch_where_the_score_is_highest_and_goes_on_from_there(
    worker: list[Any], hand: dict[str, Any]
) -> None:
    app = opened(**SMALL, picture="camera")
    network = load("cifar-fast")
    view, patch = network.view(sample("camera")), Patch(13, 13, 6, 6)
    scores = [float(sent(app)["said"][0]["clean"])]
    boxes: list[tuple[int, int, int, int]] = []
    for _ in range(2):
        hand.update(what="seek", at=sent(app)["standing"]["at"], n=1)
        app.run()
        target = network.index(sent(app)["chosen"])
        *_, found = occlude(network, view, patch, target=target, covered=boxes)
        best = highest(found)
        assert best is not None
        if best.drop >= 0:
            assert "does not rise" in sent(app)["standing"]["search"]
            return
        boxes.append(best.box)
        scores.append(best.probability)
        assert sent(app)["standing"]["at"] == list(best.box[:2]) and not sent(app)["standing"]["busy"]
        assert sent(app)["said"][0]["now"] == pytest.approx(best.probability, abs=2e-4)
    assert scores == sorted(scores)
    assert sent(app)["words"]["seek"].startswith("Keep it")


def test_the_maps_follow_the_run_and_the_words_their_numbers(worker: list[Any]) -> None:
    app = opened(**SMALL)
    app.button(key="occlusion-start").click().run()
    assert not app.exception and not app.error
    data = sent(app, "occluder_maps")
    network = load("cifar-fast")
    *_, found = occlude(network, network.view(sample("cat")), Patch(13, 13, 6, 6))
    values = np.frombuffer(base64.b64decode(data["values"]), "<f4").reshape(found.rows, found.columns)
    assert values == pytest.approx(found.probability, abs=1e-3)
    assert data["tops"] == found.tops.tolist() and data["clean"] == pytest.approx(
        float(found.clean[found.target]), abs=1e-3
    )
    assert len(app.get("download_button")) == 3
    strongest = float(np.nanmax(found.drop))
    assert f"**{strongest:.3f}**" in text(app) or "No place costs" in text(app)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.title)
def test_every_example_sets_the_page(example: Any, worker: list[Any]) -> None:
    app = opened(fill="noise")
    app.get_by_key("example").set_value(example.title).run()
    assert not app.exception and not app.error
    assert all(app.session_state[key] == value for key, value in example.values.items())
    assert example.note in text(app)


def test_a_link_restores_the_page_and_reset_clears_it(worker: list[Any]) -> None:
    app = opened(
        picture="coffee", patch="30", fill="blur", stride="whole", at="10.20", kept="0.0.48.48", **{"class": "cup"}
    )
    assert (app.slider(key="patch").value, app.selectbox(key="fill").value) == (30, "blur")
    standing = sent(app)["standing"]
    assert (standing["at"], standing["patch"], standing["kept"]) == ([10, 20], [48, 48], [[0, 0, 48, 48]])
    assert sent(app)["chosen"] == "cup"
    app.button(key="reset").click().run()
    assert sent(app)["standing"]["kept"] == [] and "kept" not in app.query_params


@pytest.mark.parametrize(
    "query",
    [
        {"at": "<script>"},
        {"at": "99999.1", "kept": "1.2.3"},
        {"kept": "_".join(["1.1.1.1"] * 99), "fill": "lava", "stride": "-1"},
        {"patch": "1000", "class": "no such class", "map-opacity": "7"},
    ],
)
def test_a_nonsense_link_gives_the_default(query: dict[str, str], worker: list[Any]) -> None:
    app = opened(**query)
    assert not app.exception and not app.error
    assert sent(app)["standing"]["patch"] == [32, 32] and sent(app)["standing"]["kept"] == []


def test_places_of_another_picture_are_moved_inside(worker: list[Any]) -> None:
    app = opened(**SMALL, at="140.200", kept="20.20.48.48_150.150.9.9")
    standing = sent(app)["standing"]
    assert standing["at"] == [19, 19] and standing["kept"] == [[20, 20, 12, 12]]


def test_an_upload_is_carried_to_the_worker_and_a_bad_one_refused(worker: list[Any]) -> None:
    app = opened(**SMALL)
    app.file_uploader[0].set_value(("cup.png", encode_png(sample("coffee")), "image/png")).run()
    assert "your photo" in sent(app)["words"]["alt"]
    app.button(key="occlusion-start").click().run()
    assert worker[-1].picture.startswith("png:") and not app.exception and not app.error
    app.file_uploader[0].set_value(("cup.png", b"\x89PNG but no more", "image/png")).run()
    assert len(app.error) == 1 and len(app.error[0].value) <= 140


def test_too_many_places_are_refused_in_a_sentence(worker: list[Any]) -> None:
    app = opened(patch="5", stride="eighth")
    assert not app.exception and not app.error
    assert "choose larger strides" in app.info[0].value
    assert numbers(app)  # the patch can still be dragged


def test_the_code_shown_reproduces_the_numbers_shown(
    worker: list[Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    app = opened(**SMALL)
    app.button(key="occlusion-start").click().run()
    script = tmp_path / "shown.py"
    script.write_text(app.code[0].value)
    runpy.run_path(str(script))
    first, low, _ = capsys.readouterr().out.splitlines()
    assert float(first.split()[-1]) == pytest.approx(numbers(app)[0], abs=6e-4)
    strongest = float(low.split()[-1])
    assert f"**{strongest:.3f}**" in text(app) or strongest <= 0


def test_the_settings_of_an_untouched_page_are_those_of_the_recording(
    worker: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "find", lambda *_args, **_more: None)
    opened().button(key="occlusion-start").click().run()
    assert worker == [INSPECTIONS["occlusion"].settings()]


def test_a_search_that_cannot_be_asked_for_is_told(
    worker: list[Any], hand: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> str:
        raise jobs.Busy("The queue is full; try again in a minute.")

    monkeypatch.setattr(jobs, "submit", full)
    app = opened(**SMALL)
    hand.update(what="seek", at=[0, 0], n=1)
    app.run()
    assert sent(app)["standing"]["search"] == "The queue is full; try again in a minute."
    assert searching.SEEKING not in app.session_state
