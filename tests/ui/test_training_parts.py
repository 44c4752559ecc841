"""The parts of the training lecture: events read once, thinned curves, words, downloads, and code that runs."""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz import runs
from cnnviz.data.downloads import DownloadCancelled, DownloadError, Progress
from cnnviz.data.sets import DATASETS
from cnnviz.optim import RULES
from cnnviz.training.config import Config
from cnnviz.training.events import Begun
from cnnviz.ui.training import code, fetching, reading, words
from cnnviz.ui.training.charts import horizon
from cnnviz.ui.training.following import POINTS, Followed, thinned
from cnnviz.ui.training.ladders import spoken
from cnnviz.ui.training.replaying import cut
from tests.ui.opening import on_page
from tests.ui.training_runs import CONFIG, Told, begun, epoch, made, own_runs, queue, refresh, said, steps

__all__ = ["own_runs", "queue"]


def test_what_a_run_tells_again_after_a_checkpoint_replaces_what_it_told() -> None:
    run = made([begun(), *steps(1, 70), epoch(1)])
    told = Followed(run).update()
    assert len(told.steps) == 70 and told.speed == pytest.approx(3200)
    with runs.writer(runs.folder(run)) as writer:
        for event in (begun(50), *steps(51, 60)):
            writer.event(event)
    again = told.update()
    assert [each.step for each in again.steps] == list(range(1, 61)) and len(again.epochs) == 1
    with runs.writer(runs.folder(run)) as writer:
        writer.event(begun(0))
    assert not told.update().steps and not told.epochs


def test_a_thinned_curve_is_the_mean_of_neighbours_and_its_past_stays_while_it_grows() -> None:
    y = list(np.random.default_rng(0).normal(size=4000))
    x = [float(k) for k in range(4000)]
    for count in (1, POINTS, POINTS + 1, 1000, 4000):
        curve = thinned(x[:count], y[:count])
        size = 2 ** max(0, math.ceil(math.log2(count / POINTS)))
        whole = count // size
        assert len(curve.x) <= POINTS
        np.testing.assert_allclose(curve.y[:whole], np.array(y[: whole * size]).reshape(whole, size).mean(1))
    assert thinned(x[:1100], y[:1100]).y[:250] == thinned(x[:1101], y[:1101]).y[:250]
    assert math.isnan(thinned(x, [*y[:-1], math.inf]).y[-1])  # a gap, not a mean


def test_the_axis_seldom_moves() -> None:
    told = Followed("x", begun=begun())
    ends = []
    for last in range(1, 201):
        told.steps = steps(1, last)  # type: ignore[assignment]
        ends.append(horizon([told], 4))
    assert sorted(set(ends)) == ends[::200] + sorted(set(ends))[1:]
    assert len(set(ends)) <= 8 and ends[-1] == 4 and all(e >= k / 50 for k, e in enumerate(ends, 1))


def test_a_replay_shows_a_part(queue: Told) -> None:
    told = Followed(made([begun(), *steps(1, 100), epoch(1), epoch(2)])).update()
    half = cut(told, 0.5)
    assert half.steps[-1].step == 50 and len(half.epochs) == 1 and half.ended is None
    queue.state = "done"
    app = on_page("training", run=told.run)
    app.button(key="train-replay-it").click()
    assert app.button(key="train-replay-it").disabled is False and "step 100" not in said(refresh(app))


@pytest.mark.parametrize(
    ("value", "text"), [(0.05, "0.05"), (1e8, "1e8"), (1e-8, "1e-8"), (10_000, "10,000"), (0.0, "0"), (2e-5, "2e-5")]
)
def test_numbers_are_spoken_shortly(value: float, text: str) -> None:
    assert spoken(value) == text and float(text.replace(",", "")) == value


def test_durations() -> None:
    told = [words.duration(seconds).replace("\N{NO-BREAK SPACE}", " ") for seconds in (0.4, 59.4, 185, 3723)]
    assert told == ["0 s", "59 s", "3:05", "1:02:03"]


@pytest.mark.parametrize("rule", [name for name, rule in RULES.items() if rule.torch and not rule.bug])
def test_the_formula_carries_the_rate_of_the_last_step(rule: str) -> None:
    config = replace(CONFIG, rule=rule)
    told = Followed("x", begun=begun(), steps=[replace(steps(1, 1)[0], lr=0.0123)])  # type: ignore[type-var, list-item]
    assert "0.0123" in reading.formulas(config, told, {"lr": 0.5, "momentum": 0.9, "weight_decay": 0.0})[0]


def test_the_csv_has_every_event() -> None:
    told = Followed(made([begun(), *steps(1, 60), epoch(1)])).update()
    lines = reading.csv(told).decode().splitlines()
    assert len(lines) == 62 and all(line.count(",") == 9 for line in lines)
    assert lines[1].split(",")[3] == repr(told.steps[0].loss)


TRIED = [
    Config(data="shapes", limit=64, batch=32, epochs=2),
    Config(data="shapes", network="lenet5", rule="adam", lr=0.002, limit=64, batch=32, epochs=1, augmentation=""),
    Config(data="shapes", network="linear", rule="adadelta", lr=1.0, limit=64, batch=32, epochs=1, schedule="steps"),
]


@pytest.mark.parametrize("config", TRIED, ids=lambda each: each.network)
def test_the_code_runs_as_it_stands_and_steps_as_the_engine_does(config: Config) -> None:
    from cnnviz.data.sets import opened
    from cnnviz.training.engine import Training
    from cnnviz.training.events import Step

    space: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code.program(config), space)  # noqa: S102 (it is what is tested)
    per_epoch = 64 // 32
    assert len(space["losses"]) == per_epoch * config.epochs and out.getvalue().count("epoch ") == config.epochs
    assert space["losses"][0] == pytest.approx(math.log(10), abs=0.25)
    training = Training(replace(config, device="cpu", precision="float32"), opened(config.data), looking=False)
    training.pace = 0.0
    rates = [training.lr for event in training.events() if isinstance(event, (Begun, Step))]  # of the step to come
    assert space["optimizer"].param_groups[0]["lr"] == pytest.approx(rates[-2])
    ours, theirs = space["optimizer"], training.learner.optimizer
    assert type(ours) is type(theirs)
    for name in ("momentum", "betas", "eps", "weight_decay", "rho"):
        assert ours.param_groups[0].get(name) == theirs.param_groups[0].get(name)
    assert sum(p.numel() for p in space["net"].parameters()) == sum(p.numel() for p in training.network.parameters())


def test_the_command_is_understood_by_the_command_line() -> None:
    from cnnviz.cli.train import command

    for config in (*TRIED, replace(CONFIG, weight_decay=0.0, momentum=0.5)):
        words_ = re.findall(r"--([\w-]+)", code.command(config))
        known = {option.removeprefix("--") for param in command.params for option in param.opts}
        assert set(words_) <= known


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], str]]:
    """A data set whose download is what the test says."""

    def offer(download: Any) -> str:
        item = SimpleNamespace(name="far", download=download, size=100)
        monkeypatch.setattr(fetching, "DATASETS", {"far": item})
        return "far"

    yield offer
    fetching._LAST.clear()


def ended(name: str) -> fetching.Fetching:
    for thread in threading.enumerate():
        if thread.name == f"download-{name}":
            thread.join(10)
    found = fetching.last(name)
    assert found is not None and not found.active
    return found


def test_a_download_is_made_once_for_all_and_can_be_stopped(fetched: Callable[[Any], str]) -> None:
    asked, go = [], threading.Event()

    def download(cancelled: Callable[[], bool]) -> Iterator[Progress]:
        asked.append(1)
        yield Progress(40, 100)
        go.wait(10)
        if cancelled():
            raise DownloadCancelled("stopped")
        yield Progress(100, 100)

    name = fetched(download)
    for _ in range(20):
        fetching.fetch(name)
    fetching.cancel(name)
    go.set()
    assert ended(name).told.startswith("Stopped") and len(asked) == 1
    fetching.fetch(name)
    assert ended(name).told == "" and ended(name).share == 1.0 and len(asked) == 2


@pytest.mark.parametrize(
    ("error", "told"),
    [(DownloadError("No network: try later."), "No network: try later."), (RuntimeError("/secret"), "log")],
)
def test_a_download_that_fails_is_one_sentence(fetched: Callable[[Any], str], error: Exception, told: str) -> None:
    def download(cancelled: Callable[[], bool]) -> Iterator[Progress]:
        raise error
        yield

    name = fetched(download)
    fetching.fetch(name)
    assert told in ended(name).told and "secret" not in ended(name).told


def zipped(classes: int, images: int) -> bytes:
    """Squares of noise, so many per class."""
    packed, rng = io.BytesIO(), np.random.default_rng(0)
    with zipfile.ZipFile(packed, "w") as archive:
        for kind in range(classes):
            for number in range(images):
                one = io.BytesIO()
                Image.fromarray(rng.integers(0, 255, (32, 32, 3), dtype=np.uint8)).save(one, "png")
                archive.writestr(f"kind {kind}/{number}.png", one.getvalue())
    return packed.getvalue()


def test_pictures_of_ones_own_are_taken_in_or_refused_in_a_sentence(queue: Told) -> None:
    app = on_page("training")
    upload = app.file_uploader(key="train-upload-0")
    upload.set_value(("mine.zip", b"no zip at all", "application/zip"))
    app.run()
    assert not app.exception and len(app.error) == 1 and len(app.error[0].value) <= 140
    app.file_uploader(key="train-upload-0").set_value(("mine.zip", zipped(3, 12), "application/zip"))
    refresh(app)
    chosen = app.selectbox(key="train-data").value
    assert chosen.startswith("own-") and app.query_params["train-data"] in (chosen, [chosen])
    data = [each.proto for each in app.get("bidi_component") if each.component_name == "cnnviz.curves"]
    assert "ln 3 = 1.099" in json.loads(data[0].json)[0]["marks"][0]["title"]
    assert not app.button(key="train-start").disabled and chosen not in DATASETS


def test_an_export_of_ones_own_comes_back(queue: Told) -> None:
    from cnnviz.training.state import State

    queue.state = "done"
    run = made([begun(), *steps(1, 50)], label="mine", state="done")
    with runs.writer(runs.folder(run)) as writer:
        writer.event(epoch(1))
        writer.checkpoint(State({"network.weight": torch.zeros(2)}, {"step": 50, "epoch": 1}))
    packed = runs.export(run)
    app = on_page("training", run=run)
    app.button(key="train-delete").click()
    refresh(app)
    app.file_uploader(key="train-import-0").set_value(("run.zip", packed, "application/zip"))
    refresh(app)
    back = runs.listed()
    assert len(back) == 1 and back[0].label == "mine" and app.query_params["run"] in (back[0].id, [back[0].id])
