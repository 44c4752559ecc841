"""Signals in deep networks: activation functions, first weights, and the gradient that is left at each layer."""

from cnnviz.signals.expected import expected_factors, mean_slope, mean_square_slope, saturated_share, variance
from cnnviz.signals.network import BadNet, Flow, Net, draw, flow, measure
from cnnviz.signals.registry import ACTIVATIONS, INITIALIZATIONS, SATURATED, Activation, Initialization

__all__ = [
    "ACTIVATIONS",
    "INITIALIZATIONS",
    "SATURATED",
    "Activation",
    "BadNet",
    "Flow",
    "Initialization",
    "Net",
    "draw",
    "expected_factors",
    "flow",
    "mean_slope",
    "mean_square_slope",
    "measure",
    "saturated_share",
    "variance",
]
