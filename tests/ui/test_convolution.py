"""The convolution page: examples give the decks' numbers, links restore, mistakes are lessons, code reproduces."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.arithmetic.written import read
from cnnviz.paths import PAGES
from cnnviz.ui.components import window as window_component
from cnnviz.ui.convolving import code, controls, figure
from cnnviz.ui.convolving.examples import EXAMPLES
from tests.ui.opening import rerun_seconds

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("fresh_caches")]
TITLES = {preset.title: preset for preset in EXAMPLES}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[controls.Worked]:
    """What the page worked out, run by run."""
    seen: list[controls.Worked] = []
    original = controls.worked

    def spy(*arguments: Any) -> controls.Worked:
        seen.append(original(*arguments))
        return seen[-1]

    monkeypatch.setattr(controls, "worked", spy)
    return seen


def opened(**query: object) -> AppTest:
    app = AppTest.from_file(str(PAGES / "convolution.py"), default_timeout=120)
    for key, value in query.items():
        app.query_params[f"c-{key}"] = str(value)
    return app.run()


def example(title: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "convolution.py"), default_timeout=120)
    for key, value in TITLES[title].values.items():
        app.query_params[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return app.run()


def text(app: AppTest) -> str:
    return " ".join(block.value for block in app.markdown)


def formula(app: AppTest) -> str:
    return " ".join(block.value for block in app.latex)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("45, 110 / 40, 40", [[[45, 110], [40, 40]]]),
        ("70, 30 / 10, 40", [[[70, 30], [10, 40]]]),
        ("Full 4×4", [[[0, 0, 20, 10], [0, 45, 110, 40], [10, 40, 40, 10], [0, 0, 20, 40]]]),
        ("−8 and a lost 3", [[[-8]]]),
    ],
)
def test_an_example_shows_the_decks_numbers(title: str, expected: list[Any], drawn: list[controls.Worked]) -> None:
    app = example(title)
    assert drawn[-1].output.tolist() == expected
    assert not app.error and not app.warning
    assert f"**{title}.**" in text(app)


@pytest.mark.parametrize(
    ("title", "output", "terms"),
    [
        ("75 numbers, one sum", (1, 28, 28), 75),
        ("Six filters", (6, 28, 28), 75),
        ("Depthwise", (3, 6, 6), 9),
        ("Transposed", (1, 4, 4), 9),
        ("Dilated", (1, 12, 12), 9),
        ("64 Gabor filters", (64, 28, 28), 75),
    ],
)
def test_an_example_has_the_shape_it_names(
    title: str, output: tuple[int, ...], terms: int, drawn: list[controls.Worked]
) -> None:
    app = example(title)
    assert drawn[-1].output.shape == output
    assert drawn[-1].geometry.terms == terms
    assert not app.error and not app.warning
    assert f"**{title}.**" in text(app)


def test_a_click_on_an_example_sets_everything(drawn: list[controls.Worked]) -> None:
    app = opened(stride=2, input="ramp", kernel="box")
    app.button_group(key="example").set_value("Full 4×4").run()
    assert drawn[-1].output.shape == (1, 4, 4) and drawn[-1].setting.flip
    assert app.query_params["c-padding"] == ["full"] or app.query_params["c-padding"] == "full"


SETTINGS = [
    dict(parse_qsl("")),
    dict(parse_qsl("flip=true&padding=full&fill=zeros")),
    dict(parse_qsl("input=dice&kernel=dice&channels=4&filters=6&groups=2&stride=2&padding=1&b=1+2+3+4+5+6")),
    dict(parse_qsl("input=five&kernel=gabor&rows=16&columns=12&channels=3&filters=8&side=5")),
    dict(parse_qsl("input=photo&kernel=box&rows=20&columns=20&channels=3&side=5&filters=6")),
    dict(parse_qsl("input=photo&kernel=sobel-x&rows=20&columns=20")),
    dict(parse_qsl("input=ramp&kernel=sobel-y&padding=2&fill=reflect&dilation=2&columns=8&rows=8")),
    dict(parse_qsl("input=dice&kernel=dice&side=4&padding=same&flip=true")),
    dict(parse_qsl("input=dice&kernel=dice&transposed=true&stride=3&extra=2&padding=1&channels=2&filters=4&groups=2")),
    dict(parse_qsl("input=dice&kernel=dice&transposed=true&channels=4&filters=8&side=5&flip=true")),
    dict(parse_qsl("axes=1-D&input=dice&kernel=dice&columns=12&channels=2&filters=3&padding=same&side=4")),
    dict(parse_qsl("axes=1-D&input=dice&kernel=dice&columns=9&transposed=true&stride=2&padding=1&flip=true")),
    dict(parse_qsl("axes=1-D&input=dice&kernel=gaussian&columns=12&side=5&padding=2&fill=circular&b=-1")),
    dict(parse_qsl("axes=1-D&input=dice&kernel=dice&columns=32&channels=8&filters=32&side=5&padding=1")),
]


@pytest.mark.parametrize("query", SETTINGS, ids=str)
def test_the_code_shown_gives_the_numbers_shown(query: dict[str, object], drawn: list[controls.Worked]) -> None:
    app = opened(**query)
    assert not app.error and not app.warning
    names: dict[str, Any] = {}
    exec(compile(app.code[0].value, "shown", "exec"), names)  # noqa: S102 (our own lines)
    output = drawn[-1].output[:, 0] if drawn[-1].line else drawn[-1].output
    assert isinstance(names["y"], torch.Tensor)
    np.testing.assert_allclose(names["y"].numpy(), output, atol=1e-9)


@pytest.mark.parametrize("query", SETTINGS, ids=str)
def test_the_sum_shown_is_the_output(query: dict[str, object], drawn: list[controls.Worked]) -> None:
    from cnnviz.ui.convolving.reading import terms

    opened(**query)
    worked = drawn[-1]
    bias = np.zeros(1) if worked.bias is None else worked.bias
    for flat in {0, worked.output.size // 2, worked.output.size - 1}:
        o, i, j = (int(at) for at in np.unravel_index(flat, worked.output.shape))
        total = sum(w * x for w, x in terms(worked, (o, i, j))) + np.broadcast_to(bias, (len(worked.output),))[o]
        assert total == pytest.approx(worked.output[o, i, j], abs=1e-9)


def test_the_formula_shows_the_cell_of_the_link() -> None:
    app = opened(flip="true", cell="0,0,1")
    assert r"y_{0,0,1}" in formula(app) and r"\mathbf{110}" in formula(app)
    assert r"1\cdot 80 + 0.5\cdot 40 + 0.25\cdot 40 + 0\cdot 0" in formula(app)
    assert r"k{-}1{-}u" in formula(app)
    far = opened(cell="9,9,9")
    assert r"\mathbf{40}" in formula(far)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"padding": "same", "stride": 2}, "set the stride to 1"),
        ({"kernel": "box", "side": 5}, "spanning 5×5 does not fit into 3×3; raise padding to at least 1"),
        ({"dilation": 4}, "does not fit"),
        ({"fill": "reflect", "padding": 4}, "can add 2 cells"),
        ({"input": "dice", "channels": 4, "filters": 4, "groups": 3}, "3 groups do not divide 4 channels"),
        ({"transposed": "true", "fill": "reflect"}, "set the padding mode to zeros"),
        ({"transposed": "true", "extra": 3}, "below the stride or the dilation"),
        ({"transposed": "true", "padding": 4}, "lower the padding"),
        ({"b": "1 2 3"}, "the bias has 3 numbers"),
        ({"b": "1 x"}, ""),
        ({"input": "own", "x": "1 2; 3"}, "different lengths"),
        ({"input": "own", "x": "1 2; 3 4", "kernel": "own", "w": "1 | 2"}, "for 2 channels and the input has 1"),
        ({"axes": "1-D", "input": "own", "x": "1 2; 3 4"}, "several rows"),
        ({"axes": "1-D", "padding": "same", "stride": 2}, "set the stride to 1"),
        ({"input": "dice", "rows": 1, "columns": 1, "kernel": "box", "side": 9, "dilation": 4}, "raise padding"),
    ],
)
def test_what_does_not_go_together_is_told_and_something_is_drawn(
    query: dict[str, object], words: str, drawn: list[controls.Worked]
) -> None:
    app = opened(**query)
    assert not app.error and not app.exception
    told = [warning.value for warning in app.warning]
    assert any(words.lower() in each.lower() for each in told) if words else not told
    assert all(len(each) <= 180 for each in told)
    assert drawn[-1].output.size and app.get("bidi_component")


def test_own_numbers_come_back_from_the_link(drawn: list[controls.Worked]) -> None:
    opened(input="own", x="1 2 3; 4 5 6 | 0 0 1; 0 1 0", kernel="own", w="1 0 | 0 .5 / -1 2 | 3 4")
    assert drawn[-1].input.shape == (2, 2, 3) and drawn[-1].weights.shape == (2, 2, 1, 2)
    assert drawn[-1].output[0].tolist() == [[1, 2.5], [4.5, 5]]


def test_an_edit_becomes_the_students_own_array(drawn: list[controls.Worked], monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(flip="true")
    put: dict[str, str] = {}
    monkeypatch.setattr(figure.state, "put", put.__setitem__)
    edits = [
        (window_component.Edit("input", (0, 0, 0), 8.0), "c-x", (0, 0, 0)),
        (window_component.Edit("weights", (0, 0, 1, 1), -0.5), "c-w", (0, 0, 1, 1)),
    ]
    for edit, key, index in edits:
        monkeypatch.setattr(figure, "edited", lambda _, edit=edit: edit)
        figure.keep_edit(drawn[-1])
        assert read(put[key], "it", rank=len(index))[index] == edit.value
    put.clear()
    monkeypatch.setattr(figure, "edited", lambda _: window_component.Edit("input", (0, 9, 9), 1.0))
    figure.keep_edit(drawn[-1])
    assert not put
    del app


def test_nonsense_in_the_link_is_dropped() -> None:
    app = opened(input="x", kernel="<b>", cell="-1", x="<script>", view="no", stride=99, padding="../..")
    assert not app.error and not app.exception
    assert r"\mathbf{70}" in formula(app)


@pytest.mark.parametrize("view", ["matrix", "windows"])
@pytest.mark.parametrize("query", SETTINGS[:4] + SETTINGS[8:12], ids=str)
def test_the_matrices_are_drawn_with_the_same_output(
    view: str, query: dict[str, object], drawn: list[controls.Worked]
) -> None:
    app = opened(view=view, **query)
    assert not app.error
    worked = drawn[-1]
    make = figure.as_one if view == "matrix" else figure.as_columns
    if app.info:
        assert "choose a smaller input" in app.info[0].value and worked.output.size * worked.input.size > 40_000
        return
    (left, middle, right), at = make(worked, (0, 0, 0))
    np.testing.assert_allclose(left.values @ middle.values, right.values)
    bias = 0 if worked.bias is None else float(np.ravel(worked.bias)[0])
    assert right.values[at] + bias == pytest.approx(worked.output[0, 0, 0])


def test_a_picture_is_filtered_and_its_code_gives_the_same_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    app = opened(view="picture", filter="sobel-x")
    assert not app.error
    exec(compile(app.code[0].value, "shown", "exec"), {})  # noqa: S102 (our own lines)
    import re

    printed = [float(n) for n in re.findall(r"tensor\((-?[\d.]+)\)", capsys.readouterr().out)]
    said = next(block.value for block in app.caption if "numbers from" in block.value).replace("−", "-")
    assert printed == pytest.approx([float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", said)[:2]], abs=0.06)
    assert r"\begin{bmatrix}" in formula(app)


@pytest.mark.parametrize("array", [[1.0, -2.5], [[0, 0.25], [0.5, 1]], np.arange(8.0).reshape(2, 2, 2) / 4])
def test_arrays_survive_the_link(array: Any) -> None:
    from cnnviz.arithmetic.written import write

    values = np.asarray(array)
    again = read(write(values), "it", rank=3)
    assert again.reshape(values.shape).tolist() == values.tolist()
    assert read("[[0, .25], [.5, 1]]", "it", rank=3).tolist() == [[[0, 0.25], [0.5, 1]]]


def test_nothing_here_imports_torch() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"app = AppTest.from_file({str(PAGES / 'convolution.py')!r}, default_timeout=60).run(); "
        "assert not app.error and app.latex; assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", [{}, SETTINGS[3], {"view": "matrix"}, {"view": "windows"}, {"view": "picture"}], ids=str
)
def test_a_rerun_takes_at_most_60_ms_of_cpu(query: dict[str, object]) -> None:
    app = opened(**query)
    assert rerun_seconds(app) < 0.06


def test_code_writes_numbers_as_they_are() -> None:
    assert code.tensor(np.array([[1.0, -0.0], [0.25, -3]])) == (
        "torch.tensor([[1, 0], [0.25, -3]], dtype=torch.float64)"
    )
