"""Whether to trust a map, and other attributions beside it: two sections of the lecture on class activation maps."""

from cnnviz.ui.trusting.attributing import attributions
from cnnviz.ui.trusting.testing import panel

__all__ = ["attributions", "panel"]
