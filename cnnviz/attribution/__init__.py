"""Attributions by captum: how the score depends on every pixel, in the frame of the picture.

``attribute(network, view, method=…, target=…)`` is a generator of ever better maps; ``ATTRIBUTIONS`` is the menu.
Importing this imports no torch.
"""

from cnnviz.attribution.attribute import Attribution, attribute
from cnnviz.attribution.registry import ATTRIBUTIONS, BadAttribution, Method, Part

__all__ = ["ATTRIBUTIONS", "Attribution", "BadAttribution", "Method", "Part", "attribute"]
