"""How a case is measured: rounds interleaved in one process, one thread, CPU time, medians."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

from bench.goals import FASTER, goals, missed

QUICK = bool(os.environ.get("CNNVIZ_BENCH_QUICK"))
ROUNDS = 3 if QUICK else 7
LINES: list[dict[str, Any]] = []
"""What was told in this run, in order."""


def interleaved(runs: Mapping[str, Callable[[], object]], *, rounds: int | None = None) -> dict[str, float]:
    """Median CPU milliseconds of each run, after one round that does not count; they take turns."""
    for run in runs.values():
        run()
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(min(rounds or ROUNDS, ROUNDS)):
        for name, run in runs.items():
            start = time.process_time()
            run()
            spent[name].append(1000 * (time.process_time() - start))
    return {name: statistics.median(values) for name, values in spent.items()}


def report(
    case: str,
    measured: Mapping[str, float],
    *,
    agreement: str,
    unit: str = "ms",
    ratios: Mapping[str, float] | None = None,
) -> None:
    """Print one line: ours against every peer and against the limit, and the goals that are missed.

    ``ratios`` of ours to each, where they are not those of the medians (of neighbouring rounds, say).
    """
    ours, limit = measured["ours"], measured.get("limit")
    peers = {name: value for name, value in measured.items() if name not in ("ours", "limit")}
    best = (max if unit in FASTER else min)(peers, key=lambda name: peers[name]) if peers else None
    found = ratios or {name: ours / value for name, value in measured.items() if name != "ours" and value}
    line = {
        "case": case,
        f"ours_{unit}": round(ours, 2),
        "peer": best,
        f"peer_{unit}": None if best is None else round(peers[best], 2),
        f"limit_{unit}": None if limit is None else round(limit, 2),
        "vs_peer": None if best is None else round(found[best], 4),
        "vs_limit": None if limit is None else round(found["limit"], 3),
        "ratios": {name: round(value, 4) for name, value in found.items()},
        "goals": {name: round(goal, 4) for name, goal in goals(case).items()},
        "missed": missed(case, found, unit=unit),
        "unit": unit,
        "agreement": agreement,
    }
    LINES.append(line)
    print(json.dumps(line, ensure_ascii=False), flush=True)
