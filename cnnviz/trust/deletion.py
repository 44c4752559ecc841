"""Deletion and insertion: does the score go with what a map points at, and come back with it?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from cnnviz.trust import order
from cnnviz.trust.curves import CENTRE, MAP, RANDOM, WAYS, Points

if TYPE_CHECKING:
    from cnnviz.models import Network
    from cnnviz.trust.order import Map, Steps

Pixels = NDArray[np.uint8]
FILLS = ("paper", "blur", "mean")
"""What replaces pixels: ``paper`` deletes to the mean colour and inserts into a blurred picture, as RISE does."""

BATCH = 8
SECONDS = 0.15  # a batch is as large as fits into this, so that a stop is heard


@dataclass(frozen=True)
class Plan:
    """How to measure: ``steps`` pictures per curve, ``randoms`` random maps from ``seed`` on, and what fills holes.

    ``cells`` is how many cells a map may have along its shorter side, 0 for any number.
    """

    fill: str = "paper"
    steps: int = 32
    randoms: int = 3
    centre: bool = True
    seed: int = 0
    cells: int = order.CELLS


@dataclass(frozen=True)
class _Task:
    """One curve: pixels of ``start`` become those of ``end`` in the order of ``steps``."""

    way: str
    order: str
    steps: Steps
    start: Pixels
    end: Pixels

    def picture(self, step: int) -> Pixels:
        return np.where(self.steps[:, :, None] <= step, self.end, self.start)


def deletion(
    network: Network,
    view: Pixels,
    values: Map,
    *,
    target: int,
    plan: Plan = Plan(),
) -> Iterator[Points]:
    r"""Deletion and insertion of Petsiuk et al. 2018 (RISE, https://arxiv.org/abs/1806.07421) for one map.

    ``view`` uint8 ``(h, w, 3)`` is what the network sees (:meth:`Network.view`), ``values`` ``(rows, columns)`` any
    map over it, upsampled as the page does; finer ones are first averaged over cells (:func:`order.coarse`).
    *Deletion* replaces pixels in falling order of the map and watches :math:`p_c`: a good map makes it fall soon, so
    its area is small. *Insertion* starts from nothing and puts them back: its area is large. Both are also measured for
    random maps of the same resolution and for a Gaussian in the centre.

    Coarse points of all curves come first, then finer ones. The network's lock is held during each batch only.
    """
    tasks = _tasks(network, view, order.coarse(values, plan.cells), plan)
    ends = {id(p): p for task in tasks for p in (task.start, task.end)}
    known = dict(zip(ends, _probabilities(network, list(ends.values()), target), strict=True))
    done = [(t.way, t.order, at, known[id(p)]) for t in tasks for at, p in ((0, t.start), (plan.steps, t.end))]
    work = [(task, step) for step_group in _coarse_first(plan.steps) for task in tasks for step in step_group]
    yield Points(0.0 if work else 1.0, plan.steps, tuple(done))
    at, size = 0, 1
    while at < len(work):
        chunk = work[at : at + size]
        began = time.perf_counter()
        found = _probabilities(network, [task.picture(step) for task, step in chunk], target)
        size = _pace(len(chunk), time.perf_counter() - began)
        at += len(chunk)
        rows = tuple((t.way, t.order, step, p) for (t, step), p in zip(chunk, found, strict=True))
        yield Points(at / len(work), plan.steps, rows)


def filled(network: Network, view: Pixels, fill: str) -> Pixels:
    """The picture without information: the mean colour of the data set, or a view blurred by a tenth of its side."""
    if fill == "mean":
        colour = np.rint(255 * np.array(network.spec.mean)).astype(np.uint8)
        return np.ascontiguousarray(np.broadcast_to(colour, view.shape))
    return np.asarray(cv2.GaussianBlur(view, (0, 0), min(view.shape[:2]) / 10, borderType=cv2.BORDER_REFLECT), np.uint8)


def fills(network: Network, view: Pixels, fill: str) -> tuple[Pixels, Pixels]:
    """What deletion ends with and what insertion starts from; ValueError if there is no such fill."""
    if fill not in FILLS:
        raise ValueError(f"there is no fill {fill[:20]!r}; choose among {', '.join(FILLS)}")
    names = ("mean", "blur") if fill == "paper" else (fill, fill)
    first, second = (filled(network, view, name) for name in names)
    return first, (first if fill != "paper" else second)


def orders(values: Map, plan: Plan) -> dict[str, Map]:
    """The map, and what it is compared with: the same resolution, another order."""
    shape = values.shape[0], values.shape[1]
    found = {MAP: values} | ({CENTRE: order.centre(shape)} if plan.centre else {})
    return found | {f"{RANDOM} {k}": order.chance(shape, plan.seed + k) for k in range(plan.randoms)}


def _tasks(network: Network, view: Pixels, values: Map, plan: Plan) -> list[_Task]:
    holes, nothing = fills(network, view, plan.fill)
    size = view.shape[0], view.shape[1]
    found = []
    for name, each in orders(values, plan).items():
        when = order.steps(each, size, plan.steps)
        found += [_Task(WAYS[0], name, when, view, holes), _Task(WAYS[1], name, when, nothing, view)]
    return found


def _coarse_first(count: int) -> Iterator[list[int]]:
    """The steps 1 … count − 1 in groups: every eighth, then what lies between, finer and finer."""
    told: set[int] = set()
    for stride in (8, 4, 2, 1):
        group = [step for step in range(stride, count, stride) if step not in told]
        told.update(group)
        yield group


def _pace(count: int, seconds: float) -> int:
    return max(1, min(BATCH, int(SECONDS * count / max(seconds, 1e-6)), 2 * count))


def _probabilities(network: Network, pictures: list[Pixels], target: int) -> list[float]:
    import torch

    inputs = network.inputs(np.stack(pictures))
    with network.lock:
        model = network.lean  # made when first asked for, outside of inference mode
        with torch.inference_mode():
            scores = model(inputs)
    found = scores.double().softmax(1)[:, target].nan_to_num()
    return [float(p) for p in found]
