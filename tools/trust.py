"""Measure on test photographs whether maps are better than chance: ``python -m tools.trust --count 200``.

Prints one JSON line per method: mean areas of deletion (small is good) and insertion (large is good) beside those of
random maps of the same resolution on the same pictures, with the standard error of the paired difference. Draws the
photographs from the test split, in ``$CNNVIZ_SHARED/data/photos112.tar.xz``, which is read as a stream. With ``--keep
FILE`` each photograph's areas are written there, and those that stand there already are not measured again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.attribution import ATTRIBUTIONS
from cnnviz.cam import METHODS, refusals
from cnnviz.data.folders import files
from cnnviz.data.images import decode
from cnnviz.models import Network, load
from cnnviz.trust import Plan, Question, deletion, gathered, map_of, order
from cnnviz.trust.maps import settled

Pixels = NDArray[np.uint8]
Areas = dict[str, tuple[float, float]]
CHANCE, CENTRE = "random", "centre"
ALIKE = 0.999  # share of the pixels that go in the same step: maps that agree so far are measured once


def pictures(source: Path, count: int) -> Iterator[Pixels]:
    """``count`` photographs of the test split in the same random order each time."""
    found = [content for _, _, content in files(source, "test")]
    for k in np.random.default_rng(0).permutation(len(found))[:count]:
        yield decode(found[k])


def measure(network: Network, view: Pixels, methods: Sequence[str], plan: Plan) -> dict[str, Areas]:
    """Areas ``(deletion, insertion)`` of each method and of what it is compared with, for the most probable class."""
    asked = settled(network, view, Question(seed=plan.seed))
    size = view.shape[0], view.shape[1]
    seen: list[tuple[Any, tuple[float, float]]] = []
    chance: dict[tuple[int, ...], Areas] = {}
    rows: dict[str, Areas] = {}
    for name in methods:
        values = order.coarse(map_of(network, view, replace(asked, method=name)), plan.cells)
        shape = values.shape
        if shape not in chance:
            chance[shape] = _compared(network, view, shape, target=asked.target, plan=plan)
        when = order.steps(values, size, plan.steps)
        areas = next((known for other, known in seen if np.mean(when == other) > ALIKE), None)
        if areas is None:
            alone = replace(plan, randoms=0, centre=False)
            curves = gathered(deletion(network, view, values, target=asked.target, plan=alone))
            areas = curves.area("deletion"), curves.area("insertion")
            seen.append((when, areas))
        rows[name] = {"map": areas} | chance[shape]
    return rows


def _compared(network: Network, view: Pixels, shape: tuple[int, ...], *, target: int, plan: Plan) -> Areas:
    """Areas of random maps (their mean) and of the centre, for a resolution."""
    blank = order.centre((shape[0], shape[1]))
    curves = gathered(deletion(network, view, blank, target=target, plan=replace(plan, centre=False)))
    random = curves.random("deletion")[0], curves.random("insertion")[0]
    return {CHANCE: random, CENTRE: (curves.area("deletion"), curves.area("insertion"))}


def summary(name: str, rows: Sequence[Areas]) -> dict[str, Any]:
    """One line about a method over all pictures."""
    line: dict[str, Any] = {"method": name, "pictures": len(rows)}
    for k, way in enumerate(("deletion", "insertion")):
        own, chance, middle = (np.array([row[kind][k] for row in rows]) for kind in ("map", CHANCE, CENTRE))
        gain = (chance - own) if way == "deletion" else (own - chance)
        error = float(gain.std(ddof=1) / np.sqrt(len(gain))) if len(gain) > 1 else float("nan")
        numbers = {"": own.mean(), "_random": chance.mean(), "_centre": middle.mean(), "_gain": gain.mean()}
        line |= {way + kind: round(float(value), 4) for kind, value in numbers.items()}
        line |= {f"{way}_error": round(error, 4), f"{way}_won": round(float((gain > 0).mean()), 3)}
    return line


def run(
    network: Network,
    photographs: Iterator[Pixels],
    methods: Sequence[str],
    plan: Plan,
    *,
    seconds: float,
    keep: Path | None = None,
) -> None:
    """Measure until there are no more photographs, the time is over or Ctrl+C; then print the lines."""
    began = time.perf_counter()
    found = [] if keep is None or not keep.exists() else [json.loads(line) for line in keep.read_text().splitlines()]
    with contextlib.suppress(KeyboardInterrupt):  # what was measured is told in any case
        for k, picture in enumerate(photographs):
            if k < len(found):
                continue
            if time.perf_counter() - began > seconds:
                break
            found.append(measure(network, network.view(picture), methods, replace(plan, seed=100 * k)))
            if keep is not None:
                with keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(found[-1]) + "\n")
            print(f"{k + 1} photographs, {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    for name in methods:
        print(json.dumps(summary(name, [rows[name] for rows in found])), flush=True)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--network", default="photo")
    parser.add_argument("--methods", default="", help="names with commas; all that work at the first layer if empty")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--fill", default="paper")
    parser.add_argument("--cells", type=int, default=order.CELLS, help="finest grid that orders pixels; 0 for any")
    parser.add_argument("--seconds", type=float, default=1e9, help="when to stop and print")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="file of what was measured so far with these options")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    shared = os.environ.get("CNNVIZ_SHARED", "")
    source = Path(shared, "data", "photos112.tar.xz")
    if not shared or not source.exists():
        sys.exit("set CNNVIZ_SHARED to the folder that has data/photos112.tar.xz")
    network = load(asked.network)
    names = asked.methods.split(",") if asked.methods else [*working(network)]
    plan = Plan(fill=asked.fill, steps=asked.steps, randoms=2, cells=asked.cells)
    run(network, pictures(source, asked.count), names, plan, seconds=asked.seconds, keep=asked.keep)


def working(network: Network) -> Iterator[str]:
    """Every method that is offered for the network at its first layer."""
    refused = refusals(network)
    yield from (name for name in METHODS if not refused[name])
    yield from (name for name, method in ATTRIBUTIONS.items() if not method.refuse(network.model))


if __name__ == "__main__":
    main()
