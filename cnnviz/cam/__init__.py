"""Class activation maps: which places of a picture made the network say that.

``explain(network, picture)`` is all a notebook needs; ``METHODS`` is the menu. Importing this imports no torch.
"""

from cnnviz.cam.explain import Channel, Explanation, Guess, default_method, explain, refusals, top
from cnnviz.cam.head import LinearHead, gap_linear_head
from cnnviz.cam.registry import METHODS, Context, Method, MethodError

__all__ = [
    "METHODS",
    "Channel",
    "Context",
    "Explanation",
    "Guess",
    "LinearHead",
    "Method",
    "MethodError",
    "default_method",
    "explain",
    "gap_linear_head",
    "refusals",
    "top",
]
