"""A watched training: its figure at rest, on its way, cancelled, refused; for one visitor and for two."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz import jobs
from cnnviz.jobs import Scheduler, Snapshot
from cnnviz.params import param
from cnnviz.training.tasks.registry import Task
from cnnviz.ui import live, polling


@dataclass(frozen=True)
class Settings:
    """One number."""

    steps: int = param(3, low=1, high=9, help="events")
    seed: int = param(0, low=0, high=9, help="seed")


@dataclass(frozen=True)
class Event:
    """One number."""

    progress: float
    value: float = 0.0


TASK = Task("watched", "Watched", "For this test.", "none", Settings, lambda _: iter(()), Event)
KEY = jobs.digest(TASK, Settings())
RECORDED = tuple(Event((k + 1) / 3, 100.0 + k) for k in range(3))


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Scheduler:
    """A scheduler whose runs go on when the test says so."""
    one = Scheduler(lambda: pytest.fail("started a worker"))
    monkeypatch.setattr(one, "_wake", lambda: None)
    for name in ("submit", "snapshot", "find", "cancel"):
        monkeypatch.setattr(jobs, name, getattr(one, name))
    return one


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording of the default settings."""
    told = Snapshot(KEY, "watched", "done", progress=1.0, seconds=4.1, events=RECORDED, date="2026-01-02")
    monkeypatch.setattr(jobs, "recorded", lambda _, settings: told if settings == Settings() else None)


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float | None]]:
    """The intervals that fragments were given."""
    given: list[float | None] = []
    real = st.fragment

    def fragment(body: Callable[..., Any], *, run_every: float | None = None) -> Callable[..., Any]:
        given.append(run_every)
        return real(body)

    monkeypatch.setattr(st, "fragment", fragment)
    return given


def script() -> None:
    import streamlit

    from cnnviz.ui.live import live as watch
    from tests.ui.test_live import TASK as task  # noqa: N811
    from tests.ui.test_live import Settings as Wanted

    def draw(events, finished):  # type: ignore[no-untyped-def]
        if events[0].value == 13.0:
            raise RuntimeError("secret path /home")
        streamlit.text(f"{[e.value for e in events]} {finished}")

    steps = streamlit.slider("steps", 1, 9, 3, key="steps")
    watch(
        task,
        Wanted(steps=steps),
        key="demo",
        draw=draw,
        untrained=lambda: streamlit.caption("nothing yet"),
    )


def visitor() -> AppTest:
    app = AppTest.from_function(script, default_timeout=30)
    return again(app)


def again(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def click(app: AppTest, which: str) -> AppTest:
    app.button(key=f"demo-{which}").click()
    return again(app)


def begin(scheduler: Scheduler, *values: float, key: str = KEY) -> Any:
    """Let the run that waits begin, and tell so many values."""
    job = scheduler._jobs[key]
    if job in scheduler._waiting:
        scheduler._waiting.remove(job)
        scheduler._current = job
        job.state, job.began = "running", time.monotonic() - 1.0
    for value in values:
        job.tell(Event(0.25 * (len(job.events) + 1), value))
    return job


def sentence(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


def drawn(app: AppTest) -> list[str]:
    return [element.value for element in app.text]


def progress(app: AppTest) -> list[str]:
    return [element.proto.text for element in app.get("progress")]


def test_at_rest_the_recording_is_shown_at_once(still: Scheduler, recording: None) -> None:
    app = visitor()
    assert drawn(app) == ["[100.0, 101.0, 102.0] True"]
    assert sentence(app) == "Recorded earlier: took 4.1\N{NO-BREAK SPACE}s on one core."
    assert not app.button(key="demo-start").disabled and app.button(key="demo-cancel").disabled


def test_without_recording_or_run_there_is_a_sentence_and_no_figure(still: Scheduler, recording: None) -> None:
    app = visitor()
    app.slider(key="steps").set_value(4)
    again(app)
    assert drawn(app) == [] and sentence(app) == "These settings have not been trained yet."
    assert [element.value for element in app.caption] == ["nothing yet"]
    assert not app.button(key="demo-start").disabled


def test_a_run_is_watched_from_the_click_to_the_end(
    still: Scheduler, recording: None, timers: list[float | None]
) -> None:
    app = click(visitor(), "start")
    assert timers[-1] == live.POLL and app.button(key="demo-start").disabled
    assert progress(app) == ["Place 1 in the queue"] and drawn(app) == ["[100.0, 101.0, 102.0] True"]  # stays
    still._waiting.clear()  # its worker starts
    assert progress(again(app))[0].startswith("Starting")
    still._waiting.append(still._jobs[KEY])
    begin(still)
    assert progress(again(app)) == ["Training"]
    job = begin(still, 7.0, 8.0)
    assert drawn(again(app)) == ["[7.0, 8.0] False"]
    assert progress(app) == ["Training, about 1\N{NO-BREAK SPACE}s left"]
    job.tell(Event(1.0, 9.0))
    job.end("done", "")
    assert drawn(again(app)) == ["[7.0, 8.0, 9.0] True"] and timers[-1] is None
    assert sentence(app).startswith("Trained here: took 1.") and progress(app) == []


def test_a_second_visitor_and_a_refresh_find_the_run(still: Scheduler, recording: None) -> None:
    click(visitor(), "start")
    begin(still, 7.0)
    assert drawn(visitor()) == ["[7.0] False"]


def test_cancel_leaves_the_figure_and_says_so(still: Scheduler, recording: None, timers: list[float | None]) -> None:
    app = click(visitor(), "start")
    begin(still, 7.0)
    click(again(app), "cancel")
    assert still.snapshot(KEY).state == "cancelled" and timers[-1] is None
    assert drawn(app) == ["[7.0] True"] and sentence(app) == "You stopped this training."
    other = visitor()  # who did not stop it, and sees the recording
    assert drawn(other) == ["[100.0, 101.0, 102.0] True"] and "Recorded" in sentence(other)
    assert progress(click(app, "start")) == ["Place 1 in the queue"]


def test_a_run_that_others_watch_goes_on_for_them(still: Scheduler, recording: None) -> None:
    ada = click(visitor(), "start")
    begin(still, 7.0)
    bob = visitor()
    click(again(ada), "cancel")
    assert still.snapshot(KEY).state == "running"
    assert sentence(ada) == "You left it; it goes on for 1 more."
    assert drawn(ada) == ["[100.0, 101.0, 102.0] True"] and not ada.button(key="demo-start").disabled
    assert drawn(again(bob)) == ["[7.0] False"]
    assert drawn(click(ada, "start")) == ["[7.0] False"]  # back in


def test_a_failure_is_one_sentence_and_the_figure_stays(still: Scheduler, recording: None) -> None:
    app = click(visitor(), "start")
    job = begin(still)
    job.end("failed", "The process that computed it ended unexpectedly; start it again.")
    assert drawn(again(app)) == ["[100.0, 101.0, 102.0] True"]
    assert sentence(app) == "The process that computed it ended unexpectedly; start it again."
    begin_again = click(app, "start")
    begin(still, 7.0).end("failed", "It failed.")
    assert drawn(again(begin_again)) == ["[7.0] True"] and sentence(begin_again) == "It failed."


def test_a_failure_without_a_figure_is_one_sentence(still: Scheduler) -> None:
    app = visitor()
    app.slider(key="steps").set_value(4)
    click(again(app), "start")
    begin(still, key=jobs.digest(TASK, Settings(steps=4))).end("failed", "It failed.")
    assert drawn(again(app)) == [] and sentence(app) == "It failed."


def test_a_figure_that_fails_is_one_sentence(still: Scheduler, recording: None) -> None:
    app = click(visitor(), "start")
    begin(still, 13.0)
    assert drawn(again(app)) == [] and len(app.error) == 1 and "secret" not in app.error[0].value
    assert not app.button(key="demo-cancel").disabled


def test_a_full_queue_is_one_sentence(still: Scheduler, recording: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.jobs.scheduler.WAITING", 1)
    still.submit(TASK, Settings(seed=5))
    app = click(visitor(), "start")
    assert sentence(app) == "1 trainings wait already; try again in a minute." and progress(app) == []
    still.cancel(jobs.digest(TASK, Settings(seed=5)))
    assert sentence(click(app, "start")) == "" and progress(app)


def test_place_in_the_queue(still: Scheduler, recording: None) -> None:
    for seed in (5, 6):
        still.submit(TASK, Settings(seed=seed))
    assert progress(click(visitor(), "start")) == ["Place 3 in the queue"]


def test_a_crowd_is_asked_to_look_less_often_whatever_each_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "_LOOKED", {})
    every = [polling.interval(live.POLL, str(who)) for who in range(1000)]
    assert every[0] == every[2] == live.POLL and every[9] == pytest.approx(1.5) and every[-1] == polling.SLOWEST
    assert every == sorted(every) and polling.interval(2.0, "0") == polling.SLOWEST
    clock = time.monotonic() + polling.FORGOTTEN + 1
    monkeypatch.setattr("cnnviz.ui.polling.time.monotonic", lambda: clock)
    assert polling.interval(live.POLL, "1000") == live.POLL and polling.look("1000") == 1  # the others have left


def bare() -> None:
    import streamlit

    streamlit.slider("steps", 1, 9, 3, key="steps")
    streamlit.text("x")


def test_at_rest_it_costs_little(still: Scheduler, recording: None) -> None:
    def cost(app: AppTest) -> float:
        app.run()
        took = []
        for _ in range(15):
            start = time.process_time()
            app.run()
            took.append(time.process_time() - start)
        return statistics.median(took)

    watched, without = cost(visitor()), cost(AppTest.from_function(bare))
    assert watched - without < 0.005
