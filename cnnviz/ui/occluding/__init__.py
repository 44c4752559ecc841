"""The lecture on occlusion: what is covered, the patch to drag, the maps, and what stands below them."""

from cnnviz.ui.occluding import dragging, examples, maps, reading, situation

__all__ = ["dragging", "examples", "maps", "reading", "situation"]
