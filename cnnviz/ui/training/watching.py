"""A run while it is watched: the row of buttons, the numbers, the charts, and what may be changed on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz import runs
from cnnviz.ui import polling, state
from cnnviz.ui.components.readings import Said, readings
from cnnviz.ui.lecture import fragment, one_sentence
from cnnviz.ui.live import viewer
from cnnviz.ui.training import changing, commands, earlier, replaying, sets, words
from cnnviz.ui.training.charts import charts
from cnnviz.ui.training.following import Followed
from cnnviz.ui.training.setup import Wanted
from cnnviz.ui.training.shown import RESUMABLE, Shown, interval, stand

# as wide as “Resume”, whose place it takes; Streamlit strips blanks, but not the joiners around them
GO_ON = "\N{WORD JOINER}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}Go on\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{WORD JOINER}"


@dataclass(frozen=True)
class Watch:
    """One visitor's view: the run in sight as it was when the page was drawn, and the next one's settings."""

    shown: Shown | None
    wanted: Wanted
    earlier: Sequence[runs.Summary]
    plays: bool = False
    refused: str = ""
    asked: str = ""  # the link's run

    def now(self) -> Shown | None:
        """Where the run stands now; the page is drawn anew if its buttons have to change."""
        if self.shown is None:
            return None
        now = stand(self.shown.summary)
        if now.state != self.shown.state:
            st.rerun()
        return now

    @property
    def classes(self) -> int:
        """How many classes the run in sight tells apart."""
        told = self.shown.followed.classes if self.shown is not None else ()
        config = self.shown.config if self.shown is not None else self.wanted.config
        return max(2, len(told) or sets.count(config.data))


def panel(shown: Shown | None, wanted: Wanted) -> None:
    """Draw it all. Every part has its place at all times, so nothing moves when a run begins or ends."""
    watch = Watch(
        shown,
        wanted,
        earlier.compared(shown),
        plays=_plays(shown),
        refused=commands.refused(),
        asked=str(state.get(commands.RUN)),
    )
    fragment(_buttons)(watch)
    with st.container(key="train-live", gap="small"):
        fragment(_live, run_every=replaying.EVERY if watch.plays else interval(shown))(watch)
    fragment(changing.sliders)(shown, wanted.config)


def _plays(shown: Shown | None) -> bool:
    return shown is not None and replaying.share(shown.run) < 1


def _buttons(watch: Watch) -> None:
    shown = watch.now()
    active = shown is not None and shown.active
    standing = shown.state if shown is not None and not shown.summary.recorded else ""
    run = shown.run if shown is not None else ""
    told = watch.wanted.told
    ready = not active and not told
    with st.container(horizontal=True, vertical_alignment="center", key="train-row", gap="small"):
        st.button(
            "Start",
            icon=":material/play_arrow:",
            type="primary" if ready else "secondary",  # white on a pale button cannot be read
            key="train-start",
            disabled=not ready,
            on_click=commands.start,
            args=(watch.wanted.config,),
            help=_differing(watch) or None,
        )
        _command("Pause", "pause", run, enabled=standing == "running")
        _command("Step", "skip_next", run, enabled=standing == "paused")
        if standing in RESUMABLE:
            st.button(GO_ON, icon=":material/resume:", key="train-go-on", on_click=commands.go_on, args=(run,))
        else:
            _command("Resume", "resume", run, enabled=standing == "paused")
        _command("Stop", "stop", run, enabled=active)
        over = shown is not None and not active and bool(shown.followed.steps)
        play: dict[str, Any] = {"icon": ":material/replay:", "on_click": replaying.play, "args": (run,)}
        st.button("Replay", key="train-replay-it", disabled=not over, **play)
    started = state.get(commands.RUN) != watch.asked
    if started or commands.refused() != watch.refused or (over and _plays(shown) and not watch.plays):
        st.rerun()  # a run was started or refused, or is played again: the page shows it and sets the timer


def _command(label: str, icon: str, run: str, *, enabled: bool) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"train-{label.lower()}",
        disabled=not enabled,
        on_click=commands.tell,
        args=(run, label.lower()),
    )


def _differing(watch: Watch) -> str:
    """What the next run will do otherwise than the one in sight."""
    different = words.differs(watch.shown, watch.wanted.config)
    return f"The next run differs in: {different}." if different else ""


def _live(watch: Watch) -> None:
    shown = watch.now()
    if shown is not None and shown.active:
        polling.look(viewer())
    told = shown.followed if shown is not None else None
    if shown is not None and told is not None and watch.plays:
        part = replaying.share(shown.run)
        if part >= 1:
            st.rerun()  # the page ends the timer
        told = replaying.cut(told, part)
    with one_sentence():
        readings(words.readings(shown, told), _said(watch, shown, told), label="The training", key="train-readings")
        config = shown.config if shown is not None else watch.wanted.config
        charts(told, watch.earlier, config=config, classes=watch.classes)


def _said(watch: Watch, shown: Shown | None, told: Followed | None) -> Said:
    """What the last click was refused for, why nothing can start, or where the run in sight stands."""
    if watch.refused:
        return Said("Not done:", watch.refused)
    if watch.wanted.told and (shown is None or not shown.active):
        return Said("Before you start:", watch.wanted.told)
    return words.said(shown, told, replayed=watch.plays)
