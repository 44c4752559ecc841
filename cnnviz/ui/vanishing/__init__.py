"""The lecture on vanishing gradients: its controls and figure, what stands below, activations, and trained depth."""

from cnnviz.ui.vanishing import activations, controls, depth, examples, reading

__all__ = ["activations", "controls", "depth", "examples", "reading"]
