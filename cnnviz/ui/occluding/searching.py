"""The search for the patch that raises the score: the maps of the photo as it is covered now, and their best place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz import jobs
from cnnviz.inspections.occlusion import Settings, occlusion_of
from cnnviz.inspections.views import carried
from cnnviz.jobs.snapshot import task_of
from cnnviz.occlusion import highest
from cnnviz.ui import state
from cnnviz.ui.live import viewer
from cnnviz.ui.occluding import places
from cnnviz.ui.occluding.places import Box, Corner

if TYPE_CHECKING:
    from cnnviz.jobs import Snapshot
    from cnnviz.ui.occluding.situation import Situation

TASK = "occlusion"
SEEKING, ENDED = "occlusion-seeking", "occlusion-ended"
LEAST = 0.0005  # a raise that can be seen in three decimals


@dataclass(frozen=True)
class Ended:
    """How the last search ended: for which question, what is told, and where the patch was put (or not)."""

    context: str
    told: str
    at: Corner | None = None


def settings(asked: Situation, boxes: tuple[Box, ...] = ()) -> Settings:
    """The inspection that asks this of the photo with ``boxes`` covered."""
    name, patch = asked.chosen.key.removeprefix("sample "), asked.patch
    return Settings(
        network=asked.network.name,
        picture=f"sample:{name}" if name != asked.chosen.key else carried(asked.view),
        target=asked.target if boxes or asked.wanted else -1,
        height=patch.height,
        width=patch.width,
        stride_down=patch.stride_down,
        stride_across=patch.stride_across,
        fill=patch.fill,
        covered=";".join(",".join(map(str, box)) for box in boxes),
    )


def begin(asked: Situation, at: Corner) -> None:
    """Ask for a search; a patch that the last search has placed is kept first. In a callback."""
    boxes, ended = places.kept(asked.size), last(asked)
    if ended is not None and ended.at == at and len(boxes) < places.MOST:
        boxes = (*boxes, places.box(at, asked.size, asked.sides))
        places.keep(boxes)
    try:
        jobs.submit(TASK, settings(asked, boxes), by=viewer())
    except (jobs.Busy, ValueError) as error:
        state.put(ENDED, Ended(asked.context, str(error)))
        return
    state.put(SEEKING, asked.context)
    state.put(ENDED, None)


def stop(asked: Situation) -> None:
    """Leave the search; in a callback."""
    wanted = settings(asked, places.kept(asked.size))
    jobs.cancel(jobs.digest(task_of(TASK), wanted), by=viewer())
    state.put(SEEKING, None)
    state.put(ENDED, Ended(asked.context, "You stopped the search."))


def busy(asked: Situation) -> bool:
    """Whether a search for this question is on its way."""
    return bool(state.get(SEEKING) == asked.context)


def last(asked: Situation) -> Ended | None:
    """How the last search for this question ended."""
    ended = state.get(ENDED)
    return ended if isinstance(ended, Ended) and ended.context == asked.context else None


def follow(asked: Situation, boxes: tuple[Box, ...]) -> str:
    """How far the search is, in words; when it has found a place, it puts the patch there."""
    wanted = settings(asked, boxes)
    shown = jobs.find(TASK, wanted, by=viewer())
    if shown is not None and shown.active:
        return f"Searching, {100 * shown.progress:.0f}\N{NO-BREAK SPACE}%"
    _end(asked, shown)
    return ""


def _end(asked: Situation, shown: Snapshot | None) -> None:
    state.put(SEEKING, None)
    if shown is None or shown.state != "done" or not shown.events:
        told = shown.message if shown is not None and shown.message else "The search was stopped."
        state.put(ENDED, Ended(asked.context, told))
        return
    best = highest(occlusion_of(shown.events[-1]))
    if best is None or -best.drop < LEAST:
        told = f"Wherever this patch is put, p({asked.name}) does not rise."
        state.put(ENDED, Ended(asked.context, told))
        return
    at = (best.box[0], best.box[1])
    places.put(at)
    told = f"Found: covering this raises p({asked.name}) by {-best.drop:.3f}. Press again for the next patch."
    state.put(ENDED, Ended(asked.context, told, places.inside(at, asked.size, asked.sides)))
