"""Batch normalization and its relatives in plain numpy: forward, running statistics, backward."""

from cnnviz.normalization.batch import BadBatch, Forward, forward
from cnnviz.normalization.gradients import Backward, backward
from cnnviz.normalization.groups import KINDS, Kind, members, normalize, parameters
from cnnviz.normalization.running import Running, evaluate, evaluate_backward, fresh, update

__all__ = [
    "KINDS",
    "Backward",
    "BadBatch",
    "Forward",
    "Kind",
    "Running",
    "backward",
    "evaluate",
    "evaluate_backward",
    "forward",
    "fresh",
    "members",
    "normalize",
    "parameters",
    "update",
]
