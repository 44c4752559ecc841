"""The batch normalization page: the decks' numbers, code that reproduces them, links, mistakes told in a sentence."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.paths import PAGES
from cnnviz.ui.components.batch import Row
from cnnviz.ui.normalizing import controls, gradient, running
from cnnviz.ui.normalizing.examples import EXAMPLES
from cnnviz.ui.normalizing.numbers import number, plain
from tests.ui.opening import formulas, on_page, text

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
opened = partial(on_page, "batch_norm")
TEXTBOOK = [-1.683282, 0.105573, 1.894427, 3.683282]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Row]]:
    """The rows that the main figure gets."""
    seen: list[Sequence[Row]] = []
    original = controls.batch

    def note(rows: Sequence[Row], **more: Any) -> None:
        seen.append(rows)
        original(rows, **more)

    monkeypatch.setattr(controls, "batch", note)
    return seen


@pytest.fixture
def back(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Row]]:
    """The rows that the figure of the way back gets."""
    seen: list[Sequence[Row]] = []
    original = gradient.stems

    def note(at: Any, rows: Sequence[Row], **more: Any) -> None:
        seen.append(rows)
        original(at, rows, **more)

    monkeypatch.setattr(gradient, "stems", note)
    return seen


@pytest.fixture
def averages(monkeypatch: pytest.MonkeyPatch) -> list[list[Sequence[float]]]:
    """The lines of the chart of running statistics: the running mean, the running variance, then the batches' own."""
    seen: list[list[Sequence[float]]] = []
    original = running.curves

    def note(items: Sequence[Any], **more: Any) -> None:
        seen.append([item.y for item in items])
        original(items, **more)

    monkeypatch.setattr(running, "curves", note)
    return seen


def test_the_page_opens_with_the_textbooks_numbers(drawn: list[Sequence[Row]]) -> None:
    app = opened()
    x, centred, normalized, y = (row.values[:, 0] for row in drawn[-1])
    assert x.tolist() == [1, 2, 3, 4] and centred.tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert normalized == pytest.approx([-1.341641, -0.447214, 0.447214, 1.341641], abs=1e-5)
    assert y == pytest.approx(TEXTBOOK, abs=2e-5)
    assert r"\frac{1+2+3+4}{4} = 2.5" in formulas(app) and "= 1.25" in formulas(app)
    assert "**variance**" in text(app) and "standard deviation" in text(app)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_stands_after_one_click_and_is_told_in_three_sentences(example: Any) -> None:
    app = opened()
    app.pills[0].set_value(example.title).run()
    assert not app.exception and not app.error
    assert f"**{example.title}.**" in text(app)
    assert len(re.findall(r"[.!] ", example.note + " ")) <= 3


def test_stretched_and_shifted_is_the_same_batch(drawn: list[Sequence[Row]]) -> None:
    app = opened()
    app.pills[0].set_value("Times 10, plus 100").run()
    assert drawn[-1][0].values[:, 0].tolist() == [110, 120, 130, 140]
    assert drawn[-1][3].values[:, 0] == pytest.approx(TEXTBOOK, abs=2e-5)


def test_both_scales_of_the_deck_become_alike(drawn: list[Sequence[Row]]) -> None:
    app = opened()
    app.pills[0].set_value("Two scales").run()
    x, normalized = drawn[-1][0].values, drawn[-1][2].values
    assert x[:, 0].min() >= 1000 and x[:, 0].max() <= 2000 and x[:, 1].min() >= 0.1 and x[:, 1].max() <= 0.5
    assert normalized.std(axis=0) == pytest.approx([1, 1], abs=1e-3)
    assert "-fold** before" in text(app)


LINKS = [
    {},
    {"bn_numbers": "1 5 -2; 10 30 20", "bn_size": "3", "bn_gamma": "-1.5", "bn_gamma2": "0.5", "bn_beta2": "-2.0"},
    {"bn_source": "random", "bn_size": "8", "bn_seed": "3", "bn_seen": "20", "bn_mode": "eval", "bn_eps": "0.1"},
    {"bn_source": "pair", "bn_size": "2", "bn_seen": "0", "bn_momentum": "0.6", "bn_feature": "2"},
    {"bn_source": "scales", "bn_size": "12", "bn_mode": "eval", "bn_momentum": "1.0", "bn_upstream": "1 -2 3"},
    {"bn_size": "1", "bn_upstream": "2"},
    {"bn_size": "1", "bn_mode": "eval"},
    {"bn_numbers": "0.5 9 9", "bn_eps": "1", "bn_upstream": "0 0.25 -1"},
]


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_the_code_shown_gives_the_numbers_on_screen(
    link: dict[str, str],
    drawn: list[Sequence[Row]],
    back: list[Sequence[Row]],
    averages: list[list[Sequence[float]]],
) -> None:
    app = opened(**link)
    names: dict[str, Any] = {}
    exec(app.code[0].value, names)  # noqa: S102 (the page's own lines)
    assert names["y"].dtype == torch.float64
    assert np.allclose(names["y"].detach().numpy(), drawn[-1][3].values, rtol=1e-12, atol=1e-12)
    mean, variance = (statistic.tolist()[0] for statistic in names["running"])
    assert [line[-1] for line in averages[-1][:2]] == pytest.approx([mean, variance], rel=1e-12, abs=1e-12)
    exec(app.code[1].value, names)  # noqa: S102
    assert np.allclose(names["x"].grad.numpy(), back[-1][2].values[:, 0], rtol=0, atol=1e-12)
    assert f"= {number(float(names['gamma'].grad))}" in formulas(app)


@pytest.mark.parametrize("link", LINKS[1:], ids=str)
def test_a_link_restores_every_control(link: dict[str, str]) -> None:
    app = opened(**link)
    for key, value in link.items():
        name = key.replace("_", "-")
        widgets = [*app.selectbox, *app.slider, *app.toggle, *app.text_input]
        assert str(next(widget.value for widget in widgets if widget.key == name)) == value
    assert not app.toast


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        ({"bn_size": "1"}, "use at least 2"),
        ({"bn_numbers": "2 2 2", "bn_eps": "0"}, "ε above 0"),
        ({"bn_numbers": "1 two"}, "write numbers like"),
        ({"bn_numbers": " "}, "such as 1 2 3 4"),
        ({"bn_numbers": "1 2; 3"}, "needs a number of each"),
        ({"bn_numbers": "1 " * 13}, "at most 2 features of 12"),
        ({"bn_numbers": "1; 2; 3"}, "at most 2 features of 12"),
        ({"bn_numbers": "1 1e9"}, "keep to a million"),
        ({"bn_upstream": "one"}, "write numbers like"),
        ({"same_a": "x"}, "write numbers like"),
    ],
)
def test_what_cannot_be_is_told_with_the_fix_and_something_is_drawn(
    query: dict[str, str], fix: str, drawn: list[Sequence[Row]]
) -> None:
    app = opened(**query)
    assert len(app.warning) == 1
    assert fix in app.warning[0].value and len(app.warning[0].value) <= 190
    assert drawn


def test_a_batch_of_one_is_all_beta(drawn: list[Sequence[Row]]) -> None:
    opened(bn_size="1", bn_numbers="7", bn_beta="-2.5")
    assert drawn[-1][3].values.tolist() == [[-2.5]]


def test_nonsense_in_a_link_gives_the_default() -> None:
    app = opened(bn_mode="testing", bn_source="mine", bn_train_place="beside")
    assert app.selectbox(key="bn-mode").value == "train" and len(app.toast) == 1


def test_evaluation_does_not_look_at_the_companions() -> None:
    for first, second in (("1 2 4", "8 9 10"), ("5", "-1 7 2 2")):
        told = text(opened(same_a=first, same_b=second, bn_seen="7"))
        answers = re.search(r"In evaluation: \*\*(.+?)\*\* and \*\*(.+?)\*\*", told)
        training_ = re.search(r"In training: \*\*(.+?)\*\* in batch A, \*\*(.+?)\*\* in batch B", told)
        assert answers and answers[1] == answers[2]
        assert training_ and training_[1] != training_[2]


def test_once_evaluation_has_begun_edits_do_not_reach_the_training(drawn: list[Sequence[Row]]) -> None:
    app = opened(bn_seen="10")
    app.selectbox(key="bn-mode").set_value("eval").run()
    before = drawn[-1][3].values[:, 0]
    app.text_input(key="bn-numbers").set_value("1 2 3 12").run()
    assert drawn[-1][3].values[:3, 0].tolist() == before[:3].tolist() and drawn[-1][3].values[3, 0] != before[3]
    link = {key: value if isinstance(value, str) else value[0] for key, value in app.query_params.items()}
    again = opened(**link)
    assert again.text_input(key="bn-numbers").value == "1 2 3 12"
    assert drawn[-1][3].values[:3, 0].tolist() == before[:3].tolist()
    app.selectbox(key="bn-mode").set_value("train").run()
    assert "bn-trained" not in app.query_params


def test_before_and_after_the_relu_have_their_measured_numbers() -> None:
    told = text(opened(place_mean="-1.0"))
    z = -1 + torch.from_numpy(np.random.default_rng(0).standard_normal(2000))
    normal = torch.nn.functional.batch_norm(z[:, None], None, None, training=True)
    assert f"the next layer gets mean {plain(float(normal.relu().mean()))}, not 0" in told
    assert f"{float((z <= 0).double().mean()):.0%} are cut off first" in told


def test_two_numbers_per_channel() -> None:
    app = opened()
    assert r"2\cdot 64 = 128" in formulas(app) and "36{,}864" in formulas(app)
    assert "36,864 pairs" in text(app)


def test_reset_gives_the_textbook_back(drawn: list[Sequence[Row]]) -> None:
    app = opened(bn_numbers="5 6 9", bn_gamma="-1.0", bn_mode="eval")
    app.button(key="reset").click().run()
    assert drawn[-1][3].values[:, 0] == pytest.approx(TEXTBOOK, abs=2e-5)


def test_the_page_needs_no_torch() -> None:
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"app = AppTest.from_file({str(PAGES / 'batch_norm.py')!r}, default_timeout=60).run(); "
        "sys.exit(bool(app.exception) or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode == 0
