"""The pooling page: the decks' numbers, links that restore it, code that reproduces it, mistakes told in a sentence."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.paths import PAGES
from cnnviz.ui.components.window import Scene
from cnnviz.ui.pooling import controls as pooling
from cnnviz.ui.pooling.examples import EXAMPLES
from cnnviz.ui.pooling.input import BadNumbers, parse, write
from tests.ui.opening import formulas, on_page, text

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
opened = partial(on_page, "pooling")
AVERAGED = "2 8 1 5; 4 6 2 4; 1 7 9 3; 3 5 2 6"


@pytest.fixture
def scenes(monkeypatch: pytest.MonkeyPatch) -> list[Scene]:
    """What the page gives to the browser to draw."""
    drawn: list[Scene] = []
    original = pooling.slide

    def note(scene: Scene, **more: Any) -> None:
        drawn.append(scene)
        original(scene, **more)

    monkeypatch.setattr(pooling, "slide", note)
    return drawn


@pytest.mark.parametrize(
    ("title", "output"),
    [
        ("6, 8 / 3, 4", [[6, 8], [3, 4]]),
        ("Its true averages", [[3.25, 5.25], [2, 2]]),
        ("5, 3 / 4, 5", [[5, 3], [4, 5]]),
        ("Moved by one", [[0, 1, 0, 1]]),
        ("A row left over", [[6, 8], [6, 8]]),
    ],
)
def test_one_click_gives_the_decks_numbers(title: str, output: list[list[float]], scenes: list[Scene]) -> None:
    app = opened(**{"pool-border": "1", "pool-dilation": "2"})
    app.pills[0].set_value(title).run()
    assert scenes[-1].output.tolist() == [output]
    assert f"**{title}.**" in text(app)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_stands_after_one_click_and_is_told_in_three_sentences(example: Any, scenes: list[Scene]) -> None:
    app = opened()
    app.pills[0].set_value(example.title).run()
    assert not app.exception and not app.error and not app.warning
    assert f"**{example.title}.**" in text(app)
    assert example.note.replace("…", "").count(". ") <= 3


def test_the_slide_called_max_is_told(scenes: list[Scene]) -> None:
    app = opened(pool_numbers=AVERAGED, pool_kind="average")
    assert "max pool with 2x2 filters and stride 2" in text(app)
    app.selectbox(key="pool-kind").set_value("max").run()
    assert scenes[-1].output.tolist() == [[[8, 5], [7, 9]]]


def test_sizes_that_are_known(scenes: list[Scene]) -> None:
    app = opened()
    app.pills[0].set_value("AlexNet overlaps").run()
    assert scenes[-1].input.shape == (1, 13, 13) and scenes[-1].output.shape == (1, 6, 6)
    assert "overlap by 1" in text(app)
    app.pills[0].set_value("Global average").run()
    assert scenes[-1].output.shape == (3, 1, 1)
    assert np.allclose(scenes[-1].output[:, 0, 0], scenes[-1].input.mean(axis=(1, 2)))


LINKS = [
    {},
    {"pool_kind": "average", "pool_border": "1", "pool_gradient": "all", "pool_cell": "0,1,1"},
    {"pool_kind": "average", "pool_border": "1", "pool_window": "3", "pool_count": "false", "pool_gradient": "cell"},
    {"pool_input": "random", "random_channels": "2", "pool_window": "3", "pool_gradient": "all"},
    {"pool_input": "random", "pool_dilation": "2", "pool_ceil": "true", "pool_gradient": "cell", "pool_cell": "0,1,2"},
    {"pool_input": "random", "pool_kind": "global-max", "random_channels": "3", "pool_gradient": "all"},
    {"pool_kind": "global-average", "pool_gradient": "cell"},
    {"pool_input": "cat", "pool_step": "1", "pool_gradient": "all"},
    {
        "pool_numbers": "-1 2.5 0; 3 -4 1 | 1 1 1; 0 -2 0.125",
        "pool_across": "1",
        "pool_gradient": "cell",
        "pool_cell": "1,0,1",
    },
]


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_the_code_shown_gives_output_and_gradient_on_screen(link: dict[str, str], scenes: list[Scene]) -> None:
    app = opened(**link)
    names: dict[str, Any] = {}
    exec(app.code[0].value, names)  # noqa: S102 (the page's own lines)
    scene = scenes[-1]
    assert names["y"].dtype == torch.float64
    assert np.allclose(names["y"].detach().numpy(), scene.output, rtol=0, atol=1e-9)
    if scene.gradient is not None:
        assert np.allclose(names["x"].grad.numpy(), scene.gradient, rtol=0, atol=1e-12)
    assert (scene.gradient is None) == ("pool_gradient" not in link)


@pytest.mark.parametrize("link", LINKS[1:], ids=str)
def test_a_link_restores_every_control(link: dict[str, str]) -> None:
    app = opened(**link)
    for key, value in link.items():
        name = key.replace("_", "-")
        if name == "pool-cell":
            assert app.session_state[name] == value
        else:
            widgets = [*app.selectbox, *app.slider, *app.toggle, *app.text_area]
            shown = next(widget.value for widget in widgets if widget.key == name)
            assert str(shown).lower() == value
    assert not app.warning and not app.toast


def test_the_formula_has_the_numbers_of_the_cell() -> None:
    app = opened(pool_cell="0,0,1")
    assert r"y_{0,1} = \max\{2, 4, 7, 8\} = 8" in formulas(app)
    assert r"\frac{\partial y_{0,1}}{\partial x_{1,3}} = 1" in formulas(app)
    app.selectbox(key="pool-kind").set_value("average").run()
    assert r"\frac{2+4+7+8}{4}" in formulas(app) and r"\frac{21}{4} = 5.25" in formulas(app)
    assert r"\frac{1}{4} = 0.25" in formulas(app)


def test_the_gradient_of_all_cells_adds_up_where_windows_overlap() -> None:
    app = opened(pool_step="1", pool_gradient="all")
    assert r"\frac{\partial L}{\partial x_{1,1}} = 1+1 = 2" in formulas(app)
    assert "up to **2**" in text(app)


def test_a_large_window_is_shortened_and_keeps_its_maximum() -> None:
    numbers = " ".join(str(n) for n in (*range(100, 125), 999, *range(100, 105)))
    line = formulas(opened(pool_numbers=numbers, pool_kind="global-max"))
    assert r"\dots" in line and "999" in line.split("=")[1] and len(line.split("=")[1]) < 60


def test_ties_leftovers_and_borders_are_noticed() -> None:
    assert "4 numbers are equally large" in text(opened(pool_numbers="1 1; 1 1"))
    assert "1 row and 1 column" in text(opened(pool_numbers="1 2 3; 4 5 6; 7 8 9"))
    assert "lie under no window" not in text(opened(pool_numbers="1 2 3; 4 5 6; 7 8 9", pool_ceil="true"))
    assert "zeros count" in text(opened(pool_kind="average", pool_border="1"))


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        ({"pool_window": "7"}, "use at most 4"),
        ({"pool_border": "3"}, "use at most 1"),
        ({"pool_numbers": "1 2; 3"}, "as many numbers"),
        ({"pool_numbers": "1 two"}, "write numbers like"),
        ({"pool_numbers": " "}, "row per line"),
        ({"pool_numbers": "1 inf"}, "too large"),
        ({"pool_numbers": "1 " * 40}, "at most 32"),
        ({"pool_kind": "average", "pool_dilation": "2"}, "dilation to 1"),
        ({"pool_numbers": "1 2 3", "pool_window": "1", "pool_step": "6", "shift_of": "input"}, "use shorter"),
    ],
)
def test_what_cannot_be_is_told_with_the_fix_and_something_is_drawn(
    query: dict[str, str], fix: str, scenes: list[Scene]
) -> None:
    app = opened(**query)
    assert len(app.warning) == 1
    assert fix in app.warning[0].value and len(app.warning[0].value) <= 190
    assert scenes


def test_a_cell_outside_the_output_and_nonsense_are_put_right() -> None:
    assert r"y_{1,1}" in formulas(opened(pool_cell="0,99,99"))
    app = opened(pool_cell="here", pool_kind="median", shift="12")
    assert r"y_{0,0}" in formulas(app)
    assert len(app.toast) == 1


def test_numbers_are_read_as_they_are_written() -> None:
    for shape in ((1, 1, 1), (2, 3, 4), (4, 1, 32)):
        x = np.random.default_rng(1).integers(-9, 10, shape) / 4
        assert np.array_equal(parse(write(x)), x)
    assert parse("1, 2\n3,4\n").tolist() == [[[1, 2], [3, 4]]]
    assert parse("−1 2").tolist() == [[[-1, 2]]]
    with pytest.raises(BadNumbers):
        parse("1 2 | ")


def test_the_shift_section_has_the_measured_numbers() -> None:
    app = opened()
    app.pills[0].set_value("Moved by one").run()
    assert "max pooling **100" in text(app) and "blurred before the steps **32" in text(app)
    assert "the input itself is **100" in text(app)
    assert app.selectbox(key="shift-of").value == "input"


def test_every_source_of_the_shift_section_and_every_step_runs() -> None:
    for query in (
        {"shift_of": "signal", "pool_step": "3"},
        {"shift_of": "cat", "pool_step": "1"},
        {"shift_of": "input"},
    ):
        app = opened(**query)
        assert "Moved by 1" in text(app) and not app.warning


def test_reset_gives_the_first_example_back(scenes: list[Scene]) -> None:
    app = opened(pool_kind="average", pool_window="3", pool_numbers=AVERAGED)
    app.button(key="reset").click().run()
    assert scenes[-1].output.tolist() == [[[6, 8], [3, 4]]]


def test_the_page_needs_no_torch() -> None:
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"app = AppTest.from_file({str(PAGES / 'pooling.py')!r}, default_timeout=60).run(); "
        "sys.exit(bool(app.exception) or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode == 0
