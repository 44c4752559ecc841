"""Data sets for training: one file each, which registers itself; ``opened(name)`` gives the arrays. No torch."""

from cnnviz.data.catalogue import DATASETS, DataSet
from cnnviz.data.opening import examples, known, menu, opened
from cnnviz.data.own import admit, forget
from cnnviz.data.splits import BadData, Part, Splits

__all__ = [
    "DATASETS",
    "BadData",
    "DataSet",
    "Part",
    "Splits",
    "admit",
    "examples",
    "forget",
    "known",
    "menu",
    "opened",
]
