"""Which region of each of a network's values has to be computed anew for the windows of a patch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, fx

from cnnviz.occlusion.operations import Sliding
from cnnviz.occlusion.regions import Numbers, Region, Side, joined
from cnnviz.occlusion.tracing import Step, Traced

MOST = 0.8  # of a map: beyond that, cutting and pasting costs more than it saves
Sizes = Mapping[fx.Node, tuple[int, int] | None]


@dataclass(frozen=True, eq=False)
class Plan:
    """Which region of a value is computed anew; all of it where none is told. ``share`` of the work is left."""

    picture: Region
    regions: dict[fx.Node, Region]
    share: float


def shapes(values: Mapping[fx.Node, Any]) -> Sizes:
    """Height and width of each value; None for what is no map."""
    return {
        node: (value.shape[-2], value.shape[-1]) if isinstance(value, Tensor) and value.ndim >= 2 else None
        for node, value in values.items()
    }


def plan(traced: Traced, sizes: Sizes, rows: tuple[Numbers, Numbers], columns: tuple[Numbers, Numbers]) -> Plan:
    """What windows over these rows and columns of the picture, each ``(begins, ends)``, can reach."""
    height, width = sizes[traced.picture] or (1, 1)
    start = Region(Side.around(*rows, height), Side.around(*columns, width))
    regions = {} if start.full else {traced.picture: start}
    spent, complete = 0.0, 0.0
    for step in traced.steps:
        region = _region(step, regions, sizes)
        if region is not None and not region.full:
            regions[step.node] = region
        work = _work(step, sizes[step.node])
        complete += work
        spent += work * (1.0 if region is None else region.share)
    return Plan(start, regions, spent / complete if complete else 1.0)


def _work(step: Step, size: tuple[int, int] | None) -> float:
    if size is None or not isinstance(step.operation, Sliding):
        return 0.0
    return float(step.operation.multiplications) * size[0] * size[1]


def _region(step: Step, regions: Mapping[fx.Node, Region], sizes: Sizes) -> Region | None:
    """The region of one step's answer; None if it may look anywhere, or at something that changed everywhere."""
    sources = [regions.get(node) for node in step.node.all_input_nodes]
    changed = [source for source in sources if source is not None]
    size = sizes[step.node]
    if step.operation is None or size is None or not changed or len(changed) < len(sources):
        return None
    if isinstance(step.operation, Sliding):
        return _slid(changed[0], step.operation, size).settled(MOST)
    if any(sizes[node] != size for node in step.node.all_input_nodes):
        return None  # one number per channel, say: a gate that depends on every place
    return Region(joined([s.rows for s in changed]), joined([s.columns for s in changed])).settled(MOST)


def _slid(source: Region, sliding: Sliding, size: tuple[int, int]) -> Region:
    down, across = (
        side.slid(
            reach=sliding.reach(axis), stride=sliding.stride[axis], padding=sliding.padding[axis], length=size[axis]
        )
        for axis, side in enumerate((source.rows, source.columns))
    )
    return Region(down, across)
