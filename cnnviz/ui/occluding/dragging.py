"""The photo with the patch to drag. While it moves one fragment reruns, not the page."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.ui import cache, polling, state
from cnnviz.ui.cam.explaining import readable
from cnnviz.ui.components.bars import percent
from cnnviz.ui.components.occluder import Answer, Photo, Said, Standing, Words, answer, occluder
from cnnviz.ui.lecture import fragment
from cnnviz.ui.live import viewer
from cnnviz.ui.occluding import places, searching
from cnnviz.ui.occluding.places import Box, Corner
from cnnviz.ui.occluding.reading import formula
from cnnviz.ui.occluding.situation import Situation

KEY, ANSWER, FORMULA = "occluder", "occlusion-answer", "occlusion-formula"
MOVED, ANSWERED = "occlusion-moved", "occlusion-answered"
SHOWN = 5  # classes beside the photo
POLL = 0.4  # seconds between two looks at a search
SEEK, AGAIN = "Find the patch that raises it", "Keep it, find the next"


def photo(asked: Situation) -> Photo:
    """The picture, the part that the network sees, and what the patch shows."""
    pixels = asked.chosen.pixels
    box = asked.network.frame((pixels.shape[0], pixels.shape[1]))
    key = f"{asked.network.name} {asked.chosen.key} {asked.patch.fill}"
    return Photo(
        picture=cache.shown(pixels, asked.chosen.key),
        size=(pixels.shape[0], pixels.shape[1]),
        box=(box.top, box.left, box.height, box.width),
        view=asked.size,
        fill=cache.made(lambda: _fill(asked), f"fill {key}"),
    )


def _fill(asked: Situation) -> str:
    filled = asked.filled()
    if (filled == filled[0, 0]).all():
        return "rgb({}, {}, {})".format(*filled[0, 0].tolist())
    return cache.address(filled)


def figure(asked: Situation) -> None:
    """The photo; patch and bars come with the answer of a fragment, which reruns alone while the patch moves."""
    state.put(MOVED, None)  # a run of the whole page: the link says where the patch is
    occluder(photo(asked), context=asked.context, key=KEY, on_did=functools.partial(did, asked))

    active = searching.busy(asked)
    fragment(
        functools.partial(_answer, asked, active),
        key=ANSWER,
        run_every=polling.interval(POLL, viewer()) if active else None,
    )()


def written(asked: Situation) -> None:
    """The formula with the numbers under the patch where it was let go; reruns alone."""
    fragment(functools.partial(_written, asked), key=FORMULA)()


def _written(asked: Situation) -> None:
    kept = places.kept(asked.size)
    at = places.corner(asked.size, asked.sides)
    formula(asked, asked.under((*kept, _box(at, asked))), at, len(kept))


def _answer(asked: Situation, active: bool) -> None:  # noqa: FBT001 (bound once, by name of its place)
    kept = places.kept(asked.size)
    search = searching.follow(asked, kept) if searching.busy(asked) else ""
    if active:
        polling.look(viewer())
    if searching.busy(asked) != active:
        st.rerun()  # the page sets or ends the timer
    at = _at(asked)
    under = asked.under((*kept, _box(at, asked)))
    standing = Standing(
        at=at,
        patch=asked.sides,
        kept=kept,
        answered=int(state.get(ANSWERED, 0)),
        search=search or getattr(searching.last(asked), "told", ""),
        busy=active,
        full=len(kept) >= places.MOST,
    )
    told = Answer(standing, said(asked, under), words(asked, kept, under, at), asked.network.classes[asked.target])
    answer(told, context=asked.context, key=f"{KEY}-answer")


def _at(asked: Situation) -> Corner:
    """Where the patch is: where the hand has it, else where the link says."""
    linked = places.corner(asked.size, asked.sides)
    moved = state.get(MOVED)
    return linked if moved is None else places.inside(moved, asked.size, asked.sides)


def _box(at: Corner, asked: Situation) -> Box:
    return places.box(at, asked.size, asked.sides)


def said(asked: Situation, under: NDArray[np.float32]) -> list[Said]:
    """The classes beside the photo: the best without a patch, the one asked for, and the best under the patches."""
    order = np.argsort(-asked.clean, kind="stable")[:SHOWN].tolist()
    for extra in (asked.target, int(under.argmax())):
        if extra not in order:
            order.append(extra)
    names = asked.network.classes
    return [Said(names[k], readable(names[k]), float(under[k]), float(asked.clean[k])) for k in order]


def words(asked: Situation, kept: tuple[Box, ...], under: NDArray[np.float32], at: Corner) -> Words:
    """The lines around the photo."""
    clean, now = float(asked.clean[asked.target]), float(under[asked.target])
    best, first = int(under.argmax()), int(asked.clean.argmax())
    names = asked.network.classes
    change = (
        f"It still says {readable(names[first])}."
        if best == first
        else f"It now says {readable(names[best])}, {percent(float(under[best]))}."
    )
    verb = "drops" if now < clean else "rises"
    told = f"p({asked.name}) {verb} from {clean:.3f} to {now:.3f}. {change}"
    ended = searching.last(asked)
    seek = AGAIN if ended is not None and ended.at == at else SEEK
    alt = f"{asked.chosen.title} with a patch of {asked.patch.height}×{asked.patch.width} pixels."
    return Words(told, trail(asked, kept, now) if kept else "", seek, alt)


def trail(asked: Situation, kept: tuple[Box, ...], now: float) -> str:
    """The score patch by patch: what the deck tells as 0.47 → 0.97 → 0.99."""
    scores = [asked.under(kept[:k])[asked.target] for k in range(len(kept) + 1)]
    steps = " → ".join(f"{float(score):.3f}" for score in scores)
    return f"p({asked.name}), patch by patch: {steps} → {now:.3f}"


def did(asked: Situation) -> None:
    """Take over what the student did in the figure; a callback."""
    told = getattr(state.get(KEY), "did", None)
    if not isinstance(told, Mapping):
        return
    again = take(asked, told)
    if again:
        st.rerun(again)


def take(asked: Situation, told: Mapping[str, Any]) -> list[str]:
    """Keep what the browser told; returns the fragments to run again, none for the whole page."""
    what, at, n = told.get("what"), _corner(told.get("at"), asked), told.get("n")
    if what == "pick":
        if told.get("name") in asked.network.classes:
            state.put("class", told["name"])
        return []
    state.put(ANSWERED, n if isinstance(n, int) else 0)
    state.put(MOVED, at if what == "move" else None)
    if what == "move":
        return [ANSWER]
    places.put(at)
    if what in ("seek", "stop"):
        searching.begin(asked, at) if what == "seek" else searching.stop(asked)
        return []
    _change(str(what), at, asked)
    return [ANSWER, FORMULA]


def _change(what: str, at: Corner, asked: Situation) -> None:
    kept = places.kept(asked.size)
    if what == "keep":
        places.keep((*kept, _box(at, asked)))
    elif what == "undo":
        places.keep(kept[:-1])
    elif what == "clear":
        places.keep(())


def _corner(told: Any, asked: Situation) -> Corner:
    """A place as the browser tells it: nothing that it sends is trusted."""
    if isinstance(told, list | tuple) and len(told) == 2 and all(isinstance(each, int | float) for each in told):
        return places.inside((round(told[0]), round(told[1])), asked.size, asked.sides)
    return places.corner(asked.size, asked.sides)
