"""Whether to believe a map: take away what it points at, put it back, and change the weights it should depend on.

``deletion(network, view, values, target=…)`` and ``randomization(network, view, question)`` are generators of events,
the same for a notebook, the shell and a page. Importing this imports no torch.
"""

from cnnviz.trust.curves import Curves, Points, gathered
from cnnviz.trust.deletion import FILLS, Plan, deletion
from cnnviz.trust.maps import Question, map_of
from cnnviz.trust.randomization import Randomized, Stage, randomization, stages
from cnnviz.trust.similarity import rank_correlation, structural_similarity

__all__ = [
    "FILLS",
    "Curves",
    "Plan",
    "Points",
    "Question",
    "Randomized",
    "Stage",
    "deletion",
    "gathered",
    "map_of",
    "randomization",
    "rank_correlation",
    "stages",
    "structural_similarity",
]
