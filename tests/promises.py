"""What the program promises, and how a test says that it holds it.

A test marked ``@pytest.mark.promise("uploads")`` carries that promise; what it measures it says through the fixture
``figure``. The summary of a run lists every figure, and ``make proof`` writes them into RELIABILITY.md.
"""

from __future__ import annotations

from typing import Any

import pytest

PROMISES: dict[str, str] = {
    "uploads": "Any upload is shown or refused in one sentence of at most 140 characters, never a traceback",
    "bombs": "Too large is refused from the header: 12 megapixels, 10 MB, 50:1; the format is known by content",
    "formats": "Every valid picture comes out as RGB uint8, upright, bare; 16 bits scaled, alpha over white",
    "finite": "Finite in, finite out: no map, however extreme, puts a NaN into a figure",
    "queue": "A click never starts a run twice; one runs, one waits per visitor; the rest wait their turn, fairly",
    "survival": "A run survives a refresh, a closed tab, a lost network, a killed server and a killed worker",
    "checkpoints": "A checkpoint on disk is whole or absent, also when the disk is full or fails",
    "hostile": "A changed, foreign or hostile checkpoint is refused",
    "divergence": "Divergence is a lesson: the run stops within one step, says so, and keeps its last finite weights",
    "names": "Names are labels: no text of a user reaches a path, markup or an evaluator",
    "links": "A link with nonsense in it opens the page with defaults and a note",
    "downloads": "A download is whole or absent, resumed, checked by the published digest, made once for many callers",
    "offline": "No network is no problem: nothing leaves the machine",
    "cost": "Cost is known before it is paid: an estimate, a cap, a stop within 0.5 s",
    "class": "A class of 100 fits beside a training",
    "reruns": "A change of a control costs 60 ms of CPU at most in the median, 150 ms at p95, on every page",
    "leaks": "Nothing leaks: sessions, jobs, threads, processes and files go when they are done",
    "numbers": "Numbers are right: they agree with torch, captum and the peers",
    "seeds": "The same seed on the same machine gives the same curve, whoever else is busy",
    "faults": "A fault in a page is one sentence: no path, no stack",
}
"""By name, in the order of RELIABILITY.md."""

MISSING: dict[str, str] = {}
"""What a promise does not hold, and by how much: stands in its row."""


def quick_and_full(quick: Any, full: Any, alone: bool = False) -> list[Any]:
    """Two sizes of one proof: quick for ``make test``, full for ``make test-all`` and ``make proof``.

    ``alone`` keeps the full one for the end, when nothing else runs: it says how long something takes.
    """
    marks = [pytest.mark.slow, pytest.mark.alone] if alone else [pytest.mark.slow]
    return [pytest.param(quick, id="quick"), pytest.param(full, id="full", marks=marks)]
