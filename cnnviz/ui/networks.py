"""Choosing a network, and getting one that has to be downloaded."""

from __future__ import annotations

import sys
import time

import streamlit as st

from cnnviz.ui import cache, state
from cnnviz.ui.controls import menu


def choose_network(*, help: str = "") -> str:
    """Draw the menu of networks and return the chosen name. Imports torch on first use."""
    if "torch" not in sys.modules:
        time.sleep(0.1)  # importing torch holds the interpreter for a second: let what is drawn reach the browser first
    from cnnviz.models import NETWORKS

    return menu("Network", NETWORKS, key="network", default="photo", help=help)


def ready(name: str) -> bool:
    """Whether ``name`` can be used at once; if not, offer its download here: size, progress, cancel."""
    from cnnviz.models import NETWORKS, NotDownloaded, available

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
        st.error(str(failed), icon=":material/wifi_off:")
        return
    st.rerun()
