"""Choosing what to learn from: a data set of the menu, one that is downloaded first, or a zip of one's own classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.data import sets
from cnnviz.data.sets import DATASETS, BadData
from cnnviz.ui import cache, state
from cnnviz.ui.lecture import fragment
from cnnviz.ui.live import viewer
from cnnviz.ui.plain import quoted
from cnnviz.ui.training import fetching, uploading

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

POLL = 0.5  # seconds between two looks at a download
SHOWN = 10  # examples at most, one per class
MOST_STRIPS = 64
WANTED = "train-upload-wanted"


def choose_set(key: str) -> str:
    """Draw menu, examples and what is missing; returns the name."""
    if uploaded := state.get(WANTED):
        state.put(WANTED, "")
        state.put(key, uploaded)
    name = state.linked(key, next(iter(DATASETS)), _is_known)
    items = {item.name: item for item in (*sets.menu(viewer()), sets.known(name))}
    notes = "\n\n".join(f"**{item.title}**: {item.summary}" for item in items.values())
    left, right = st.columns([4, 1], gap="small", vertical_alignment="bottom")
    left.selectbox("Data", list(items), format_func=lambda name: items[name].title, key=key, help=notes)
    with right.popover("", icon=":material/upload:", help="Bring your own pictures", width="stretch"):
        _upload()
    if items[name].missing:
        _offer(name)
    else:
        _examples(name)
    return name


def title(name: str) -> str:
    """What the menu calls a data set, also one that is gone."""
    return sets.known(name).title if _is_known(name) else "pictures that are gone"


def missing(name: str) -> str:
    """The sentence that says why ``name`` cannot be trained on now, or nothing."""
    return sets.known(name).missing


def classes(name: str) -> tuple[str, ...]:
    """Names of the classes, without opening the set; empty if it is gone."""
    return sets.known(name).classes if _is_known(name) else ()


def count(name: str) -> int:
    """How many classes there are."""
    return max(2, len(classes(name)) or 10)


def _is_known(name: str) -> bool:
    try:
        sets.known(name)
    except BadData:
        return False
    return True


def _examples(name: str) -> None:
    """One image per class in a row, where that costs little."""
    address = _strip(name)
    if address:
        st.image(address, width="stretch", alt=f"One image of each class: {', '.join(classes(name)[:SHOWN])}")


_STRIPS: dict[str, str] = {}  # a kilobyte or two each; a set that has to be prepared first has one later


def _strip(name: str) -> str:
    if name not in _STRIPS:
        first = [images[0] for images in sets.examples(name, 1).values() if len(images)][:SHOWN]
        if not first:
            return ""
        if len(_STRIPS) > MOST_STRIPS:
            _STRIPS.clear()
        _STRIPS[name] = cache.address(np.concatenate(first, axis=1))
    return _STRIPS[name]


def _offer(name: str) -> None:
    """What is missing, and its download with size, progress and cancel."""
    last = fetching.last(name)
    every = POLL if last is not None and last.active else None

    def body() -> None:
        now = fetching.last(name)
        if (now is not None and now.active) != (every is not None) or not missing(name):
            st.rerun()  # the page sets or ends the timer, or can use the set
        _download(name, now)

    fragment(body, run_every=every)()


def _download(name: str, now: fetching.Fetching | None) -> None:
    item = sets.known(name)
    if item.download is None:
        st.caption(item.missing)
        return
    if now is not None and now.active:
        size = (now.total or item.size or 0) / 1e6
        st.progress(now.share, f"{now.done / 1e6:.0f} of {size:.0f} MB")
        st.button("Cancel", key="train-download-cancel", on_click=fetching.cancel, args=(name,), width="stretch")
        return
    st.button(
        f"Download {(item.size or 0) / 1e6:.0f} MB",
        icon=":material/download:",
        key="train-download",
        on_click=fetching.fetch,
        args=(name,),
        help=item.missing,
        width="stretch",
    )
    if now is not None and now.told:
        st.caption(now.told)


def _upload() -> None:
    """A zip with one folder per class; refused in one sentence."""
    st.markdown("A zip with one folder of pictures per class, for example `cats/…` and `dogs/…`; 10 MB at most.")
    title, data = uploading.fresh("Your classes", key="train-upload")
    if not title:
        return
    bar = st.progress(0.0, "Looking at the pictures")
    try:
        name = sets.admit(data, by=viewer(), title=title, progress=lambda done, total: _tell(bar, done / max(total, 1)))
    except BadData as refused:
        bar.empty()
        st.error(quoted(refused), icon=":material/image_not_supported:")
        return
    uploading.taken(data, key="train-upload")
    state.put(WANTED, name)  # the menu is drawn already: it stands there in the next run
    st.rerun()


def _tell(bar: DeltaGenerator, share: float) -> None:
    bar.progress(min(1.0, share), "Looking at the pictures")
