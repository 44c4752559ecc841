"""Choosing a network, and getting one that has to be downloaded."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.ui import cache, own_networks, state
from cnnviz.ui.controls import menu
from cnnviz.ui.plain import quoted

if TYPE_CHECKING:
    from cnnviz.runs import Trained


def choose_network(*, help: str = "") -> str:
    """Draw the menu of networks and return the chosen name. Imports torch on first use.

    Behind the networks of the program stand those that runs have trained, one of which brings the choice of its epoch,
    and those whose weights this visitor uploaded.
    """
    if "torch" not in sys.modules:
        time.sleep(0.1)  # importing torch holds the interpreter for a second: let what is drawn reach the browser first
    from cnnviz import runs
    from cnnviz.models import NETWORKS, uploaded

    asked = state.linked("network", "photo", lambda name: name in NETWORKS or _saved(name) or bool(uploaded.own(name)))
    own = {each.name: each for each in runs.networks()}
    if asked not in NETWORKS and not uploaded.is_own(asked):
        chosen = runs.trained(asked)
        # in the place of the same run after its last epoch
        own = {name: each for name, each in own.items() if each.run != chosen.run} | {chosen.name: chosen}
        state.put("network", chosen.name)
    mine = own_networks.known(asked)
    name = menu("Network", {**NETWORKS, **own, **mine}, key="network", default="photo", help=help)
    if name in own:
        _choose_epoch(own[name])
    own_networks.offer()
    return name


def _saved(name: str) -> bool:
    """Whether ``name`` is a network that a run has saved."""
    from cnnviz import runs

    try:
        runs.trained(name)
    except runs.BadRun:
        return False
    return True


def _choose_epoch(chosen: Trained) -> None:
    """Which of the saved epochs of a run; the link carries it in the name of the network."""
    if len(chosen.epochs) < 2:
        return
    key = f"network-epoch-{chosen.run}"
    state.put(key, chosen.epoch)

    def take() -> None:
        state.put("network", f"run-{chosen.run}@{state.get(key)}")

    st.select_slider(
        "After epoch", chosen.epochs, key=key, on_change=take, help="What the network had learned by then."
    )


def ready(name: str) -> bool:
    """Whether ``name`` can be used at once; if not, offer its download here: size, progress, cancel."""
    from cnnviz.models import NETWORKS, BadWeights, NotDownloaded, available

    if name not in NETWORKS:
        try:
            cache.network(name)
        except BadWeights as changed:
            st.error(quoted(changed), icon=":material/error:")
            return False
        return True
    if available(name):
        return True
    title = NETWORKS[name].title
    with st.container(border=True):
        try:
            cache.network(name)
        except NotDownloaded as missing:
            st.markdown(str(missing))
        left, right = st.columns(2)
        wanted = left.button(f"Download {title}", type="primary", key=f"download-{name}")
        right.button(
            "Use the network that is built in", key="use-built-in", on_click=state.put, args=("network", "photo")
        )
        if wanted:
            _download(name)
    return False


def _download(name: str) -> None:
    from cnnviz.data.downloads import DownloadError
    from cnnviz.models import NETWORKS, download

    # pressing Cancel (or anything else) starts a new run, which ends this one at its next progress report; what has
    # arrived stays on disk and the next try goes on from there
    bar = st.progress(0.0, "Asking for the file …")
    st.button("Cancel", key="cancel-download")
    try:
        for step in download(name):
            share = step.done / step.total if step.total else 0.0
            bar.progress(
                min(share, 1.0), f"{NETWORKS[name].title}: {step.done / 1e6:.0f} of {(step.total or 0) / 1e6:.0f} MB"
            )
    except DownloadError as failed:
        bar.empty()
        st.error(quoted(failed), icon=":material/wifi_off:")
        return
    st.rerun()
