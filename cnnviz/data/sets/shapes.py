"""``shapes``: ten drawn forms and patterns before plain grounds; learned within a minute on any machine."""

from __future__ import annotations

import numpy as np

from cnnviz.data.catalogue import DATASETS, DataSet, Watcher
from cnnviz.data.generated import CLASSES, shapes
from cnnviz.data.splits import Part, Splits

COUNTS = (5_000, 1_000, 1_000)


def _part(count: int, seed: int) -> Part:
    drawn = shapes(count, seed=seed)
    return Part(np.stack(drawn.images), drawn.labels)


def _open(watch: Watcher) -> Splits:
    train, validation, test = (_part(count, seed) for seed, count in enumerate(COUNTS, start=1))
    watch(sum(COUNTS), sum(COUNTS))
    return Splits("shapes", "Shapes", CLASSES, train, validation, test)


DATASETS.add(
    DataSet(
        name="shapes",
        title="Shapes",
        summary="Ten drawn forms and patterns: easy, so that a curve rises within seconds.",
        reference="drawn by this program",
        classes=CLASSES,
        counts=COUNTS,
        open=_open,
        few=lambda each: _part(10 * each, 1),
        order=2,
    )
)
