"""A map that takes seconds, while it grows: what it will cost, and every stage of it on the way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cnnviz.cam.explain import Goal, one
from cnnviz.cam.explanation import Explanation
from cnnviz.cam.looking import look_at
from cnnviz.cam.registry import METHODS, Context, Method, MethodError, weighted_sum

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from cnnviz.models import Network
    from cnnviz.probe import Seen

PIXELS = 32_000
"""About how many pixels the network gets between two stages: a fraction of a second, so that a stop is heard."""

WARM = 4
"""Passes after which the estimate is trusted: the first ones also lay out weights and memory."""


@dataclass(frozen=True, eq=False)
class Progress:
    """``done`` of ``total`` forward passes in ``worked`` seconds, about ``left`` to go, and the map as known so far.

    ``left`` is ``None`` until something was measured. In the last one ``done == total`` and the map is final.
    """

    done: int
    total: int
    left: float | None
    worked: float
    explanation: Explanation = field(repr=False)

    @property
    def seconds(self) -> float:
        """About how many seconds all passes take together."""
        return self.worked + (self.left or 0.0)

    @property
    def share(self) -> float:
        """How much is done, 0 … 1."""
        return 1.0 if self.done >= self.total else self.done / self.total


def explain_in_steps(
    network: Network,
    image: NDArray[np.uint8],
    *,
    method: str,
    target: Goal = None,
    layer: str | None = None,
    framed: bool = False,
    half: bool = False,
    limit: float = float("inf"),
) -> Iterator[Progress]:
    """As :func:`~cnnviz.cam.explain`, with every stage on the way; a method that is not slow has one stage.

    The lock of the network is held while it runs, never between two stages; whoever stops asking stops the work.
    ``framed`` says that ``image`` is what the network sees already (:meth:`Network.view`). ``half`` runs Score-CAM's
    pictures in bfloat16 where the processor computes in it: about half the time, weights to 2 or 3 digits.

    Raises:
        MethodError: it would take more than ``limit`` seconds, told after the first few pictures; or as ``explain``.
    """
    start = time.perf_counter()
    chosen, place = METHODS[method], one(network, layer)[0]
    goal = None if target is None else network.index(target)
    inputs = network.inputs(image) if framed else network.prepare(image)
    with network.lock:
        looked = look_at(network, inputs, methods=[chosen], layers=[place], goals=[goal])
        context = Context(network.half if half else looked.model, place, _batch(inputs))
    for stage, worked in _timed(network, _stages(chosen, looked.views[0][1], context)):
        left = worked * (stage.total - stage.done) / stage.done if stage.done else None
        if left is not None and stage.done >= WARM and worked + left > limit:
            raise MethodError(_too_long(chosen, worked + left, limit))
        found = looked.told(looked.views[0][1], place, chosen, answer=(stage.map, stage.weights))
        box = found.box if framed else network.frame(image.shape[:2])
        found = replace(found, seconds=time.perf_counter() - start, box=box)
        yield Progress(stage.done, stage.total, left, worked, found)


def estimate(
    network: Network, image: NDArray[np.uint8], *, method: str, target: Goal = None, layer: str | None = None
) -> tuple[int, float]:
    """Forward passes that :func:`explain_in_steps` will need, and about how many seconds: found by doing the first few.

    ``(0, …)`` for a method that is not slow at that layer. Raises what ``explain_in_steps`` raises.
    """
    for progress in explain_in_steps(network, image, method=method, target=target, layer=layer):
        if progress.done >= WARM or progress.done >= progress.total:
            return progress.total, progress.seconds
    return 0, 0.0


def _batch(inputs: Tensor) -> int:
    return max(1, min(8, PIXELS // (inputs.shape[2] * inputs.shape[3])))


@dataclass(frozen=True)
class _Stage:
    done: int
    total: int
    map: Tensor
    weights: Tensor | None


def _stages(method: Method, seen: Seen, context: Context) -> Iterator[_Stage]:
    """The maps after each batch of a slow method, or the only one of another."""
    if method.steps is None or not method.slow(context.model, context.layer):
        yield _Stage(0, 0, *method.answer(seen, context))
        return
    for done, total, weights in method.steps(seen, context):
        yield _Stage(done, total, weighted_sum(weights, seen.activations).nan_to_num(), weights)


def _timed(network: Network, stages: Iterator[_Stage]) -> Iterator[tuple[_Stage, float]]:
    """Every stage and the seconds that all took so far; the lock is held only while one is computed."""
    worked = 0.0
    while True:
        with network.lock:
            start = time.perf_counter()
            stage = next(stages, None)
            worked += time.perf_counter() - start
        if stage is None:
            return
        yield stage, worked


def _too_long(method: Method, seconds: float, limit: float) -> str:
    return (
        f"{method.title} would take about {seconds:.0f} s here, more than the {limit:.0f} s allowed; "
        "choose a smaller network or a layer with fewer channels"
    )
