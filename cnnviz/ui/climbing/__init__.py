"""The lecture on activation maximization: what is climbed, the figure, and what stands beside and below it."""

from cnnviz.ui.climbing import asking, beside, comparing, examples, figure, reading

__all__ = ["asking", "beside", "comparing", "examples", "figure", "reading"]
