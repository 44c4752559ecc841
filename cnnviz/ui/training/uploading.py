"""A zip that is uploaded once: what was taken already is not offered again at the next rerun."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui import cache, state

MEGABYTES = 50  # the server enforces it


def fresh(label: str, *, key: str) -> tuple[str, bytes]:
    """Name and bytes of a zip that is new since :func:`taken`; the name is "" where there is none."""
    given = st.file_uploader(
        label,
        type=["zip"],
        key=f"{key}-{state.generation()}",
        max_upload_size=MEGABYTES,
        label_visibility="collapsed",
    )
    if given is None:
        return "", b""
    data = given.getvalue()
    return ("", b"") if state.get(f"{key}-taken") == cache.digest(data) else (given.name, data)


def taken(data: bytes, *, key: str) -> None:
    """It was taken in."""
    state.put(f"{key}-taken", cache.digest(data))
