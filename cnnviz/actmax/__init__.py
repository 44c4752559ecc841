"""Activation maximization: which picture would make this unit, channel, layer or class answer most.

``climb(network, "logit:dog")`` yields pictures as they grow. What is climbed (:data:`OBJECTIVES`, less
:data:`PENALTIES`), how the picture is written down (:data:`PARAMETERIZATIONS`) and how it is shaken before each look
(:data:`JITTERS`) are lists that combine freely. Importing this package or reading its lists imports no torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cnnviz.actmax.errors import ClimbError
from cnnviz.actmax.expressions import Objective, Term
from cnnviz.actmax.parsing import parse, parse_all
from cnnviz.actmax.registry import JITTERS, OBJECTIVES, PARAMETERIZATIONS, PENALTIES

if TYPE_CHECKING:
    from cnnviz.actmax.climbing import MILESTONES, MOST_STEPS, Climbed, climb
    from cnnviz.actmax.costing import cost
    from cnnviz.actmax.defaults import Advice, advice
    from cnnviz.actmax.objectives.channel import Channel
    from cnnviz.actmax.objectives.direction import Direction
    from cnnviz.actmax.objectives.diversity import Diversity
    from cnnviz.actmax.objectives.layer import WholeLayer
    from cnnviz.actmax.objectives.logit import Logit
    from cnnviz.actmax.objectives.unit import Unit

__all__ = [
    "JITTERS",
    "MILESTONES",
    "MOST_STEPS",
    "OBJECTIVES",
    "PARAMETERIZATIONS",
    "PENALTIES",
    "Advice",
    "Channel",
    "ClimbError",
    "Climbed",
    "Direction",
    "Diversity",
    "Logit",
    "Objective",
    "Term",
    "Unit",
    "WholeLayer",
    "advice",
    "climb",
    "cost",
    "parse",
    "parse_all",
]

_HOMES = {
    "Advice": "defaults",
    "Channel": "objectives.channel",
    "Climbed": "climbing",
    "Direction": "objectives.direction",
    "Diversity": "objectives.diversity",
    "Logit": "objectives.logit",
    "MILESTONES": "climbing",
    "MOST_STEPS": "climbing",
    "Unit": "objectives.unit",
    "WholeLayer": "objectives.layer",
    "advice": "defaults",
    "climb": "climbing",
    "cost": "costing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
