"""Class activation maps: which places of a picture made the network say that.

``explain(network, picture)`` is all a notebook needs; ``METHODS`` is the menu. Importing this imports no torch.
"""

from cnnviz.cam.explain import all_maps, default_method, explain, quick, refusals, survey, sweep, top
from cnnviz.cam.explanation import Channel, Explanation, Guess
from cnnviz.cam.head import LinearHead, gap_linear_head
from cnnviz.cam.registry import METHODS, Context, Method, MethodError
from cnnviz.cam.slowly import Progress, estimate, explain_in_steps

__all__ = [
    "METHODS",
    "Channel",
    "Context",
    "Explanation",
    "Guess",
    "LinearHead",
    "Method",
    "MethodError",
    "Progress",
    "all_maps",
    "default_method",
    "estimate",
    "explain",
    "explain_in_steps",
    "gap_linear_head",
    "quick",
    "refusals",
    "survey",
    "sweep",
    "top",
]
