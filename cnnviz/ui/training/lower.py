"""Below the fold: the strip and the look inside, which follow the run in sight more slowly than its curves."""

from __future__ import annotations

import streamlit as st

from cnnviz import runs
from cnnviz.training.events import Look
from cnnviz.ui.lecture import fragment
from cnnviz.ui.training import looks, reading, sets, stack, words
from cnnviz.ui.training.earlier import compared
from cnnviz.ui.training.setup import KEY, Wanted
from cnnviz.ui.training.shown import Shown, interval, stand

SLOWER = 6.0  # times the interval of the curves


def own_layers(wanted: Wanted) -> None:
    """The editor of the layers of one's own, if they are what is to be trained."""
    if wanted.config.network == "stack":
        st.subheader("Your own layers", anchor=False)
        stack.section(key=f"{KEY}-stack", classes=sets.count(wanted.config.data))


def section(shown: Shown | None, wanted: Wanted) -> None:
    """Formula, notices and downloads, then the look inside; both anew every few seconds while it trains."""
    every = interval(shown)
    fragment(_body, run_every=None if every is None else SLOWER * every)(shown, wanted)


def _body(shown: Shown | None, wanted: Wanted) -> None:
    now = stand(shown.summary) if shown is not None else None
    if now is not None and shown is not None and now.state != shown.state:
        st.rerun()
    reading.strip(now, wanted.config)
    if now is None:
        return
    there, key = runs.looks(now.run), f"{KEY}-look"
    epoch, others = looks.wanted(there, key=key), compared(now)
    looks.section(
        runs.look(now.run, epoch) if epoch is not None else None,
        classes=now.followed.classes or sets.classes(now.config.data),
        key=key,
        epochs=there,
        earlier=_look(others[0].id, epoch) if others and epoch is not None else None,
        title=words.named(others[0]) if others else "",
    )


def _look(run: str, epoch: int) -> Look | None:
    """The look into another run at ``epoch``, or its last one before."""
    there = [each for each in runs.looks(run) if each <= epoch]
    return runs.look(run, there[-1]) if there else None
