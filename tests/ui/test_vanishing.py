"""The page on vanishing gradients: the deck's numbers, links, kept curves, code that gives the bars."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np
import pytest

from cnnviz.paths import PAGES
from cnnviz.signals import Net, measure
from cnnviz.training.tasks.depth import NETS, Event, Settings
from cnnviz.ui.components.flow import Bars, Line
from cnnviz.ui.vanishing import activations, controls, depth, kept, reading
from cnnviz.ui.vanishing.examples import EXAMPLES, FAILING
from cnnviz.ui.vanishing.numbers import latex, power, times
from tests.ui.opening import formulas, on_page, text

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
opened = partial(on_page, "vanishing")
Drawn = list[tuple[Bars, list[Line], dict[str, Any]]]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """What the page gives to the browser to draw."""
    seen: Drawn = []
    original = controls.flow

    def note(bars: Bars, lines: list[Line], **more: Any) -> None:
        seen.append((bars, lines, more))
        original(bars, lines, **more)

    monkeypatch.setattr(controls, "flow", note)
    return seen


def test_every_example_stands_after_one_click_and_is_told_in_three_sentences() -> None:
    app = opened(grad_activation="elu", grad_width="32")
    for example in EXAMPLES:
        app.pills[0].set_value(example.title).run()
        assert not app.exception and not app.error and not app.warning
        assert app.pills[0].value == example.title and f"**{example.title}.**" in text(app)
        assert len(re.findall(r"[.!?](?= |$)", re.sub(r"\d\.\d", "", example.note))) <= 3, example.title


def test_powers_of_a_quarter_are_bound_and_not_measurement(drawn: Drawn) -> None:
    app = opened()
    for title, value, n in (("9.8e-4", "9.8", 5), ("9.5e-7", "9.5", 10), ("9.1e-13", "9.1", 20)):
        chosen = next(example for example in EXAMPLES if title in example.title)
        app.pills[0].set_value(chosen.title).run()
        assert rf"0.25^{{{n}}} = {value}\cdot 10^{{" in formulas(app)
        bars, lines, _ = drawn[-1]
        bound = next(line for line in lines if line.name.startswith("0.25ⁿ"))
        assert bound.values[-1] / bound.values[0] == pytest.approx(0.25**n)
        assert 0.1 * 0.25**n < bars.values[-1] / bars.values[0] < 0.25**n


def left(drawn: Drawn) -> float:
    return drawn[-1][0].values[-1] / drawn[-1][0].values[0]


def test_the_deck_s_cures_from_the_failing_network(drawn: Drawn) -> None:
    app, found = opened(), {}
    for title in ("It fails", "Cure: ReLU", "ReLU + He", "Cure: normalization", "Cure: residual", "It explodes"):
        app.pills[0].set_value(title).run()
        found[title] = left(drawn)
        names = [line.name for line in drawn[-1][1]]
        assert ("Sigmoid, 20 layers, σ 0.05" in names) == (title.startswith(("Cure", "ReLU")))
    assert found["It fails"] < 1e-18
    assert 1e-13 < found["Cure: ReLU"] < 1e-9  # better, not cured: as the note says
    assert all(0.1 < found[title] < 10 for title in ("ReLU + He", "Cure: normalization", "Cure: residual"))
    assert found["It explodes"] > 1e8


def test_large_weights_keep_a_sigmoid_s_gradient(drawn: Drawn) -> None:
    app = opened()
    app.pills[0].set_value("Sigmoid, large weights").run()
    assert left(drawn) > 1e-3 and "by √(w σ²) = **8**" in text(app)
    app.pills[0].set_value("Plain and deep, with batch norm").run()
    assert left(drawn) > 1 and "grows on its way back" in text(app)


LINKS = [
    {},
    {"grad_activation": "gelu", "grad_depth": "7", "grad_init": "he-uniform", "grad_gain": "1.5", "grad_layer": "3"},
    {"grad_activation": "relu", "grad_init": "normal", "grad_sigma": "0.3", "grad_norm": "true", "grad_show": "weight"},
    {"grad_init": "orthogonal", "grad_residual": "true", "grad_seed": "5", "grad_draws": "3", "grad_show": "signal"},
    {"grad_init": "default", "grad_depth": "50", "grad_width": "20", "grad_batch": "10", "grad_draws": "1"},
    {"grad_activation": "hard-sigmoid", "grad_init": "xavier-uniform", "grad_norm": "true", "grad_residual": "true"},
    {
        "grad_activation": "selu",
        "grad_show": "saturated",
        "grad_kept": FAILING,
        "act_function": "tanh",
        "act_spread": "3",
    },
]


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_the_code_shown_gives_the_bars(link: dict[str, str], drawn: Drawn) -> None:
    names: dict[str, Any] = {}
    exec(opened(**link).code[0].value, names)  # noqa: S102 (the page's own lines)
    show = link.get("grad_show", "gradient")
    if show in names:
        assert np.allclose(names[show].detach().numpy()[::-1], drawn[-1][0].values, rtol=1e-9, atol=0)
    else:
        assert len(names["gradient"]) == len(drawn[-1][0].values) + 1


@pytest.mark.parametrize("link", LINKS[1:], ids=str)
def test_a_link_restores_every_control(link: dict[str, str]) -> None:
    app = opened(**link)
    for key, value in link.items():
        name = key.replace("_", "-")
        if name in ("grad-kept", "grad-layer"):
            assert app.session_state[name] == value
        else:
            shown = next(w.value for w in [*app.selectbox, *app.slider, *app.toggle] if w.key == name)
            assert str(shown).lower() in (value, f"{value}.0")
    assert not app.warning and not app.toast


def test_curves_are_kept_up_to_three_and_forgotten(drawn: Drawn) -> None:
    app = opened()
    for n in (3, 5, 7, 9):
        app.slider(key="grad-depth").set_value(n).run()
        next(button for button in app.button if button.label == "Keep this curve").click().run()
    app.slider(key="grad-depth").set_value(11).run()
    solid = [line for line in drawn[-1][1] if line.style == "solid"]
    assert [len(line.values) for line in solid] == [6, 8, 10]
    assert np.allclose(solid[0].values[::-1], measure(Net(5)).gradient)
    assert app.query_params["grad-kept"] == app.session_state["grad-kept"]
    next(button for button in app.button if button.label == "Forget the kept").click().run()
    assert not [line for line in drawn[-1][1] if line.style == "solid"]


def test_a_kept_network_is_read_as_it_is_written_and_nonsense_is_dropped() -> None:
    for net in (Net(), Net(7, 8, "gelu", "he-normal", 1.5, True, False, 4, 1, 9), kept.read(FAILING)):
        assert kept.read(kept.write(net)) == net
    for wrong in (
        "x",
        "sigmoid,20",
        FAILING.replace("20", "99"),
        FAILING.replace("sigmoid", "step"),
        f"{FAILING};" * 4,
    ):
        assert not kept.allowed(wrong)
    app = opened(grad_kept="step,1", grad_activation="step", grad_layer="first", act_at="far", grad_show="all")
    assert len(app.toast) == 1


def test_the_formula_multiplies_what_the_bars_show() -> None:
    app = opened(grad_depth="3", grad_layer="1")
    flow = measure(Net(3))
    line = formulas(app)
    assert rf"{latex(flow.gradient[3])}\cdot {times(flow.factors[2])}\cdot {times(flow.factors[1])}" in line
    assert rf"&= {latex(flow.gradient[1])}\ \text{{(2 factors)}}" in line and latex(flow.weight[0]) in line
    assert r"\prod_{k=2}^{3}" in line
    assert r"\frac{\partial\ell}{\partial x}" in formulas(opened(grad_depth="3", grad_layer="0"))
    assert r"\prod_{k" not in formulas(opened(grad_depth="3", grad_layer="9"))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, ("they stand still", "is at most **0.25**", "float16")),
        ({"grad_activation": "relu", "grad_init": "normal"}, ("**all** weights", "σ = √(2/w) = **0.18**", "dead")),
        ({"grad_activation": "relu", "grad_init": "normal", "grad_sigma": "1"}, ("It **explodes**",)),
        ({"grad_norm": "true"}, ("the size of the weights drops out", "at the same rate")),
        ({"grad_residual": "true"}, ("multiplies by **1**",)),
        ({"grad_depth": "50", "grad_init": "normal", "grad_sigma": "0.01"}, ("float32",)),
        ({"grad_init": "normal", "grad_sigma": "1"}, ("below 0.01 in size",)),
    ],
)
def test_what_is_noticed(query: dict[str, str], words: tuple[str, ...]) -> None:
    told = text(opened(**query))
    assert all(word in told for word in words)


def test_a_layer_is_chosen_and_the_bars_can_show_all_measures(drawn: Drawn) -> None:
    app = opened(grad_layer="0")
    for show, count in (("gradient", 21), ("weight", 20), ("signal", 21), ("saturated", 20), ("dead", 20)):
        app.selectbox(key="grad-show").set_value(show).run()
        bars, _, more = drawn[-1]
        assert len(bars.values) == len(bars.words) == count and more["chosen"] in bars.layers


def test_the_numbers_as_csv() -> None:
    net, other = Net(4, 8, batch=8), kept.read(FAILING)
    shown = controls.Shown(net, measure(net), ((other, measure(other)),), "gradient", 1)
    rows = [line.split(",") for line in reading.csv(shown).decode().splitlines()]
    assert rows[0] == reading.HEADER.split(",") and len(rows) == 1 + 5 + 21
    assert all(len(row) == 9 for row in rows)
    assert float(rows[2][3]) == pytest.approx(float(rows[1][2]) / float(rows[2][2]), rel=1e-6)
    assert float(rows[-1][4]) > 0 and rows[1][5] == rows[1][3] == ""


def test_activations_are_told_with_their_numbers() -> None:
    told = text(opened(act_spread="5"))
    assert "at most **0.25**" in told and "pass **0.21** on average" in told and "only **0.075**" in told
    assert "restricted inputs" in told
    table = activations.table(1.0)
    assert table.count("\n") == 1 + len(activations.ACTIVATIONS) and all(
        line.count("|") == 7 for line in table.split("\n")
    )


def event(plain: float, residual: float, first: float) -> Event:
    losses = (*np.geomspace(0.01, plain, 4), *np.geomspace(0.01, residual, 4))
    gradient = tuple(tuple(np.geomspace(first, 1.0, n)) for n, _ in NETS)
    return Event(1.0, 100, losses, (1.0,) * 8, gradient)


def test_the_training_is_read_as_it_came_out() -> None:
    start = event(1.0, 1.0, 1.0)
    worse, cured, alive = depth.reading([start, event(0.5, 0.001, 0.5)])
    assert "train worse" in worse and "do not" in cured and "has not vanished" in alive
    fine, equal, gone = depth.reading([start, event(0.001, 0.001, 1e-6)])
    assert "do not train worse" in fine and "no better" in equal and "has not vanished" not in gone
    assert "suffer far less" in depth.reading([start, event(5.0, 0.1, 0.5)])[1]
    assert "even grows" in depth.reading([event(1.0, 1.0, 1e3), event(0.5, 0.001, 0.5)])[2]


def test_the_recorded_training_shows_the_degradation() -> None:
    app = opened()
    told = text(app)
    assert "**Deeper plain nets train worse**" in told and "**Residual ones do not**" in told
    assert "**The gradient has not vanished**" in told
    assert "unlikely to be caused by vanishing gradients" in told and "CIFAR-10" in told and "18 against 34" in told
    assert app.slider(key="depth-steps").value == Settings().steps


def test_numbers_are_written_short() -> None:
    assert [power(v) for v in (0.0, 0.069, 2.34e-13, 5.1e9, 123.4)] == ["0", "0.069", "2.3·10⁻¹³", "5.1·10⁹", "123"]
    assert [times(v) for v in (1.0, 0.234, 0.0123, 12.3, 1e-5, float("inf"))] == [
        "1",
        "0.23",
        "0.012",
        "12",
        "1.0·10⁻⁵",
        "∞",
    ]
    assert latex(float("nan")) == r"\text{undefined}" and latex(1e-20) == r"1.0\cdot 10^{-20}"


def test_the_page_needs_no_torch() -> None:
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"app = AppTest.from_file({str(PAGES / 'vanishing.py')!r}, default_timeout=60).run(); "
        "sys.exit(bool(app.exception) or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode == 0
