"""The lecture on optimizers: its controls and race, what stands below it, and the sections on theory and mistakes."""

from cnnviz.ui.racing import examples, figure, gallery, reading, sections, stable

__all__ = ["examples", "figure", "gallery", "reading", "sections", "stable"]
