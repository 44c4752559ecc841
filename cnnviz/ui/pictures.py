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

TYPES = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "avif", "heic"]


@dataclass(frozen=True)
class Chosen:
    """A picture, uint8 ``(H, W, 3)``, the digest that keys every cache, and what to call it."""

    pixels: NDArray[np.uint8]
    key: str
    title: str
    credit: str


def choose_picture() -> Chosen:
    """Draw uploader and gallery; return what is chosen. A bad upload is refused in a sentence, a sample shown."""
    uploaded = st.file_uploader(
        "Your photo",
        type=TYPES,
        key=f"upload-{state.generation()}",
        max_upload_size=MAX_BYTES // 1_000_000,
        label_visibility="collapsed",
        help="PNG, JPEG, WebP, GIF, BMP, AVIF, HEIC: at most 10 MB, 12 megapixels. It stays in this computer's memory.",
    )
    name = state.linked("picture", next(iter(SAMPLES)), SAMPLES)
    items = [(key, item.title) for key, item in SAMPLES.items()]
    picked = state.chooser("picture", "gallery", "picked")
    gallery(
        items,
        cache.thumbnails(),
        chosen="" if uploaded else name,
        key="gallery",
        label="Sample pictures",
        on_pick=picked,
    )
    if uploaded is not None:
        try:
            data = uploaded.getvalue()
            return Chosen(cache.decoded(data), cache.digest(data), "your photo", "")
        except BadImage as refused:
            st.error(str(refused), icon=":material/image_not_supported:")
    return Chosen(
        cache.sample_picture(name), f"sample {name}", f"the picture “{SAMPLES[name].title}”", SAMPLES[name].credit
    )
