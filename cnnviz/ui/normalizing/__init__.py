"""The lecture on batch normalization: its controls and figure, and the sections below."""

from cnnviz.ui.normalizing import (
    companions,
    controls,
    examples,
    gradient,
    placement,
    reading,
    running,
    sharing,
    squashing,
    training,
)

__all__ = [
    "companions",
    "controls",
    "examples",
    "gradient",
    "placement",
    "reading",
    "running",
    "sharing",
    "squashing",
    "training",
]
