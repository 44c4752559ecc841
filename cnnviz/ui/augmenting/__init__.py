"""The lecture on preprocessing and augmentation: its controls and grid, and the sections below."""

from cnnviz.ui.augmenting import channels, controls, epochs, examples, grid, labels, mixing, points, reading

__all__ = ["channels", "controls", "epochs", "examples", "grid", "labels", "mixing", "points", "reading"]
