"""The lecture on regularization: the network that overfits, dropout, weight decay, early stopping, the honest split."""

from cnnviz.ui.regularizing import controls, dropping, examples, figure, memorizing, pulling, reading, stopping

__all__ = ["controls", "dropping", "examples", "figure", "memorizing", "pulling", "reading", "stopping"]
