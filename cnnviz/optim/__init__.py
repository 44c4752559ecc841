"""Update rules and the paths they take: plain floats, two parameters, equal to ``torch.optim``."""

from cnnviz.optim.registry import CONVENTIONS, RULES, Form, Rule
from cnnviz.optim.schedules import SCHEDULES, Schedule
from cnnviz.optim.trajectory import BadRun, Trajectory, settings_of, trajectory

__all__ = [
    "CONVENTIONS",
    "RULES",
    "SCHEDULES",
    "BadRun",
    "Form",
    "Rule",
    "Schedule",
    "Trajectory",
    "settings_of",
    "trajectory",
]
