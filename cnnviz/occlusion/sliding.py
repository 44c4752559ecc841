"""Slide a patch over a picture, coarse to fine, and tell what becomes of the score."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.occlusion.engine import Incremental
from cnnviz.occlusion.fills import FILLS
from cnnviz.occlusion.patch import MOST_SECONDS, Cost, OcclusionError, Patch
from cnnviz.occlusion.planning import Sizes, plan, shapes
from cnnviz.occlusion.result import Box, Occlusion
from cnnviz.occlusion.running import Run, shares
from cnnviz.occlusion.tracing import traced
from cnnviz.occlusion.whole import engine

if TYPE_CHECKING:
    from cnnviz.models import Network

Pixels = NDArray[np.uint8]
Precision = Literal["float32", "bf16"]


def occlude(
    network: Network,
    view: Pixels,
    patch: Patch,
    *,
    target: int | str | None = None,
    seed: int = 0,
    covered: Sequence[Box] = (),
    precision: Precision = "float32",
) -> Iterator[Occlusion]:
    """Cover every window of ``view`` uint8 ``(h, w, 3)`` in turn and tell what the network says then.

    ``target`` is a class by number or name, by default the most probable one. ``covered`` are boxes that are covered
    all the while: give it the window that :func:`highest` found to slide a second patch. Coarse to fine: first the
    clean picture, then every fourth window in both directions, then every second, then all. Yields at least five times
    a second, unless a single pass takes longer; the last answer is complete. The network's lock is held only while
    computing, so a generator that is abandoned leaves nothing behind.

    ``precision="bf16"`` computes in bfloat16 if that agrees with float32 (see :class:`Occlusion`) on windows computed
    both ways, else goes on in float32.

    Raises:
        OcclusionError: the patch is larger than the view, or it would take more windows or time than allowed.
        UnknownClass, UnknownItem: no such class, no such fill.
    """
    aim = None if target is None else network.index(target)
    cost(network, view, patch)
    painted = FILLS[patch.fill](view, seed)
    picture, fill = network.inputs(_covered(view, painted, covered)), network.inputs(painted)
    return Run(network, patch, picture=picture, fill=fill).answers(aim, bfloat16=precision == "bf16")


def cover(network: Network, view: Pixels, boxes: Sequence[Box], fill: str, *, seed: int = 0) -> NDArray[np.float32]:
    """Probabilities ``(classes,)`` of ``view`` with every box (top, left, height, width) covered: one forward pass."""
    inputs, model = network.inputs(_covered(view, FILLS[fill](view, seed), boxes)), network.lean
    with network.lock, torch.inference_mode():
        found: NDArray[np.float32] = shares(model(inputs))[0]
    return found


def cost(network: Network, view: Pixels, patch: Patch) -> Cost:
    """What :func:`occlude` would take here and now, told from one forward pass that is measured once per size.

    Raises:
        OcclusionError: the patch is larger than the view, or it would take more windows or time than allowed.
    """
    rows, columns = patch.grid(*view.shape[:2])
    seconds, share = _measured(network, view, patch)
    windows = rows * columns
    total = windows * share * seconds
    if total > MOST_SECONDS:
        told = f"{windows} windows would take about {total:.0f} s, more than {MOST_SECONDS:.0f}"
        raise OcclusionError(f"{told}; choose larger strides or a smaller network")
    return Cost(windows, windows * share, total)


_passes: WeakKeyDictionary[torch.nn.Module, dict[tuple[int, ...], tuple[float, Sizes | None]]] = WeakKeyDictionary()


def _measured(network: Network, view: Pixels, patch: Patch) -> tuple[float, float]:
    """Seconds of a whole pass, and which share of it a window takes."""
    spans, size, model = patch.spans(*view.shape[:2]), view.shape[:2], network.lean
    with network.lock, torch.inference_mode():
        known = _passes.setdefault(model, {})
        if size not in known:
            inputs = network.inputs(view)
            engine(model, inputs)  # the first pass allocates and, the first time of all, traces
            start = time.thread_time()  # this thread's own: a busy machine must not refuse what an idle one allows
            made = engine(model, inputs)
            known[size] = time.thread_time() - start, shapes(made.clean) if isinstance(made, Incremental) else None
        seconds, sizes = known[size]
        steps = traced(model)
        share = 1.0 if sizes is None or steps is None else plan(steps, sizes, *spans).share
    return seconds, share


def _covered(view: Pixels, painted: Pixels, boxes: Sequence[Box]) -> Pixels:
    """The view with the fill in every box; boxes may stick out."""
    shown = view.copy()
    for top, left, height, width in boxes:
        down, across = slice(max(0, top), max(0, top + height)), slice(max(0, left), max(0, left + width))
        shown[down, across] = painted[down, across]
    return shown
