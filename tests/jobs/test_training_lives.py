"""What becomes of live runs in the queue, with an executor of no processes: commands, ends, other servers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cnnviz import runs
from cnnviz.jobs import minding
from cnnviz.jobs.commands import BadCommand
from cnnviz.jobs.resting import GONE
from cnnviz.jobs.sitting import LEFT
from cnnviz.jobs.training import Queue
from tests.jobs.waiting import config, told, until

pytestmark = pytest.mark.usefixtures("quick")


def test_commands_reach_a_run_or_wait_for_it(queue: Queue, fake) -> None:
    first, second = queue.start(config(1), by="ann"), queue.start(config(2), by="ann")
    until(lambda: fake.launched)
    queue.tell(second, {"do": "change", "lr": 1})
    queue.tell(first, {"do": "pause", "strange": "left out"})
    until(lambda: fake.launched == [first, second])  # one's own pause does not block one's next run
    assert queue.standing(first).state == "paused" and queue.standing(first).pid is None
    assert fake.handles[first].told == [{"do": "pause"}, {"do": "leave"}]
    assert fake.handles[second].told == [{"do": "change", "lr": 1.0}]
    queue.tell(first, {"do": "change", "momentum": 0.5})
    queue.tell(first, {"do": "resume"})
    assert queue.standing(first).place == 1
    fake.handles[second].end("done")
    until(lambda: fake.launched == [first, second, first])
    assert fake.handles[first].told == [{"do": "change", "momentum": 0.5}, {"do": "resume"}]


def test_a_paused_run_gives_way_after_a_while(queue: Queue, fake, monkeypatch: pytest.MonkeyPatch) -> None:
    first = queue.start(config(1), by="ann")
    until(lambda: fake.launched)
    queue.tell(first, {"do": "pause"})
    second = queue.start(config(2), by="ben")
    until(lambda: queue.standing(first).state == "paused")
    time.sleep(0.1)
    assert queue.standing(second).place == 1  # it may go on any moment
    monkeypatch.setattr(minding, "PARK", 0.0)
    until(lambda: queue.standing(second).state == "running")
    assert queue.standing(first).state == "paused" and told(first)[0] == "paused"


@pytest.mark.parametrize(
    ("commands", "state"),
    [(["resume"], "running"), (["change", "resume"], "running"), (["change"], "paused"), (["stop"], "stopped")],
)
def test_what_a_run_is_told_while_it_leaves_is_not_lost(
    queue: Queue, fake, monkeypatch: pytest.MonkeyPatch, *, commands: list[str], state: str
) -> None:
    run = queue.start(config(1), by="ann")
    until(lambda: fake.launched)
    slow = fake.handles[run]
    queue.tell(run, {"do": "pause"})
    monkeypatch.setattr(slow, "tell", slow.told.append)
    monkeypatch.setattr(minding, "IDLE", 0.0)
    until(lambda: {"do": "leave"} in slow.told)
    for do in commands:
        queue.tell(run, {"do": do, "lr": 0.5})
    monkeypatch.setattr(minding, "IDLE", 600.0)
    slow.kill()
    until(lambda: queue.standing(run).state == state and queue.standing(run).pid is None)
    until(lambda: len(fake.launched) == (2 if "resume" in commands else 1))
    if state == "paused":
        queue.tell(run, {"do": "resume"})
        until(lambda: len(fake.launched) == 2)
    assert ({"do": "change", "lr": 0.5} in fake.handles[run].told) == ("change" in commands)


def test_out_of_the_queue(queue: Queue, fake) -> None:
    blocking = queue.start(config(0), by="eve")
    until(lambda: fake.launched)
    paused, stopped = queue.start(config(1), by="ann"), queue.start(config(2), by="ben")
    queue.tell(paused, {"do": "pause"})
    queue.tell(stopped, {"do": "stop"})
    assert (told(paused)[0], told(stopped)[0]) == ("paused", "stopped")
    assert queue.go_on(stopped, by="ben") == stopped and queue.go_on(paused, by="ann") == paused
    assert queue.go_on(blocking, by="ann") == blocking  # on its way: nothing to do
    assert [queue.standing(run).place for run in (stopped, paused)] == [1, 2]


def test_what_is_over_stays_so(queue: Queue, fake) -> None:
    for state in ("done", "diverged"):
        run = queue.start(config(len(state)), by="ann")
        until(lambda run=run: run in fake.launched)
        fake.handles[run].end(state)
        until(lambda run=run, state=state: queue.standing(run).state == state)
        queue.tell(run, {"do": "resume"})
        with pytest.raises(BadCommand):
            queue.go_on(run, by="ann")


def test_going_on_while_the_process_ends_is_not_lost(queue: Queue, fake, monkeypatch: pytest.MonkeyPatch) -> None:
    run = queue.start(config(1), by="ann")
    until(lambda: fake.launched)
    slow = fake.handles[run]
    monkeypatch.setattr(slow, "tell", lambda command: runs.stand(run, "stopped"))
    queue.tell(run, {"do": "stop"})
    queue.go_on(run, by="ann")
    until(lambda: queue.standing(run).state == "stopped")
    queue.go_on(run, by="ann")
    slow.kill()
    until(lambda: fake.launched == [run, run])


def test_a_process_that_dies_is_noticed_and_its_run_goes_on_when_told(queue: Queue, fake) -> None:
    run = queue.start(config(1), by="ann")
    until(lambda: fake.launched)
    fake.handles[run].kill()
    until(lambda: queue.standing(run).state == "interrupted")
    assert told(run) == ("interrupted", GONE) and len(GONE) <= 140
    queue.go_on(run, by="ben")
    until(lambda: fake.launched == [run, run])


def test_a_run_that_does_not_stop_is_ended(queue: Queue, fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.jobs.entry.STOPPING", 0.0)
    run = queue.start(config(1), by="ann")
    until(lambda: fake.launched)
    monkeypatch.setattr(fake.handles[run], "tell", lambda command: None)
    queue.tell(run, {"do": "stop"})
    until(lambda: told(run) == ("stopped", minding.DEAF))


def test_an_executor_that_cannot_start_does_not_stop_the_queue(queue: Queue, fake, monkeypatch) -> None:
    good = fake.launch

    def launch(folder: Path):
        if folder.name == bad:
            raise OSError("no more processes")
        return good(folder)

    monkeypatch.setattr(fake, "launch", launch)
    with queue._changed:
        bad = queue.start(config(1), by="ann")
        fine = queue.start(config(2), by="ann")
    until(lambda: queue.standing(fine).state == "running")
    assert told(bad) == ("failed", minding.NOT_STARTED)


def test_a_deleted_run_does_not_stop_the_queue(queue: Queue, fake) -> None:
    with queue._changed:
        gone, fine = queue.start(config(1), by="ann"), queue.start(config(2), by="ben")
        (runs.folder(gone) / "run.json").unlink()
    until(lambda: queue.standing(fine).state == "running")
    with pytest.raises(runs.BadRun):
        queue.standing(gone)


def test_the_next_server_takes_up_what_the_last_left(fakes) -> None:
    states = ["queued", "running", "paused", "done", "queued", "interrupted", "interrupted", "stopped"]
    made = []
    for seed, state in enumerate(states):
        made.append(runs.create(config(seed), by=f"v{seed}"))
        runs.stand(made[-1], state, LEFT if seed == 5 else "")
        time.sleep(0.002)  # the order of creation is told in ms
    fake = fakes.FakeExecutor(seconds=0.01)
    queue = Queue(fake)
    assert queue.standing(made[2]).state == "paused"
    until(lambda: len(fake.launched) == 4 and queue.standing(made[4]).state == "done")
    assert fake.launched == [made[1], made[5], made[0], made[4]]
    assert [queue.standing(made[k]).state for k in (2, 6, 7)] == ["paused", "interrupted", "stopped"]
    queue.tell(made[2], {"do": "resume"})
    until(lambda: queue.standing(made[2]).state == "done")
    queue.close()


def test_two_servers_on_one_folder_train_a_run_once(fakes) -> None:
    """The other server holds both; what it leaves in the middle goes on here, what it ends is forgotten."""
    run, over = runs.create(config(1), by="ann"), runs.create(config(2), by="ann")
    fake = fakes.FakeExecutor(seconds=0.01)
    queue = Queue(fake)
    with runs.writer(run), runs.writer(over):
        for each in (run, over):
            runs.stand(each, "running")
        assert queue.standing(run).state == "running"
        with pytest.raises(BadCommand):
            queue.tell(run, {"do": "stop"})
        with pytest.raises(BadCommand):
            queue.go_on(run, by="ann")
        time.sleep(0.2)
        assert not fake.launched
        runs.stand(over, "done")
    until(lambda: queue.standing(run).state == "done")
    assert fake.launched == [run]
    queue.close()


def test_what_waits_here_and_was_trained_there_is_not_trained_again(queue: Queue, fake) -> None:
    with queue._changed:
        run = queue.start(config(1), by="ann")
        runs.stand(run, "done")
    until(lambda: queue.standing(run).state == "done")
    assert not fake.launched


def test_the_end_of_the_server_leaves_runs_as_they_are(fakes) -> None:
    fake = fakes.FakeExecutor()
    queue = Queue(fake)
    first, second = queue.start(config(1), by="ann"), queue.start(config(2), by="ann")
    until(lambda: fake.launched)
    queue.close()
    assert fake.closed
    time.sleep(0.1)
    assert (told(first)[0], told(second)[0]) == ("running", "queued")
