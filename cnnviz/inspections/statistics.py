"""Inspection: which filter of a layer answers most at each place, over all pictures of a class (deck D2)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.inspections.registry import INSPECTIONS, LOOKING, Task
from cnnviz.inspections.waiting import waited
from cnnviz.params import param

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.features import Counted

DRAWN = (0.05, 0.3)  # shares after which the maps so far are sent, besides the last
CELLS, SMALL = 64, 24  # most rows and columns of the maps sent: of the winners, and of the mean maps
WINNERS, MEANS = 12, 8
EVERY = "every class"


@dataclass(frozen=True)
class Statistics:
    """Which layer, and the pictures of which class; nothing as the class: the first one."""

    network: str = param("photo", help="Whose filters.")
    layer: str = param("stem.0", help="The layer's path.")
    data: str = param("", help="What is looked at; nothing: what suits the network.")
    target: str = param("", label="class", help="Only pictures of this class of the data count.")
    count: int = param(1000, choices=(250, 1000, 4000), label="pictures", help="Of all classes together.")
    standard: bool = param(
        False,
        label="each filter on its own scale",
        help="Compare how far each filter is above its own mean, in its own deviations: large weights win no more.",
    )
    seed: int = param(0, low=0, high=99, help="Other pictures of the same data.")


@dataclass(frozen=True)
class Tallied:
    """How far it is. ``winners`` are the filters that win most cells, ``shares`` how many, ``silent`` nobody's.

    Maps, when they are sent: ``rows`` × ``columns`` cells (every n-th of a large map), ``best`` base64 of int16, the
    filter that won each cell most often (-1: nobody), ``sure`` base64 of bytes, 255 = in every picture. ``means``
    base64 of bytes, ``small`` = (rows, columns) each, the mean maps of the first winners from ``low`` to ``high``.
    """

    progress: float
    seen: int
    total: int
    winners: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()
    silent: float = 0.0
    filters: int = 0
    rows: int = 0
    columns: int = 0
    best: str = ""
    sure: str = ""
    small: tuple[int, ...] = ()
    means: str = ""
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    told: str = ""


def run(settings: Statistics) -> Iterator[Tallied]:
    """Count batch by batch."""
    from cnnviz.features.pictures import default_data, source
    from cnnviz.features.winning import statistics
    from cnnviz.models import load

    network = load(settings.network)
    data = settings.data or default_data(network)
    yield Tallied(0.0, 0, settings.count)
    pictures = yield from waited(
        lambda: source(data, network, count=settings.count, seed=settings.seed),
        Tallied(0.0, 0, settings.count, told="preparing the pictures"),
    )
    target = settings.target or pictures.classes[0]
    told = f"{pictures.told}: {'all' if target == EVERY else target}"
    due = list(DRAWN)
    chosen = None if target == EVERY else target
    for found in statistics(network, settings.layer, pictures, target=chosen, standard=settings.standard):
        draw = found.progress >= min((*due, 1.0))
        due = [share for share in due if share > found.progress]
        yield told_of(found, told, draw=draw)


def told_of(found: Counted, told: str, *, draw: bool) -> Tallied:
    """What crosses the border: the numbers, and the maps where ``draw`` is set."""
    import numpy as np

    shares = found.shares()
    order = [int(k) for k in np.argsort(-shares, kind="stable")[:WINNERS] if shares[k] > 0]
    numbers = Tallied(
        progress=found.progress,
        seen=found.seen,
        total=found.total,
        winners=tuple(order),
        shares=tuple(round(float(shares[k]), 5) for k in order),
        silent=round(1 - float(shares.sum()), 5),
        filters=len(shares),
        told=told,
    )
    return _with_maps(numbers, found, order[:MEANS]) if draw else numbers


def _with_maps(numbers: Tallied, found: Counted, order: list[int]) -> Tallied:
    import dataclasses

    import numpy as np

    best, sure = thinned(found.winners(), CELLS), thinned(found.sureness(), CELLS)
    means = [thinned(found.means[k], SMALL) for k in order]
    low, high = ([float(f"{f(mean):.4g}") for mean in means] for f in (np.min, np.max))
    scaled = [np.rint(255 * (m - m.min()) / max(1e-12, float(np.ptp(m)))).astype(np.uint8) for m in means]
    return dataclasses.replace(
        numbers,
        rows=best.shape[0],
        columns=best.shape[1],
        best=_text(best.astype("<i2")),
        sure=_text(np.rint(255 * sure).astype(np.uint8)),
        small=tuple(map(int, means[0].shape)) if means else (),
        means=_text(np.stack(scaled)) if scaled else "",
        low=tuple(low),
        high=tuple(high),
    )


def thinned(values: NDArray[np.generic], most: int) -> NDArray[np.generic]:
    """Every n-th row and column, so that no side is longer than ``most``: a winner has no mean."""
    step = -(-max(values.shape) // most)
    return values[step // 2 :: step, step // 2 :: step]


def _text(values: NDArray[np.generic]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")


INSPECTIONS.add(
    Task(
        name="statistics",
        title="Filter statistics",
        summary="Which filter of a layer answers most at each place, over all pictures of a class.",
        reference="Deck D2, “filter activation statistics”",
        settings=Statistics,
        run=run,
        event=Tallied,
        seconds=300.0,
        order=51,
        words=LOOKING,
    )
)
