"""Runs of a training on disk: made, written by one, read by many, found again after anything.

A run is a folder ``user_data()/runs/<12 hex digits>/``:

======================================  =====================================================================
``run.json``                            label, who asked, when, the config, version of the format
``state.json``                          how it stands, in one word and a sentence
``events.jsonl``                        what happened, one JSON object per line (:mod:`cnnviz.runs.log`)
``looks/epoch-0003.json.gz``            what the network was like (:mod:`cnnviz.runs.looking`)
``checkpoints/epoch-0003.safetensors``  weights after an epoch, with ``.json`` (:mod:`cnnviz.runs.saving`)
``checkpoints/last-….safetensors``      all that is needed to go on, with ``last.json``
``lock``                                held by the one process that writes
======================================  =====================================================================

All but the log is written whole or not at all. Nothing is pickled. Importing this package imports no torch.
"""

from __future__ import annotations

from cnnviz.runs.archives import admit, export
from cnnviz.runs.errors import BadRun, Locked, NotSaved
from cnnviz.runs.following import Curve, curve, events
from cnnviz.runs.learned import Trained, networks, trained
from cnnviz.runs.log import kept
from cnnviz.runs.looking import look, looks
from cnnviz.runs.places import folder
from cnnviz.runs.records import (
    STATES,
    Summary,
    config,
    create,
    label_of,
    listed,
    rename,
    stamp,
    stand,
    standing,
    summary,
    threads,
)
from cnnviz.runs.saving import checkpoint, weights
from cnnviz.runs.trash import delete, purge, restore
from cnnviz.runs.writing import Writer, lock, locked, writer

__all__ = [
    "STATES",
    "BadRun",
    "Curve",
    "Locked",
    "NotSaved",
    "Summary",
    "Trained",
    "Writer",
    "admit",
    "checkpoint",
    "config",
    "create",
    "curve",
    "delete",
    "events",
    "export",
    "folder",
    "kept",
    "label_of",
    "listed",
    "lock",
    "locked",
    "look",
    "looks",
    "networks",
    "purge",
    "rename",
    "restore",
    "stamp",
    "stand",
    "standing",
    "summary",
    "threads",
    "trained",
    "weights",
    "writer",
]
