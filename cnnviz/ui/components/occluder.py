"""A photo with a patch to drag, and what the network says of it beside: bars that change while the patch moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cnnviz.ui import state
from cnnviz.ui.components.bars import percent
from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="occluder"></div>'
_mount = component("occluder", html=_HTML, css=style("occluder"), js=script("raster", "occluder_bars", "occluder"))
_send = component(
    "occluder_answer", html="<i hidden></i>", css=":host { display: none; }", js=script("occluder_answer")
)


@dataclass(frozen=True)
class Photo:
    """The picture and the part of it that the network sees.

    ``picture`` is a data address, ``size`` its (height, width); ``box`` (top, left, height, width) is the part seen, in
    the same pixels; ``view`` (height, width) that part in the network's own pixels, in which patches are measured.
    ``fill`` is what a patch shows: a colour (``rgb(…)``) or a data address of the part seen, all of it filled.
    """

    picture: str
    size: tuple[int, int]
    box: tuple[int, int, int, int]
    view: tuple[int, int]
    fill: str


@dataclass(frozen=True)
class Said:
    """What the network says of one class: now, under the patches, and of the photo without any."""

    name: str
    title: str
    now: float
    clean: float

    def message(self) -> dict[str, Any]:
        """What travels to the browser."""
        return {
            "name": self.name,
            "title": self.title,
            "now": round(self.now, 4),
            "clean": round(self.clean, 4),
            "text": percent(self.now),
            "was": percent(self.clean),
        }


@dataclass(frozen=True)
class Standing:
    """Where the patches are, and how far a search is.

    ``at`` (top, left) and ``patch`` (height, width) of the patch to drag, ``kept`` boxes (top, left, height, width) of
    those that stay, all in pixels of the view. ``answered`` is the number of the browser's question that the bars
    answer. ``search`` says how far the search for a patch is, or how it ended; ``busy`` whether it goes on.
    """

    at: tuple[int, int]
    patch: tuple[int, int]
    kept: tuple[tuple[int, int, int, int], ...]
    answered: int = 0
    search: str = ""
    busy: bool = False
    full: bool = False


@dataclass(frozen=True)
class Words:
    """``told`` is the line under the photo, ``trail`` the score patch by patch, ``seek`` the name of the search."""

    told: str
    trail: str
    seek: str
    alt: str


@dataclass(frozen=True)
class Answer:
    """What changes while the patch moves: ``said`` of the classes, of which ``chosen`` is explained."""

    standing: Standing
    said: Sequence[Said]
    words: Words
    chosen: str


def occluder(photo: Photo, *, context: str, key: str, on_did: Callable[[], None]) -> None:
    """Draw the photo; bars and patch come with the :func:`answer` of the same ``context``.

    ``on_did`` is called for what the student did, then in the state of ``key`` as ``did``: a mapping with ``what``:
    ``move`` while dragging, ``place`` when let go, ``keep``, ``undo``, ``clear``, ``seek``, ``stop``, each with ``at``
    and the question's number ``n``; or ``pick`` with the ``name`` of a class.
    """
    _mount(key=key, data={**asdict(photo), "context": context, "generation": state.generation()}, on_did_change=on_did)


def answer(told: Answer, *, context: str, key: str) -> None:
    """Send what changes, 1 kB; draws nothing here."""
    data = {
        "standing": asdict(told.standing),
        "said": [each.message() for each in told.said],
        "words": asdict(told.words),
        "chosen": told.chosen,
        "context": context,
    }
    _send(key=key, data=data)
