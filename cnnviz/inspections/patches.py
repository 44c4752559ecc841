"""Inspection: the patches of a data set that the units of a layer answer most to."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.inspections.registry import INSPECTIONS, LOOKING, Task
from cnnviz.inspections.waiting import waited
from cnnviz.params import param

if TYPE_CHECKING:
    from cnnviz.features import Best, Found, Source
    from cnnviz.models import Network

DRAWN = (0.06, 0.25, 0.6)  # shares of the search after which the patches so far are sent: 10 kB each
SEARCHING = 0.9  # of the progress; the rest is cutting and keeping


@dataclass(frozen=True)
class Patches:
    """Which patches of which pictures; ``unit`` is the one whose patches are sent, all are found and kept."""

    network: str = param("photo", help="Whose units.")
    layer: str = param("stem.0", help="The layer's path.")
    unit: int = param(31, low=0, high=100_000, help="The unit to show.")
    data: str = param("", help="What is looked at; nothing: what suits the network.")
    count: int = param(1000, choices=(250, 1000, 4000), label="pictures", help="More pictures: better patches, longer.")
    seed: int = param(0, low=0, high=99, help="Other pictures of the same data.")


@dataclass(frozen=True)
class Patched:
    """How far it is. ``sheet`` is base64 of a JPEG, up to nine patches of 64×64 side by side; empty: as before.

    ``scores`` are the unit's answers to them, the best first; ``told`` says which pictures are looked at.
    """

    progress: float
    seen: int
    total: int
    sheet: str = ""
    scores: tuple[float, ...] = ()
    told: str = ""


def run(settings: Patches) -> Iterator[Patched]:
    """Search, then keep: the next unit of this layer is read from disk."""
    from cnnviz.features import keeping
    from cnnviz.features.pictures import default_data, source
    from cnnviz.models import load

    network = load(settings.network)
    data = settings.data or default_data(network)
    place = keeping.address(network, settings.layer, data, count=settings.count, seed=settings.seed)
    if keeping.read(place) is None:
        yield Patched(0.0, 0, settings.count)
        pictures = yield from waited(
            lambda: source(data, network, count=settings.count, seed=settings.seed),
            Patched(0.0, 0, settings.count, told="preparing the pictures"),
        )
        yield from _searched(network, settings, pictures)
    kept = keeping.best_in(place, settings.unit)
    if kept is not None:
        yield _told(kept, settings)


def _searched(network: Network, settings: Patches, pictures: Source) -> Iterator[Patched]:
    from cnnviz.features import keeping
    from cnnviz.features.searching import search

    due, found = list(DRAWN), None
    for found in search(network, settings.layer, pictures):
        draw = bool(due) and found.progress >= due[0]
        due = [share for share in due if share > found.progress]
        yield _partly(pictures, found, settings, draw=draw)
    if found is None:
        return
    place = keeping.address(network, settings.layer, pictures.name, count=settings.count, seed=settings.seed)
    for share in keeping.keep(place, pictures, found):
        yield Patched(min(0.99, SEARCHING + (1 - SEARCHING) * share), found.seen, found.total, told=pictures.told)
    if keeping.read(place) is None:  # nothing could be written: tell what was found all the same
        yield _partly(pictures, found, settings, draw=True, progress=1.0)


def _partly(pictures: Source, found: Found, settings: Patches, *, draw: bool, progress: float | None = None) -> Patched:
    from cnnviz.data.images import encode_jpeg
    from cnnviz.features.cutting import strip
    from cnnviz.features.responses import unit_of

    share = SEARCHING * found.progress if progress is None else progress
    if not draw:
        return Patched(share, found.seen, found.total, told=pictures.told)
    unit = unit_of(settings.unit, len(found.scores), settings.layer)
    sheet = base64.b64encode(encode_jpeg(strip(pictures, found, unit))).decode("ascii")
    scores = tuple(
        float(score) for score, number in zip(found.scores[unit], found.numbers[unit], strict=True) if number >= 0
    )
    return Patched(share, found.seen, found.total, sheet, scores, pictures.told)


def _told(kept: Best, settings: Patches) -> Patched:
    sheet = base64.b64encode(kept.jpeg).decode("ascii")
    scores = tuple(score for score, number in zip(kept.scores, kept.numbers, strict=True) if number >= 0)
    return Patched(1.0, settings.count, settings.count, sheet, scores, kept.told)


INSPECTIONS.add(
    Task(
        name="patches",
        title="Best patches",
        summary="The patches of a data set that each unit of a layer answers most to.",
        reference="Zeiler & Fergus 2014, https://arxiv.org/abs/1311.2901",
        settings=Patches,
        run=run,
        event=Patched,
        seconds=300.0,
        order=50,
        words=LOOKING,
    )
)
