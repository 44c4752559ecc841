"""The run in sight: the one that the link names, or a recorded one until something was trained."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnviz import runs
from cnnviz.jobs import training as jobs
from cnnviz.training.config import Config
from cnnviz.ui import polling, state
from cnnviz.ui.live import viewer
from cnnviz.ui.training import setup
from cnnviz.ui.training.commands import ADOPTED, RUN
from cnnviz.ui.training.following import Followed, followed

ACTIVE = ("queued", "running", "paused")
RESUMABLE = ("stopped", "failed", "interrupted")  # from their last checkpoint
POLL = 0.5  # seconds between two looks at a run
RESTING = 2.0  # the same while it is paused: another visitor may let it go on


@dataclass(frozen=True)
class Shown:
    """A run and where it stands. ``place`` counts from 1 in the queue, ``message`` says why it ended."""

    summary: runs.Summary
    state: str
    place: int = 0
    message: str = ""

    @property
    def run(self) -> str:
        """Its id."""
        return self.summary.id

    @property
    def config(self) -> Config:
        """Its settings."""
        return self.summary.config

    @property
    def active(self) -> bool:
        """Whether it may still tell something."""
        return self.state in ACTIVE

    @property
    def followed(self) -> Followed:
        """Its events so far."""
        return followed(self.run).update()


def asked() -> runs.Summary | None:
    """The run of the link. The first time, its settings become those of the controls, unless the link has others."""
    name = state.linked(RUN, "", known)
    if not name:
        return None
    summary = runs.summary(name)
    if state.get(ADOPTED) != name:
        state.put(ADOPTED, name)
        if not any(each.startswith(f"{setup.KEY}-") for each in st.query_params):
            setup.adopt(summary.config)
    return summary


def find(summary: runs.Summary | None, config: Config) -> Shown | None:
    """That run, or the recording nearest to ``config``; None if there is nothing to show."""
    if summary is not None:
        return stand(summary)
    recorded = [each for each in runs.listed() if each.recorded]
    return stand(max(recorded, key=lambda each: _fit(each, config))) if recorded else None


def stand(summary: runs.Summary) -> Shown:
    """Where a run stands now."""
    if summary.recorded:
        return Shown(summary, summary.state)
    now = jobs.standing(summary.id)
    return Shown(summary, now.state, now.place, now.message)


def known(name: str) -> bool:
    """Whether there is a run of this name."""
    try:
        runs.summary(name)
    except ValueError:
        return False
    return True


def _fit(summary: runs.Summary, config: Config) -> int:
    """How many settings of a recording are those of ``config``; the network and the data count most."""
    told, wanted = summary.config.told(), config.told()
    weight = {"network": 100, "data": 100}
    return sum(weight.get(name, 1) for name, value in wanted.items() if told[name] == value)


def interval(shown: Shown | None) -> float | None:
    """Seconds until the next look, none when nothing can change."""
    if shown is None or not shown.active:
        return None
    return polling.interval(RESTING if shown.state == "paused" else POLL, viewer())
