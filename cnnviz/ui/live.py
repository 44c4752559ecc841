"""A training that is watched while it runs: its figure, a button, and how far it is."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz import jobs
from cnnviz.jobs import Snapshot
from cnnviz.jobs.snapshot import task_of
from cnnviz.training.tasks.registry import BadSettings, Task, Words
from cnnviz.ui import polling, state
from cnnviz.ui.lecture import fragment, one_sentence

Draw = Callable[[tuple[Any, ...], bool], None]
POLL = 0.5  # seconds between two looks at a run
TRAINING = Words()


def _nothing() -> None:
    """Leave the figure's place empty."""


def live(
    task: Task | str,
    settings: Any,
    *,
    key: str,
    draw: Draw,
    label: str = "Train it now",
    untrained: Callable[[], None] = _nothing,
) -> tuple[Any, ...]:
    """Show a training: at once what is known of it, and live when the button is pressed.

    ``draw(events, finished)`` draws the figure: of the run on its way, of the last one with these settings, or of its
    recording. Without any of them there is a sentence, and ``untrained()`` draws in the figure's place. Both may draw
    only there: while a run is on its way, nothing else of the page is drawn. Whoever opens the page sees the run that
    is on its way: it belongs to its settings, not to the visitor. Returns the events drawn.
    """
    task = task_of(task)
    view = _View(task, settings, jobs.digest(task, settings), key=key)
    shown = view.shown()
    row = _Row(view, draw, untrained, label, active=shown is not None and shown.active)
    every = polling.interval(POLL, viewer()) if row.active else None
    with st.container(key=f"{key}-live", gap="small"):
        events: tuple[Any, ...] = fragment(row.body, run_every=every)() or ()
    return events


@dataclass(frozen=True)
class _View:
    """One visitor's view of a run: what to show, and what the two buttons do."""

    task: Task
    settings: Any
    run: str
    key: str

    def shown(self) -> Snapshot | None:
        """The run on its way or the last one; where it has nothing to show, its sentence with the recording."""
        left = self._left()
        found = jobs.find(self.task, self.settings, by="" if left else viewer())
        recorded = jobs.recorded(self.task, self.settings)
        if found is None or (found.state == "cancelled" and not left):  # what others stopped is not shown
            return recorded
        if found.active and left:
            others = f"You left it; it goes on for {found.viewers} more."
            return _saying(recorded, found, others)
        if not found.events and not found.active:
            return _saying(recorded, found, found.message)
        return found

    def earlier(self, shown: Snapshot) -> tuple[Any, ...]:
        """What stays on screen until the first event of a new run arrives."""
        recorded = jobs.recorded(self.task, self.settings)
        return shown.earlier or (recorded.events if recorded is not None else ())

    def start(self) -> None:
        """The button's callback: ask for the run."""
        self._put("left", "")
        self._put("refused", "")
        try:
            jobs.submit(self.task, self.settings, by=viewer(), fresh=True)
        except (jobs.Busy, BadSettings) as error:
            self._put("refused", str(error))

    def cancel(self) -> None:
        """The button's callback: stop the run, or leave it to those who still look at it."""
        jobs.cancel(self.run, by=viewer())
        self._put("left", self.run)

    def refused(self) -> str:
        """Why the last click of this visitor started nothing."""
        return str(state.get(f"{self.key}-refused", ""))

    def _left(self) -> bool:
        return bool(state.get(f"{self.key}-left") == self.run)

    def _put(self, name: str, value: str) -> None:
        state.put(f"{self.key}-{name}", value)


@dataclass(frozen=True)
class _Row:
    """The buttons, the progress and the figure: a fragment that redraws itself while a run is on its way."""

    view: _View
    draw: Draw
    untrained: Callable[[], None]
    label: str
    active: bool

    def body(self) -> tuple[Any, ...]:
        """Draw it all once; returns the events drawn."""
        shown = self.view.shown()
        if self.active:
            polling.look(viewer())
        if (shown is not None and shown.active) != self.active:
            st.rerun()  # the page sets or ends the timer, and may say something about the finished run
        self._controls(shown)
        events = (shown.events or self.view.earlier(shown)) if shown is not None else ()
        with one_sentence():  # of its own: the buttons stay
            if shown is not None and events:
                self.draw(events, not (shown.active and shown.events))
            else:
                self.untrained()
        return events

    def _controls(self, shown: Snapshot | None) -> None:
        """Above the figure. Both buttons are always there: nothing moves, and Tab leads from one to the other."""
        view = self.view
        with st.container(horizontal=True, vertical_alignment="center", key=f"{view.key}-row"):
            st.button(
                self.label,
                icon=":material/play_arrow:",
                type="primary",
                key=f"{view.key}-start",
                disabled=self.active,
                on_click=view.start,
            )
            st.button("Cancel", key=f"{view.key}-cancel", disabled=not self.active, on_click=view.cancel)
            if self.active and shown is not None:
                st.progress(min(1.0, max(0.0, shown.progress)), text=progress_text(shown, view.task.words))
            else:
                st.markdown(view.refused() or rest_text(shown, view.task.words))


def _saying(recorded: Snapshot | None, found: Snapshot, message: str) -> Snapshot:
    """The recording, if there is one, with the sentence of a run that has nothing to show."""
    if recorded is None:
        return dataclasses.replace(found, state="failed", message=message)
    return dataclasses.replace(recorded, message=message)


def viewer() -> str:
    """A name for this visitor, told to nobody: who looks at a run, so that one cannot stop it for the others."""
    name = state.get("cnnviz.viewer")
    if name is None:
        name = secrets.token_hex(8)
        state.put("cnnviz.viewer", name)
    return str(name)


def progress_text(shown: Snapshot, words: Words = TRAINING) -> str:
    """How far a run is, in words."""
    if shown.state == "queued":
        return f"Place {shown.place} in the queue" if shown.place else "Starting; the first time this takes seconds"
    if shown.left is None:
        return words.doing
    return f"{words.doing}, about {max(1, round(shown.left))}\N{NO-BREAK SPACE}s left"


def rest_text(shown: Snapshot | None, words: Words = TRAINING) -> str:
    """What stands beside the buttons when nothing runs."""
    if shown is None:
        return words.before
    if shown.message:
        return shown.message
    took = f"took {shown.seconds:.1f}\N{NO-BREAK SPACE}s on one core"
    return f"Recorded earlier: {took}." if shown.date else f"{words.done}: {took}."
