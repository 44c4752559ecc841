"""The lecture on CAM: what is explained, the closer looks below the maps, and what stands at the end."""

from cnnviz.ui.cam import examples, explaining, gathering, reading, sections, slow

__all__ = ["examples", "explaining", "gathering", "reading", "sections", "slow"]
