"""Below the figure: what is maximized with this climb's numbers, what to notice, and what to take home."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.actmax import OBJECTIVES, parse
from cnnviz.actmax.parsing import penalty
from cnnviz.ui import cache
from cnnviz.ui.climbing import pictures
from cnnviz.ui.climbing.asking import AUTO, Asked
from cnnviz.ui.climbing.code import code
from cnnviz.ui.climbing.figure import value
from cnnviz.ui.climbing.terms import readable
from cnnviz.ui.components.bars import percent
from cnnviz.ui.strip import columns, download, show_code

if TYPE_CHECKING:
    from cnnviz.inspections.climb import Event
    from cnnviz.models import Network

MOST = 0.9  # of the rise


def strip(asked: Asked, events: Sequence[Event]) -> None:
    """Three columns under the figure."""
    left, middle, right = columns()
    told = [event for event in events if event.image]
    with left:
        formula(asked, told)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notices(asked, told)))
    with right:
        downloads(asked, told)
        show_code(code(asked.settings))


def formula(asked: Asked, events: Sequence[Event]) -> None:
    """The sum that is maximized, then each of its parts at the first milestone and now."""
    st.latex(r"\max_x \; f(x) - \lambda R(x), \qquad f(x) = " + OBJECTIVES[asked.first.kind].formula)
    if not events:
        return
    first, last = events[0], events[-1]
    rows = ["| term | weight | step 1 | now |", "| :-- | --: | --: | --: |"]
    for text, weight in weights(asked):
        at = last.terms.index(text) if text in last.terms else -1
        if at >= 0:
            rows.append(f"| {plain(text)} | {weight:g} | {value(first.values[at])} | **{value(last.values[at])}** |")
    if len(rows) > 3:
        rows.append(f"| f(x) | | {value(first.value)} | **{value(last.value)}** |")
    st.markdown("\n".join(rows).replace("step 1", f"step {first.step}").replace("now", f"step {last.step}"))
    st.caption("x are pixels between 0 and 1. The network stays as it is: only x moves, uphill along ∂f/∂x (Adam).")


def weights(asked: Asked) -> list[tuple[str, float]]:
    """The terms of the objective and of the penalties as events name them, with their signed weights."""
    against = penalty("" if asked.settings.penalties == AUTO else asked.settings.penalties)
    parts = [(str(term), factor) for factor, term in parse(asked.settings.objective).parts]
    return parts + [(str(term), -factor) for factor, term in (against.parts if against is not None else ())]


def plain(text: str) -> str:
    """A term for a table: nothing in it is taken for markup."""
    return re.sub(r"[^\w .:,-]", " ", readable(text)).replace(":", " ", 1)


def notices(asked: Asked, events: Sequence[Event]) -> list[str]:
    """Two to five sentences about this very image."""
    lines = [rise(events), grain(events)] if events else []
    if asked.first.kind == "logit":
        lines += [called(asked, events[-1])] if events else []
        lines.append(
            "The **logit**, not the probability: that one also grows when all other classes fall, and near 1 its slope "
            "is gone."
        )
    if asked.first.kind == "channel" and linear(asked.network, asked.first.layer):
        lines.append(
            "Nothing before this layer bends a line: in the **mean** of its map every pattern cancels, only the colour "
            "counts. Choose the layer behind its ReLU, or a *unit*."
        )
    if asked.first.kind == "unit":
        lines.append("A unit sees only its receptive field: outside of it the start stays.")
    lines.append(
        "What it does not prove: that the unit means *this*. It is one image of many that please it; try another seed, "
        "ask for several that differ, and compare with what stands beside it."
    )
    return lines


def linear(network: Network, layer: str) -> bool:
    """Whether only convolutions and batch norms lie between the picture and what ``layer`` answers."""
    from cnnviz.models.layers import places

    kinds = [place.kind for place in places(network)]
    at = [place.path for place in places(network)].index(layer)
    return all("convolution" in kind or kind == "batch norm" for kind in kinds[: at + 1])


def rise(events: Sequence[Event]) -> str:
    """When most of the rise was done."""
    first, last = events[0], events[-1]
    gained = last.value - first.value
    if gained <= 0:
        return "The value did not rise: where a ReLU is silent there is no slope to follow. Another seed may find one."
    step = next(event.step for event in events if event.value - first.value >= MOST * gained)
    return f"{percent(MOST)} of the rise were done after **{step}** of {last.steps} steps: the rest is polish."


def grain(events: Sequence[Event]) -> str:
    """How much of the image's contrast is fine grain."""
    share = pictures.fine(pictures.pixels(events[-1])[0])
    grainy = "the trick of adversarial pictures" if share > 0.3 else "as in photographs, most of it is shape"
    return f"**{percent(share)}** of its contrast is finer than four pixels: {grainy}."


def called(asked: Asked, event: Event) -> str:
    """What the network says of the image."""
    key = hashlib.sha256(event.image.encode()).hexdigest()
    answer = cache.made(lambda: asked.network.predict(pictures.pixels(event)[0])[0], f"{asked.network.name} of {key}")
    best = int(answer.argmax())
    return f"Shown the image, it says **{readable(asked.network.classes[best])}**, {percent(float(answer[best]))}."


def downloads(asked: Asked, events: Sequence[Event]) -> None:
    """The image, the strip of milestones, and both as numbers."""
    if not events:
        st.markdown("After a climb: the image, its milestones and the numbers.")
        return
    stem = re.sub(r"[^\w-]+", "-", f"{asked.network.name}-{asked.settings.objective}").strip("-")[:60]
    with st.container(horizontal=True):
        download("Image (PNG)", lambda: pictures.image_file(events), name=f"{stem}.png", mime="image/png")
        download("Milestones (PNG)", lambda: pictures.strip_file(events), name=f"{stem}-steps.png", mime="image/png")
        download(
            "Numbers (npy)",
            lambda: pictures.numbers_file(events),
            name=f"{stem}.npy",
            mime="application/octet-stream",
        )
