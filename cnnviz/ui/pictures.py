"""Choosing a picture: a sample, or the student's own. One picture follows the student from lecture to lecture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.images import MAX_BYTES, BadImage
from cnnviz.data.samples import SAMPLES
from cnnviz.ui import cache, state
from cnnviz.ui.components.gallery import gallery
from cnnviz.ui.plain import quoted

TYPES = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "avif", "heic"]


PHOTO, DROPPED = "cnnviz.photo", "cnnviz.photos-dropped"


@dataclass(frozen=True)
class Chosen:
    """A picture, uint8 ``(H, W, 3)``, the digest that keys every cache, and what to call it."""

    pixels: NDArray[np.uint8]
    key: str
    title: str
    credit: str


def choose_picture() -> Chosen:
    """Draw uploader and gallery; return what is chosen. A bad upload is refused in a sentence, a sample shown.

    The visitor's photo goes along to other lectures, until a sample is clicked or the file is removed.
    """
    state.remember_default(PHOTO, None)
    st.file_uploader(
        "Your photo",
        type=TYPES,
        key=_uploader(),
        max_upload_size=MAX_BYTES // 1_000_000,
        label_visibility="collapsed",
        on_change=_keep_photo,
        help="PNG, JPEG, WebP, GIF, BMP, AVIF, HEIC: at most 10 MB, 12 megapixels. It stays in this computer's memory.",
    )
    data = state.get(PHOTO)
    name = state.linked("picture", next(iter(SAMPLES)), SAMPLES)
    items = [(key, item.title) for key, item in SAMPLES.items()]
    copy = state.chooser("picture", "gallery", "picked")

    def picked() -> None:
        copy()
        drop_photo()

    gallery(
        items,
        cache.thumbnails(),
        chosen=name if data is None else "",
        key="gallery",
        label="Sample pictures",
        on_pick=picked,
    )
    if data is not None:  # an empty file is told as well
        try:
            pixels = cache.decoded(data)
        except BadImage as refused:
            state.put(PHOTO, None)
            st.error(quoted(refused), icon=":material/image_not_supported:")
        else:
            if state.get(_uploader()) is None:  # it was given on another page
                st.button("Stop using your photo", key="drop-photo", type="tertiary", on_click=drop_photo)
            return Chosen(pixels, cache.digest(data), "your photo", "")
    return Chosen(
        cache.sample_picture(name), f"sample {name}", f"the picture “{SAMPLES[name].title}”", SAMPLES[name].credit
    )


def _uploader() -> str:
    """The key of the uploader: a new one is empty."""
    return f"upload-{state.generation()}-{state.get(DROPPED, 0)}"


def _keep_photo() -> None:
    """A callback: the file that was just given or removed, for the other lectures too."""
    given = state.get(_uploader())
    state.put(PHOTO, None if given is None else given.getvalue())


def drop_photo() -> None:
    """Go back to the samples; a callback."""
    state.put(PHOTO, None)
    state.put(DROPPED, int(state.get(DROPPED, 0)) + 1)
