"""The lecture on live training without a browser: any state of a run, found by link, with its buttons and words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from cnnviz import runs
from cnnviz.training.events import Changed, Ended, Step
from cnnviz.training.networks import TRAINABLE
from cnnviz.ui.training import examples, setup
from tests.ui.opening import formulas, on_page, rerun_seconds, text
from tests.ui.training_runs import (
    Told,
    begun,
    click,
    components,
    enabled,
    epoch,
    made,
    numbers,
    own_runs,
    queue,
    refresh,
    said,
    steps,
)

__all__ = ["own_runs", "queue"]


def test_before_anything_was_trained_it_says_how_to_begin(queue: Told) -> None:
    app = on_page("training")
    assert enabled(app) == {"start"} and said(app).startswith("Nothing has been trained yet: press Start.")
    assert all(slider.disabled for slider in app.select_slider if "now" in slider.label)
    loss, accuracy = components(app, "curves")[:2]
    assert loss["marks"][0]["at"] == pytest.approx(math.log(10)) and "ln 10 = 2.303" in loss["marks"][0]["title"]
    assert accuracy["marks"][0]["at"] == 10.0


def test_a_recorded_run_stands_there_before_anything_was_trained(queue: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made([begun(), *steps(1, 50), epoch(1)])
    recorded = replace(runs.summary(run), recorded=True, state="done", created="2026-01-02T03:04:05")
    monkeypatch.setattr(runs, "listed", lambda: (recorded,))
    app = on_page("training")
    assert "recorded on 2026-01-02; press Start to train here." in said(app)
    assert enabled(app) == {"start"} and numbers(app)["validation accuracy"] == "40.0 %"
    assert app.button(key="train-delete").disabled
    monkeypatch.setattr(runs, "summary", lambda _: recorded)
    assert "recorded on 2026-01-02" in said(on_page("training", run=run))  # also by its link


STATES = {
    "queued": ({"stop"}, "place 2 in the queue"),
    "running": ({"pause", "stop"}, "running at step 60"),
    "paused": ({"step", "resume", "stop"}, "paused at step 60"),
    "done": ({"start"}, ""),
    "stopped": ({"start", "go-on"}, "stopped; Go on continues from its last checkpoint."),
    "interrupted": ({"start", "go-on"}, "interrupted; Go on continues"),
    "failed": ({"start", "go-on"}, "failed; Go on tries again"),
    "diverged": ({"start"}, "diverged; its last finite weights are kept."),
}


def test_buttons_and_words_of_every_state(queue: Told) -> None:
    assert set(STATES) == set(runs.STATES)
    app = on_page("training", run=made([begun(), *steps(1, 60), epoch(1)]))
    for state, (which, words) in STATES.items():
        queue.state, queue.place = state, 2 if state == "queued" else 0
        refresh(app)
        assert enabled(app) == which and words in said(app)
    queue.state, queue.message = "interrupted", "Its process ended without a word; it can go on."
    assert said(refresh(app)).endswith("interrupted. Its process ended without a word; it can go on. ")


def test_the_numbers_of_a_run(queue: Told) -> None:
    app = on_page("training", run=made([begun(), *steps(1, 60), epoch(1)]))
    # 64 images in each of 50 steps per second; 60 of 200 steps took 1.2 s
    assert numbers(app) == {
        "images/s": "3,200",
        "epoch": "1.2 / 4",
        "time": "1 s",
        "time left": "3 s",
        "loss": "2",
        "validation accuracy": "40.0 %",
    }
    assert r"\ln 0.135 = 2" in formulas(app) and r"\theta - 0.02\,b" in formulas(app)
    assert "50" in formulas(app) and "ln 10 = 2.303" in text(app)


def test_a_link_to_a_run_sets_the_controls_unless_it_has_settings_of_its_own(queue: Told) -> None:
    run = made([begun()])
    app = on_page("training", run=run)
    assert app.selectbox(key="train-network").value == "lenet5" and app.number_input(key="train-seed").value == 3
    assert app.session_state["train-lr"] == "0.02" and not app.button(key="train-start").help
    other = on_page("training", run=run, train_lr="0.5")
    assert other.session_state["train-lr"] == "0.5" and " lr" in other.button(key="train-start").help


def test_an_unknown_run_in_the_link_is_no_error(queue: Told) -> None:
    for name in ("0" * 12, "../../etc/passwd<b>{run}"):
        app = on_page("training", run=name)
        assert enabled(app) == {"start"} and "run" not in app.query_params


def test_start_asks_for_what_the_controls_say_and_the_link_finds_it(queue: Told) -> None:
    app = on_page("training", train_network="lenet5", train_lr="0.02", train_data="shapes", train_batch="128")
    click(app, "train-start")
    config = queue.commands[0]
    assert (config.network, config.lr, config.data, config.batch) == ("lenet5", 0.02, "shapes", 128)
    assert app.query_params["run"] == [runs.listed()[0].id] or app.query_params["run"] == runs.listed()[0].id
    assert enabled(app) == {"pause", "stop"} and "it loads the program" in said(app)


def test_a_full_queue_is_one_sentence(queue: Told) -> None:
    queue.refuses = "Two of your trainings are on the way; wait for one, or stop it."
    app = click(on_page("training"), "train-start")
    assert queue.refuses in said(app) and enabled(app) == {"start"}


def test_pause_step_resume_stop_go_on(queue: Told) -> None:
    app = on_page("training", run=made([begun(), *steps(1, 9)]))
    for key, state in (("pause", "paused"), ("step", "paused"), ("resume", "running"), ("stop", "stopped")):
        click(app, f"train-{key}")
        assert queue.commands[-1] == {"do": key} and queue.state == state
    click(app, "train-go-on")
    assert queue.commands[-1] == "go on" and enabled(app) == {"stop"}


def test_rate_momentum_and_decay_change_while_it_runs(queue: Told) -> None:
    run = made([begun(), *steps(1, 60)])
    app = on_page("training", run=run)
    app.select_slider(key="train-now-lr").set_value(0.1)
    refresh(app)
    assert queue.commands == [{"do": "change", "lr": 0.1}]
    assert app.select_slider(key="train-now-lr").value == 0.1  # though the run has not answered yet
    with runs.writer(runs.folder(run)) as writer:
        writer.event(Changed(60, 0.1, 0.9, 5e-4))
        writer.event(Changed(65, 0.1, 0.5, 5e-4))  # by somebody else
    refresh(app)
    assert app.select_slider(key="train-now-momentum").value == 0.5
    marks = [(mark["at"], mark["title"]) for mark in components(app, "curves")[0]["marks"] if mark["axis"] == "x"]
    assert marks == [(1.2, "rate 0.1"), (1.3, "momentum 0.5")]


def test_a_divergence_is_labelled_and_drawn(queue: Told) -> None:
    queue.state = "diverged"
    told = [begun(), *steps(1, 3), Step(4, 0.08, math.inf, 0.1, 1e8, 100.0, 0.1)]
    run = made([*told, Ended("diverged", 4, 0.1, "the loss was inf", math.nan, math.nan)])
    app = on_page("training", run=run)
    assert "diverged" in said(app) and components(app, "readings")[0]["said"]["tone"] == "bad"
    assert r"-\ln 0" in formulas(app)


def test_earlier_runs_are_drawn_behind_it_and_listed(queue: Told) -> None:
    others = [made([begun(), *steps(1, 20), epoch(1, 0.3)], label=f"try {k}", state="done") for k in range(3)]
    run = made([begun(), *steps(1, 60), epoch(1)])
    app = on_page("training", run=run, compare=",".join(others))
    loss = components(app, "curves")[0]["curves"]
    assert [line["dashed"] for line in loss] == [False, False, True, True, True]
    assert "try 0" in loss[2]["name"]
    table = components(app, "shelf")[0]
    assert table["shown"] == run and table["compared"] == others and len(table["rows"]) == 4
    assert {row["id"] for row in table["rows"]} == {run, *others}


def test_rename_delete_and_undo(queue: Told) -> None:
    queue.state = "done"
    run = made([begun(), *steps(1, 60), epoch(1)], state="done")
    app = on_page("training", run=run)
    app.text_input(key="train-label").input("<script>../x</script>")
    refresh(app)
    assert runs.summary(run).label == "<script>../x</script>"
    click(app, "train-delete")
    assert not runs.listed() and "run" not in app.query_params and "Deleted" in text(app)
    click(app, "train-undo")
    assert (runs.listed()[0].id == run and "60" in numbers(app)["epoch"]) or numbers(app)["epoch"] == "1.2 / 4"


def test_a_file_that_is_no_export_is_refused_in_one_sentence(queue: Told) -> None:
    app = on_page("training")
    app.file_uploader(key="train-import-0").set_value(("x.zip", b"PK nonsense", "application/zip"))
    app.run()
    assert not app.exception and len(app.error) == 1 and len(app.error[0].value) <= 140


def test_every_example_stands_after_one_click(queue: Told) -> None:
    app = on_page("training", train_lr="0.5", train_seed="9")
    for example in examples.EXAMPLES:
        app.pills[0].set_value(example.title)
        refresh(app)
        assert f"**{example.title}.**" in text(app) and example.note.count(". ") <= 3
        if not app.button(key="train-start").disabled:
            click(app, "train-start")
            told = setup.values(queue.commands.pop())
            assert {key: told[key] for key in example.values} == dict(example.values)
            queue.state = "done"


def test_choosing_a_network_takes_the_settings_that_suit_it(queue: Told) -> None:
    app = on_page("training")
    for name, item in TRAINABLE.items():
        app.selectbox(key="train-network").select(name)
        refresh(app)
        assert app.session_state["train-lr"] == setup.written(item.defaults.lr)
        assert app.selectbox(key="train-rule").value == item.defaults.rule


def test_settings_that_cannot_be_together_are_one_sentence(queue: Told) -> None:
    app = on_page("training", train_network="cifar-fast", train_batch="1")
    assert "needs at least 2 images" in said(app) and enabled(app) == set()
    bad = on_page("training", train_network="stack", train_stack="conv 16 5 p2; relu\nfc 3")
    assert enabled(bad) == set()


def test_data_that_is_not_there_is_offered(queue: Told) -> None:
    app = on_page("training", train_data="cifar10")
    assert enabled(app) == set() and "170 MB" in app.button(key="train-download").label


def test_a_rerun_costs_little(queue: Told) -> None:
    run = made([begun(), *steps(1, 900), *(epoch(k) for k in range(1, 19))])
    assert rerun_seconds(on_page("training", run=run)) < 0.06
