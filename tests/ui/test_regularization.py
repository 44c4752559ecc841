"""The regularization page: examples, links, the numbers in its formulas, and what it shows without a run."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.paths import PAGES
from cnnviz.training.tasks.overfit import EXAMPLES as TRAINED
from cnnviz.training.tasks.overfit import Overfit
from cnnviz.ui.components.boundary import Plane
from cnnviz.ui.regularizing import controls, dropping, figure, memorizing, pulling, stopping
from cnnviz.ui.regularizing.examples import EXAMPLES
from cnnviz.ui.regularizing.figure import events_of
from cnnviz.ui.regularizing.reading import COLUMNS, csv
from cnnviz.ui.regularizing.runs import run_of
from tests.ui.opening import formulas, on_page, rerun_seconds, text

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
opened = partial(on_page, "regularization")


@pytest.fixture
def planes(monkeypatch: pytest.MonkeyPatch) -> list[list[Plane]]:
    """What the page gives to the browser to draw."""
    drawn: list[list[Plane]] = []
    original = figure.boundary

    def note(shown: list[Plane], **more: Any) -> None:
        drawn.append(list(shown))
        original(shown, **more)

    monkeypatch.setattr(figure, "boundary", note)
    return drawn


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_shows_a_recorded_run_and_is_told_in_three_sentences(
    example: Any, planes: list[list[Plane]]
) -> None:
    app = opened(fit_noise="0.1", pick_right="90")
    app.pills[0].set_value(example.title).run()
    assert not app.exception and not app.error and not app.warning
    assert f"**{example.title}.**" in text(app)
    assert len(planes[-1][0].surfaces) > 10
    assert example.note.replace("…", "").count(". ") <= 3


def test_the_first_example_is_what_the_page_opens_with() -> None:
    assert "**It overfits.**" in text(opened())


def test_numbers_of_the_recorded_run_are_in_the_formula_and_the_reading() -> None:
    app = opened(fit_decay="0.01")
    run = run_of(events_of(TRAINED["Weight decay"]))
    penalty = 0.01 / 2 * run.norm[-1]
    assert f"{run.train[-1]:.3f} + {penalty:.3f} = {run.train[-1] + penalty:.3f}" in formulas(app)
    assert f"**{run.validation[run.best]:.3f}**, at step **{run.step[run.best]:,}**" in text(app)


def test_settings_without_a_run_still_show_their_points(planes: list[list[Plane]]) -> None:
    app = opened(fit_points="60", fit_seed="77")
    assert "have not been trained yet" in text(app) and "Press *Train it now*" in text(app)
    assert len(planes[-1][0].training[0]) == 60 and len(planes[-1][0].surfaces) == 1
    assert "Train the network above" in text(app)
    assert r"\lambda = 0" in formulas(app)


LINK = {
    "fit_kind": "spirals",
    "fit_points": "60",
    "fit_width": "16",
    "fit_decay": "0.003",
    "fit_rate": "0.1",
    "fit_steps": "400",
    "drop_chance": "0.3",
    "drop_unit": "4",
    "pull_decay": "0.5",
    "ridge_power": "-4.0",
    "stop_patience": "7",
    "split_test": "30",
    "pick_models": "50",
    "heart_known": "false",
    "heart_batch": "64",
}


def test_a_link_restores_every_control() -> None:
    app = opened(**LINK)
    widgets = {widget.key: widget.value for widget in [*app.selectbox, *app.slider, *app.toggle]}
    for key, value in LINK.items():
        assert str(widgets[key.replace("_", "-")]).lower() == value
    assert not app.toast


def test_a_run_is_kept_and_compared_and_let_go(planes: list[list[Plane]]) -> None:
    app = opened()
    app.button(key="fit-keep").click().run()
    assert app.query_params["fit-kept"] in (controls.written(Overfit()), [controls.written(Overfit())])
    app.pills[0].set_value("Weight decay").run()
    assert [bool(plane.title) for plane in planes[-1]] == [True, True]
    assert "λ = 0.01" in planes[-1][0].title and planes[-1][1].title.startswith("kept: ")
    app.button(key="fit-drop-kept").click().run()
    assert len(planes[-1]) == 1


def test_settings_travel_through_the_link_and_nonsense_does_not() -> None:
    settings = Overfit("circles", 80, 0.1, 8, 0.03, 0.2, 0.1, 400, 3)
    assert controls.read(controls.written(settings)) == settings
    for nonsense in (
        "",
        "moons",
        "moons,1,2,3,4,5,6,7,8",
        "squares,40,0.3,64,0.0,0.0,0.05,2000,5",
        "moons,x,0,0,0,0,0,0,0",
    ):
        assert controls.read(nonsense) is None
    app = opened(fit_kept="moons,9999")
    assert len(app.toast) == 1
    assert "no longer here" in text(opened(fit_kept=controls.written(settings)))


def test_the_patience_rule_is_told_with_the_recorded_curve() -> None:
    run = run_of(events_of(Overfit()))
    app = opened(stop_patience="10")
    best = run.step[run.best]
    assert f"stops at step **{best + 10 * run.every:,}** and goes back to step **{best:,}**" in text(app)
    assert "never gives up" in text(opened(stop_patience="150", fit_width="2"))


def test_the_deck_s_slips_are_corrected() -> None:
    shown = text(opened())
    assert "validation **set**" in shown and "empirical risk, equation (3)" in shown
    assert "the epoch size does not change" in shown and "Never do both" in shown


def test_dropout_is_written_out_with_both_scalings() -> None:
    line = formulas(opened(drop_chance="0.5", drop_unit="1"))
    h = float(dropping.NET.hidden(dropping.INPUT)[0])
    assert rf"{h:.3f}\text{{ or }}0" in line and rf"{2 * h:.3f}\text{{ or }}0" in line
    assert rf"0.5\,h_1 = {h / 2:.3f}" in line and rf"h_1 = {h:.3f}" in line
    assert (dropping.NET.hidden(dropping.INPUT) > 0).all()


def test_the_split_is_dealt_and_the_contest_uses_its_test_points() -> None:
    assert stopping.deal(stopping.Split(1000, 15, 15)) == (700, 150, 150)
    assert sum(stopping.deal(stopping.Split(350, 40, 40))) == 350
    assert "on 150 test points shows **85.9" in text(opened())
    assert "on 300 test points" in text(opened(split_test="30"))


def test_weight_decay_under_adam_in_numbers_of_torch() -> None:
    for pure in (False, True):
        w = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
        rule = (torch.optim.AdamW if pure else torch.optim.Adam)([w], lr=0.01, weight_decay=0.2)
        for t in range(1, 101):
            w.grad = torch.tensor(10.0 * (-1) ** t, dtype=torch.float64)
            rule.step()
        assert pulling.adam(0.1, 0.2, pure) == pytest.approx(w.item(), abs=1e-12)
        assert f"**{w.item():.3f}**" in text(opened())


def test_every_end_of_every_slider_is_drawn() -> None:
    for end in ("low", "high"):
        records = (
            ("drop", dropping.Dropped),
            ("pull", pulling.Pull),
            ("ridge", pulling.Fitting),
            ("stop", stopping.Patience),
            ("split", stopping.Split),
            ("pick", stopping.Pick),
            ("heart", memorizing.Epoch),
        )
        from cnnviz.params import params

        link = {
            f"{key}-{p.name}": str(getattr(p, end))
            for key, record in records
            for p in params(record)
            if p.low is not None
        }
        assert "nan" not in text(opened(**link)).lower()


def test_the_table_of_losses_has_every_look() -> None:
    run = run_of(events_of(Overfit()))
    lines = csv(run).decode().splitlines()
    assert lines[0].split(",")[:3] == ["step", "train", "validation"] and len(lines) == len(run.step) + 1
    table = np.array([[float(word) for word in line.split(",")] for line in lines[1:]])
    assert np.allclose(table[:, COLUMNS.index("validation")], run.validation, rtol=1e-8)


def test_links_to_other_lectures_lead_somewhere() -> None:
    assert all((PAGES / f"{page}.py").exists() for page, _, _ in memorizing.OTHERS)


def test_reset_gives_the_first_example_back() -> None:
    app = opened(**LINK)
    app.button(key="reset").click().run()
    assert "**It overfits.**" in text(app)


def test_a_rerun_is_quick() -> None:
    app = opened()
    assert rerun_seconds(app) < 0.06


def test_the_page_needs_no_torch() -> None:
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"app = AppTest.from_file({str(PAGES / 'regularization.py')!r}, default_timeout=60).run(); "
        "sys.exit(bool(app.exception) or bool(app.error) or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode == 0
