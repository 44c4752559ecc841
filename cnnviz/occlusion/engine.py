"""Scores of a picture with a window covered, without computing anew what the window cannot reach.

The maps of the clean picture are computed once. For each window only the region that its change reaches is recomputed,
from a piece of the clean map with the changed values pasted in; once that would be most of a map, the rest of the
network runs as usual. Nothing is approximated: the numbers are those of whole passes, to float rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx
from torch.nn import functional as F

from cnnviz.occlusion.operations import Sliding
from cnnviz.occlusion.planning import Plan, plan, shapes
from cnnviz.occlusion.regions import Numbers, Region, divisors
from cnnviz.occlusion.tracing import Step, Traced

Place = tuple[int, int]
Answers = Callable[[Tensor, Sequence[Place]], Tensor]
"""Logits ``(windows, classes)`` of a fill ``(1, 3, H, W)`` and some windows, each the numbers of its row and column."""


class Incremental:
    """The maps of one picture ``(1, 3, H, W)`` and what a window changes. Use under ``torch.inference_mode``."""

    def __init__(self, traced: Traced, picture: Tensor) -> None:
        self.traced = traced
        self.clean: dict[fx.Node, Any] = {traced.picture: picture, **traced.constants}
        for step in traced.steps:
            self.clean[step.node] = _call(step, self.clean)
        self._padded: dict[fx.Node, Tensor] = {}
        self._divisors: dict[fx.Node, tuple[Numbers, Numbers]] = {}

    @property
    def scores(self) -> Tensor:
        """Logits ``(1, classes)`` of the clean picture."""
        scores: Tensor = self.clean[self.traced.scores]
        return scores

    def over(self, rows: tuple[Numbers, Numbers], columns: tuple[Numbers, Numbers]) -> Answers:
        """Answers for windows over these rows and columns of the picture, each ``(begins, ends)``: see :meth:`run`."""
        return partial(self.run, plan(self.traced, shapes(self.clean), rows, columns))

    def run(self, plan: Plan, fill: Tensor, windows: Sequence[Place]) -> Tensor:
        """Logits ``(windows, classes)`` of the picture with ``fill`` ``(1, 3, H, W)`` showing in each window."""
        batch = _Batch(self, plan, windows)
        batch.values[self.traced.picture] = batch.covered(fill)
        for step in self.traced.steps:
            batch.values[step.node] = batch.computed(step)
            for node in step.last:
                batch.values.pop(node, None)
                batch.wholes.pop(node, None)
        scores: Tensor = batch.whole(self.traced.scores)
        return scores

    def padded(self, node: fx.Node, step: Step, sliding: Sliding) -> Tensor:
        """The clean map of ``node`` with all the padding around it that ``step`` may look at. Kept."""
        if step.node not in self._padded:
            clean: Tensor = self.clean[node]
            sides: list[int] = []
            for axis in (1, 0):  # F.pad begins with the last side
                before = sliding.padding[axis]
                answers = self.clean[step.node].shape[axis - 2]
                needed = (answers - 1) * sliding.stride[axis] + sliding.reach(axis)
                sides += [before, max(0, needed - before - clean.shape[axis - 2])]
            self._padded[step.node] = F.pad(clean, sides, value=sliding.empty) if any(sides) else clean
        return self._padded[step.node]

    def divisors(self, node: fx.Node, step: Step, sliding: Sliding) -> tuple[Numbers, Numbers]:
        """By how many rows and columns each answer of an average pooling divides. Kept."""
        if step.node not in self._divisors:
            down, across = (
                divisors(
                    self.clean[node].shape[axis - 2],
                    answers=self.clean[step.node].shape[axis - 2],
                    kernel=sliding.kernel[axis],
                    stride=sliding.stride[axis],
                    padding=sliding.padding[axis],
                    counted=bool(sliding.counted),
                )
                for axis in (0, 1)
            )
            self._divisors[step.node] = (down, across)
        return self._divisors[step.node]


class _Batch:
    """Several windows on their way through the network: the values of their regions, and whole values where needed."""

    def __init__(self, engine: Incremental, plan: Plan, windows: Sequence[Place]) -> None:
        self.engine, self.plan, self.windows = engine, plan, windows
        self.values: dict[fx.Node, Any] = {}
        self.wholes: dict[fx.Node, Any] = {}

    def covered(self, fill: Tensor) -> Tensor:
        """The windows' regions of the picture, with ``fill`` where they cover it."""
        region = self.plan.picture
        clean = self.engine.clean[self.engine.traced.picture]
        pieces = _cut(clean, [region.at(*window) for window in self.windows], (region.rows.size, region.columns.size))
        for piece, (row, column) in zip(pieces, self.windows, strict=True):
            top, left = region.at(row, column)
            y0, y1 = int(region.rows.low[row]), int(region.rows.high[row])
            x0, x1 = int(region.columns.low[column]), int(region.columns.high[column])
            piece[:, y0 - top : y1 - top, x0 - left : x1 - left] = fill[0, :, y0:y1, x0:x1]
        return pieces

    def computed(self, step: Step) -> Any:
        """The step's region, or its whole value where the plan says so."""
        region = self.plan.regions.get(step.node)
        if region is not None and isinstance(step.operation, Sliding):
            return self._slid(step, step.operation, region)
        taken = self.whole if region is None else lambda node: self._part(node, region)
        args, kwargs = fx.node.map_arg((step.node.args, step.node.kwargs), taken)
        return step.run(*args, **kwargs)

    def whole(self, node: fx.Node) -> Any:
        """The whole value of ``node`` for every window: its region pasted into the clean map."""
        region = self.plan.regions.get(node)
        if region is None:
            return self.values[node] if node in self.values else self.engine.clean[node]
        if node not in self.wholes:
            size = (region.rows.length, region.columns.length)
            pieces = _cut(self.engine.clean[node], [(0, 0)] * len(self.windows), size)
            self._paste(pieces, node, [(0, 0)] * len(self.windows))
            self.wholes[node] = pieces
        return self.wholes[node]

    def _slid(self, step: Step, sliding: Sliding, region: Region) -> Tensor:
        (node,) = step.node.all_input_nodes
        stride, padding = sliding.stride, sliding.padding
        sizes = (region.rows.size, region.columns.size)
        height, width = ((sizes[axis] - 1) * stride[axis] + sliding.reach(axis) for axis in (0, 1))
        begins = [(y * stride[0], x * stride[1]) for y, x in (region.at(*window) for window in self.windows)]
        pieces = _cut(self.engine.padded(node, step, sliding), begins, (height, width))
        self._paste(pieces, node, [(y - padding[0], x - padding[1]) for y, x in begins])
        answer = sliding.inner(pieces)
        return answer if sliding.counted is None else self._divided(answer, step, sliding, region)

    def _divided(self, sums: Tensor, step: Step, sliding: Sliding, region: Region) -> Tensor:
        (node,) = step.node.all_input_nodes
        down, across = self.engine.divisors(node, step, sliding)
        if down.min() == down.max() and across.min() == across.max():
            return sums.div_(float(down[0] * across[0]))
        for each, window in zip(sums, self.windows, strict=True):
            y, x = region.at(*window)
            by = np.outer(down[y : y + region.rows.size], across[x : x + region.columns.size])
            each.div_(torch.from_numpy(by).to(sums.dtype))
        return sums

    def _part(self, node: fx.Node, region: Region) -> Any:
        """The values of ``node`` over ``region``, which may be larger than what changed there."""
        own = self.plan.regions[node]
        same = all(
            mine.size == other.size and (mine.start == other.start).all()
            for mine, other in ((own.rows, region.rows), (own.columns, region.columns))
        )
        if same:
            return self.values[node]
        begins = [region.at(*window) for window in self.windows]
        pieces = _cut(self.engine.clean[node], begins, (region.rows.size, region.columns.size))
        self._paste(pieces, node, begins)
        return pieces

    def _paste(self, pieces: Tensor, node: fx.Node, begins: Sequence[Place]) -> None:
        """Put the changed values of ``node`` into pieces of its map that begin at ``begins``."""
        region, values = self.plan.regions[node], self.values[node]
        height, width = region.rows.size, region.columns.size
        for piece, value, window, (y, x) in zip(pieces, values, self.windows, begins, strict=True):
            top, left = region.at(*window)
            y0, y1 = max(top, y), min(top + height, y + piece.shape[-2])
            x0, x1 = max(left, x), min(left + width, x + piece.shape[-1])
            if y0 < y1 and x0 < x1:
                changed = value[..., y0 - top : y1 - top, x0 - left : x1 - left]
                piece[..., y0 - y : y1 - y, x0 - x : x1 - x] = changed


def _call(step: Step, values: dict[fx.Node, Any]) -> Any:
    args, kwargs = fx.node.map_arg((step.node.args, step.node.kwargs), values.__getitem__)
    return step.run(*args, **kwargs)


def _cut(clean: Tensor, begins: Sequence[Place], size: Place) -> Tensor:
    """Pieces of a map ``(1, C, H, W)`` of one size, ``(pieces, C, h, w)``, in the map's memory format."""
    return torch.cat([clean[..., y : y + size[0], x : x + size[1]] for y, x in begins])
