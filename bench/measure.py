"""How a case is measured: rounds interleaved in one process, one thread, CPU time, medians."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping

ROUNDS = 7


def interleaved(runs: Mapping[str, Callable[[], object]], *, rounds: int = ROUNDS) -> dict[str, float]:
    """Median CPU milliseconds of each run, after one round that does not count; they take turns."""
    for run in runs.values():
        run()
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            run()
            spent[name].append(1000 * (time.process_time() - start))
    return {name: statistics.median(values) for name, values in spent.items()}


def report(case: str, times: Mapping[str, float], *, agreement: str, unit: str = "ms") -> None:
    """Print one line: ours against the best peer and against the limit."""
    ours, limit = times["ours"], times.get("limit")
    peers = {name: value for name, value in times.items() if name not in ("ours", "limit")}
    best = min(peers, key=lambda name: peers[name]) if peers else None
    line = {
        "case": case,
        f"ours_{unit}": round(ours, 2),
        "peer": best,
        f"peer_{unit}": None if best is None else round(peers[best], 2),
        f"limit_{unit}": None if limit is None else round(limit, 2),
        "vs_peer": None if best is None else round(ours / peers[best], 3),
        "vs_limit": None if limit is None else round(ours / limit, 3),
        "agreement": agreement,
    }
    print(json.dumps(line), flush=True)
