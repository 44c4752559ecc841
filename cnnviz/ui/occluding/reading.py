"""Below the maps: the difference of two scores in numbers, what to notice, code and downloads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.cam.spread import peak
from cnnviz.occlusion import FILLS, Occlusion, highest, lowest
from cnnviz.ui.cam.explaining import readable
from cnnviz.ui.components.bars import percent
from cnnviz.ui.occluding.downloads import code, downloads
from cnnviz.ui.occluding.places import Box, Corner
from cnnviz.ui.strip import columns, show_code

if TYPE_CHECKING:
    from cnnviz.ui.occluding.situation import Situation


def strip(asked: Situation, found: Occlusion | None) -> None:
    """Three columns under the figure; the left one reruns while the patch is dragged."""
    from cnnviz.ui.occluding.dragging import written

    left, middle, right = columns()
    with left:
        written(asked)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notice(asked, found)))
    with right:
        downloads(asked, found)
        show_code(code(asked))
        if asked.chosen.credit:
            st.caption(f"Picture: {asked.chosen.credit}")


def formula(asked: Situation, under: NDArray[np.float32], at: Corner, kept: int) -> None:
    """The drop with the numbers under the patch."""
    clean, now = float(asked.clean[asked.target]), float(under[asked.target])
    patches = f"{kept + 1} patches, the last" if kept else "the patch"
    where = rf"({at[0]},\,{at[1]})"
    st.latex(rf"\Delta_u = p(c \mid x) - p(c \mid x \text{{ with {patches} at }} u)")
    st.latex(rf"\Delta_{{{where}}} = {clean:.3f} - {now:.3f} = {clean - now:+.3f}")
    st.caption(
        f"c is the class {asked.name}; u the patch's upper left corner, row and column in the pixels that the network "
        "sees. A positive difference says that what lies under the patch speaks for c, a negative one that it is in "
        "its way."
    )


def notice(asked: Situation, found: Occlusion | None) -> list[str]:
    """Sentences about these very maps, the most telling first."""
    worst, best = (lowest(found), highest(found)) if found is not None else (None, None)
    if found is None or worst is None or best is None:
        return [
            "Drag the patch over what you would look at yourself, then over the background. Which costs more?",
            "Keep the patch where it *raises* the score: what lies there spoke for another class.",
            "Compute the maps to see every place at once.",
        ]
    name = asked.name
    lines = [_strongest(found, worst.drop, name)]
    if best.drop < 0:
        down, across = _where(-found.drop)
        lines.append(
            f"Covering the **{down} {across}** *raises* it to **{best.probability:.3f}**: something there spoke for "
            "another class, or is only in the way."
        )
    else:
        lines.append(f"No place raises it: every part that can be covered helps *{name}* a little.")
    lines.append(_classes(asked, found))
    lines.append(fills(asked, worst.box))
    lines.append(sizes(asked, worst.box))
    return lines


def _where(values: NDArray[np.float32]) -> tuple[str, str]:
    return peak(np.where(np.isnan(values), -np.inf, values))


def _strongest(found: Occlusion, drop: float, name: str) -> str:
    down, across = _where(found.drop)
    clean = float(found.clean[found.target])
    if drop <= 0:
        return f"No place costs *{name}* anything."
    return (
        f"The **{down} {across}** matters most: covered there, p({name}) drops from {clean:.3f} by **{drop:.3f}**. "
        + ("Even that does not hurt much: the network sees it in several places." if drop < 0.2 * clean else "")
    ).strip()


def _classes(asked: Situation, found: Occlusion) -> str:
    known = int((found.predicted >= 0).sum())
    first = readable(asked.network.classes[int(found.clean.argmax())])
    if not found.changed:
        return f"At none of the {known} places another class wins: it stays *{first}*."
    others, counts = np.unique(found.predicted[found.predicted >= 0], return_counts=True)
    order = [int(k) for k in others[np.argsort(-counts)] if k != int(found.clean.argmax())]
    then = readable(asked.network.classes[order[0]])
    return f"At **{percent(found.changed / known)}** of the places another class wins, most often *{then}*."


def fills(asked: Situation, box: Box) -> str:
    """The drop at one place by what the patch shows: none of it is neutral."""
    clean = float(asked.clean[asked.target])
    drops = {
        fill.title.lower(): clean - float(_other(asked, fill=name).under((box,))[asked.target])
        for name, fill in FILLS.items()
    }
    told = ", ".join(f"{name} {drop:+.3f}" for name, drop in drops.items())
    return f"What the patch shows matters. Drop at the strongest place: {told}. None is neutral."


def sizes(asked: Situation, box: Box) -> str:
    """The drop at one place under a patch of half and of twice the side."""
    clean = float(asked.clean[asked.target])
    told: list[str] = []
    for factor in (0.5, 2.0):
        part = _around(box, factor, asked.size)
        told.append(f"{part[2]}×{part[3]} pixels {clean - float(asked.under((part,))[asked.target]):+.3f}")
    return f"So does its size. There: {', '.join(told)}."


def _other(asked: Situation, **patch: Any) -> Situation:
    return replace(asked, patch=replace(asked.patch, **patch))


def _around(box: Box, factor: float, size: tuple[int, int]) -> Box:
    """A box of ``factor`` times the sides about the same middle, clipped to the view."""
    height, width = (max(1, round(factor * side)) for side in box[2:])
    top, left = box[0] + (box[2] - height) // 2, box[1] + (box[3] - width) // 2
    bottom, right = min(size[0], top + height), min(size[1], left + width)
    top, left = max(0, top), max(0, left)
    return top, left, bottom - top, right - left
