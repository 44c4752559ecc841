"""A network of the student's own: weights uploaded for an architecture of the program, known in this session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.ui import cache, state
from cnnviz.ui.plain import quoted

if TYPE_CHECKING:
    from cnnviz.models.uploaded import Own

KNOWN, REFUSED, TAKEN = "cnnviz.own-networks", "cnnviz.own-network-refused", "cnnviz.own-network-taken"
LABEL = "Use weights of your own"
HELP = "A state dict saved with safetensors.torch.save_file, at most 50 MB. Pickled files (.pt, .pth) are not taken."


def known(asked: str) -> dict[str, Own]:
    """The networks uploaded in this session, and the one that the link asks for, if they are still kept."""
    from cnnviz.models import uploaded

    names = dict.fromkeys([*state.get(KNOWN, ()), *([asked] if uploaded.is_own(asked) else [])])
    found = {name: uploaded.own(name) for name in names}
    return {name: own for name, own in found.items() if own is not None}


def offer() -> None:
    """The form behind one button: architecture, file, names of the classes."""
    from cnnviz.models import uploaded

    with st.popover(LABEL, type="tertiary", icon=":material/upload_file:"):
        items = uploaded.architectures()
        st.selectbox(
            "Architecture",
            list(items),
            format_func=lambda name: items[name].title,
            key="own-architecture",
            help="The network that your weights belong to; every shape is compared.",
        )
        st.text_area(
            "Names of its classes, in the order of its scores",
            key="own-classes",
            height=80,
            max_chars=20_000,
            placeholder="cat, dog, rabbit  (may be left empty)",
        )
        st.file_uploader("Weights", type=["safetensors"], key=_key(), max_upload_size=50, on_change=_take, help=HELP)
        if state.get(REFUSED):
            st.error(quoted(state.get(REFUSED)), icon=":material/error:")


def _key() -> str:
    return f"own-weights-{state.generation()}-{state.get(TAKEN, 0)}"


def _take() -> None:
    """A callback: the uploaded file becomes the network of the page, or a sentence says why not."""
    from cnnviz.models import BadWeights, uploaded

    given = state.get(_key())
    state.put(REFUSED, "")
    if given is None:
        return
    try:
        name = uploaded.admit(
            given.getvalue(), str(state.get("own-architecture")), names=str(state.get("own-classes") or "")
        )
        cache.network(name)
    except BadWeights as error:
        state.put(REFUSED, str(error))
        return
    state.put(KNOWN, (*state.get(KNOWN, ()), name))
    state.put(TAKEN, int(state.get(TAKEN, 0)) + 1)  # an empty uploader: the file is not offered again
    state.put("network", name)
