"""What the buttons do: callbacks that start a run, tell one something, or let it go on."""

from __future__ import annotations

import time

from cnnviz.jobs import training as jobs
from cnnviz.training.config import Config
from cnnviz.ui import state
from cnnviz.ui.live import viewer

RUN = "run"  # the link's name for the run in sight
ADOPTED = "train-adopted"  # the run whose settings the controls took over
REFUSED = "train-refused"
PATIENCE = 0.4  # seconds for which a click waits to see its effect, so that the buttons follow at once


def start(config: Config, label: str = "") -> None:
    """Ask for a run and show it."""
    state.put(REFUSED, "")
    try:
        run = jobs.start(config, by=viewer(), label=label)
    except ValueError as refused:
        state.put(REFUSED, _sentence(refused))
        return
    state.put(RUN, run)
    state.put(ADOPTED, run)


def tell(run: str, do: str) -> None:
    """Pause, resume, step or stop."""
    before = jobs.standing(run).state
    _try(run, {"do": do})
    _wait(run, before, patience=0.0 if do == "step" else PATIENCE)


def change(run: str, **settings: float) -> None:
    """Another rate, momentum or decay from the next step on."""
    _try(run, {"do": "change", **settings})


def go_on(run: str) -> None:
    """Continue from the last checkpoint."""
    state.put(REFUSED, "")
    before = jobs.standing(run).state
    try:
        jobs.go_on(run, by=viewer())
    except ValueError as refused:
        state.put(REFUSED, _sentence(refused))
        return
    _wait(run, before, patience=PATIENCE)


def refused() -> str:
    """Why the last click of this visitor did nothing, or nothing."""
    return str(state.get(REFUSED, ""))


def _try(run: str, command: dict[str, object]) -> None:
    state.put(REFUSED, "")
    try:
        jobs.tell(run, command)
    except ValueError as refused:
        state.put(REFUSED, _sentence(refused))


def _wait(run: str, before: str, *, patience: float) -> None:
    """Until it stands otherwise; asleep meanwhile."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and jobs.standing(run).state == before:
        time.sleep(0.04)


def _sentence(error: Exception) -> str:
    from cnnviz.ui.lecture import sentence

    return sentence(error)
