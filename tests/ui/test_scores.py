"""The lecture on scores and loss: the decks' numbers, links that restore it, code that reproduces it, mistakes told."""

from __future__ import annotations

import math
import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.paths import PAGES
from cnnviz.scores.written import parse, probabilities
from cnnviz.ui.components.scoreboard import Board
from cnnviz.ui.scoring import board as figure
from cnnviz.ui.scoring import counting, starting, stepping
from cnnviz.ui.scoring.counting import Layer, counts
from cnnviz.ui.scoring.examples import EXAMPLES, RESNET50, SIZES
from tests.ui.opening import formulas, on_page, rerun_seconds, text

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
opened = partial(on_page, "scores")


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch) -> list[Board]:
    """What the page gives to the browser to draw."""
    drawn: list[Board] = []
    original = figure.scoreboard

    def note(board: Board, **more: Any) -> None:
        drawn.append(board)
        original(board, **more)

    monkeypatch.setattr(figure, "scoreboard", note)
    return drawn


LOSSES = {
    "All zero: ln 10": "2.302585",
    "ImageNet: ln 1000": "6.907755",
    "Eskimo dog?": f"{-math.log(0.48957556):.6f}",
    "T → 0: only the best": "40.000000",
}


def test_every_example_stands_after_one_click_and_is_told_in_three_sentences(boards: list[Board]) -> None:
    app = opened(score_look="signed")
    for example in EXAMPLES:
        app.pills(key="example").set_value(example.title).run()
        assert not app.exception and not app.error and not app.warning
        assert f"**{example.title}.**" in text(app)
        assert example.note.count(". ") <= 3
        assert f"= {LOSSES.get(example.title, '')}" in formulas(app)
    assert set(LOSSES) <= {example.title for example in EXAMPLES}
    for example in SIZES:
        app.pills(key="size-example").set_value(example.title).run()
        assert f"**{example.title}.**" in text(app)
    assert boards


def test_the_scores_of_the_prediction_give_its_probabilities() -> None:
    p = probabilities(parse(RESNET50))
    np.testing.assert_allclose(p[:3], [0.48957556, 0.35920256, 0.15049036], atol=1e-8)
    assert p[:3].sum() == pytest.approx(0.99926848, abs=1e-8)
    assert 997 * p[3] == pytest.approx(0.00073152, abs=1e-8)


@pytest.mark.parametrize(
    ("layer", "inputs", "weights"),
    [
        (Layer(), 3072, 30_720),
        (Layer(200, "1", "40000"), 40_000, 1_600_000_000),
        (Layer(200, "3", "40000"), 120_000, 4_800_000_000),
        (Layer(150, "3", "10"), 67_500, 675_000),
    ],
)
def test_sizes_of_the_deck(layer: Layer, inputs: int, weights: int) -> None:
    assert counts(layer) == (inputs, weights, weights + int(layer.outputs))
    assert f"{weights:,}".replace(",", "{,}") in counting.formulas(layer)[0]


LINKS = [
    {},
    {"score_label": "9", "score_class": "2", "score_temperature": "2.5"},
    {"score_weights": "shapes", "score_picture": "shape", "score_shape_number": "7", "score_look": "signed"},
    {"score_weights": "untrained", "score_start_scale": "0.01", "score_start_seed": "3", "picture": "coffee"},
    {"score_of": "own", "score_own": "cat 3.2; dog 5.1; -1.7", "score_label": "1", "score_temperature": "0.3"},
    {"score_of": "own", "score_own": "a 1; 500 x others -2"},
]


def restored(app: AppTest, link: dict[str, str]) -> None:
    for key, value in link.items():
        name = key.replace("_", "-")
        widgets = [*app.selectbox, *app.slider, *app.text_area]
        shown = next((widget.value for widget in widgets if widget.key == name), None)
        assert str(app.session_state[name] if shown is None else shown) == value
    assert not app.warning and not app.toast


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_a_link_restores_every_control_and_the_code_gives_the_numbers(
    link: dict[str, str], boards: list[Board]
) -> None:
    app = opened(**link)
    restored(app, link)
    names: dict[str, Any] = {}
    exec(app.code[0].value, names)  # noqa: S102 (the page's own lines)
    board = boards[-1]
    z = names["z"].detach()
    shown = torch.tensor(np.repeat([row.score for row in board.rows], [row.count for row in board.rows]))
    assert torch.allclose(z, shown, rtol=0, atol=1e-9)
    assert f"= {names['loss'].item():.6f}" in formulas(app)
    slope = torch.softmax(shown / board.temperature, 0)
    slope[names["label"]] -= 1
    assert torch.allclose(names["z"].grad, slope / board.temperature, rtol=0, atol=1e-12)


def test_the_picture_names_its_own_class_as_the_true_one(boards: list[Board]) -> None:
    opened()
    assert boards[-1].rows[boards[-1].label].name == "cat"
    opened(score_weights="shapes", score_picture="shape", score_shape_number="0")
    assert boards[-1].rows[boards[-1].label].name != "cat"


def test_the_sum_in_view_is_written_out_and_adds_up(boards: list[Board]) -> None:
    opened(score_class="5")
    board = boards[-1]
    assert board.seen is not None
    *parts, score = (float(line.split(": ")[1].replace("−", "-")) for line in board.seen.told)
    assert sum(parts) == pytest.approx(score, abs=0.02)
    assert board.seen.terms.sum() + parts[-1] == pytest.approx(board.rows[5].score, abs=0.006)


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        ({"score_own": "cat"}, "such as cat 3.2"),
        ({"score_own": "5"}, "at least two"),
        ({"score_own": "10 x all 0"}, "row of its own"),
        ({"score_own": "1, 1e99"}, "keep to a million"),
    ],
)
def test_what_cannot_be_read_is_told_and_something_is_drawn(
    query: dict[str, str], fix: str, boards: list[Board]
) -> None:
    app = opened(score_of="own", **query)
    assert len(app.warning) == 1
    assert fix in app.warning[0].value
    assert len(boards[-1].rows) == 10


def test_nonsense_in_the_link_is_put_right(boards: list[Board]) -> None:
    app = opened(score_temperature="0", score_label="cat", score_weights="best")
    assert boards[-1].temperature == 1
    assert len(app.toast) == 1
    opened(score_of="own", score_own="a 1; b 2; 4 x c 0", score_label="77")
    assert boards[-1].label == 0


def test_names_that_a_student_types_are_plain_text_in_the_formula() -> None:
    app = opened(score_of="own", score_own=r"\frac{a}_$b 1; <b>c 2")
    assert "$" not in formulas(app).replace("$$", "") and r"\frac{a}" not in formulas(app)


def test_one_step_lowers_the_loss_of_the_picture_and_rate_0_changes_nothing() -> None:
    app = opened(step_rate="0.001")
    told = next(block.value for block in app.markdown if "Loss of this picture" in block.value)
    before, after = (float(part) for part in told.split("picture: **")[1].split("**")[0].split(" → "))
    assert after < before
    still = next(block.value for block in opened(step_rate="0").markdown if "Loss of this picture" in block.value)
    assert f"**{before:.3f} → {before:.3f}**" in still


def test_typed_scores_have_no_weights_to_step() -> None:
    assert "choose *a picture and W* above" in text(opened(score_of="own"))


def test_the_start_is_told_for_every_number_of_classes() -> None:
    for classes in (2, 10, 100):
        assert f"**{math.log(classes):.6f}**" in starting.reading(classes)


def test_the_page_never_imports_torch() -> None:
    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(PAGES / 'scores.py')!r}, default_timeout=60).run()\n"
        "assert not app.exception and not app.error\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_rerun_is_fast() -> None:
    app = opened()
    assert rerun_seconds(app) < 0.06


def test_what_the_others_lose_is_told_from_their_curve() -> None:
    rates = np.array(stepping.CURVE)
    told = stepping.forgetting((2.0 + 40 * (np.log10(rates / 1e-3) ** 2) / 100).tolist())
    assert "least at η = 0.001" in told
    assert "forgotten" not in told
    assert "from η = 0.008 they are being **forgotten**" in stepping.forgetting((2 + 30 * rates).tolist())
