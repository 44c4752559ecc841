"""The lecture on CAM: what is explained, and what stands below the maps."""

from cnnviz.ui.cam import explaining, reading

__all__ = ["explaining", "reading"]
