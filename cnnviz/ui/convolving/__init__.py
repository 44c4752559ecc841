"""The convolution lecture: what is asked, its arrays, the sliding window, a photograph, and what stands below."""

from cnnviz.ui.convolving import arrays, code, controls, examples, figure, picture, reading

__all__ = ["arrays", "code", "controls", "examples", "figure", "picture", "reading"]
