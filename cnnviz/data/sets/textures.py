"""``textures``: the set that is always at hand, made when asked for, and hard enough that a network has to work."""

from __future__ import annotations

from cnnviz.data.catalogue import DATASETS, DataSet, Watcher
from cnnviz.data.splits import Part, Splits
from cnnviz.data.stored import cached
from cnnviz.data.textures import CLASSES, VERSION, textures

COUNTS = (10_000, 1_000, 2_000)
TITLE = "Textured forms"


def _open(watch: Watcher) -> Splits:
    def draw() -> Splits:
        parts: list[Part] = []
        for seed, count in enumerate(COUNTS, start=1):
            parts.append(textures(count, seed=seed))
            watch(sum(map(len, parts)), sum(COUNTS))
        return Splits("textures", TITLE, CLASSES, *parts)

    return cached(f"textures-{VERSION}", draw)


DATASETS.add(
    DataSet(
        name="textures",
        title=TITLE,
        summary="Striped and checked forms before busy grounds: always at hand, and work for a small network.",
        reference="drawn by this program",
        classes=CLASSES,
        counts=COUNTS,
        open=_open,
        few=lambda each: textures(10 * each, seed=1),
        order=1,
    )
)
