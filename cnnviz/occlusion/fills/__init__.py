"""What a covered part of the picture shows instead: one registry, imports no torch."""

from cnnviz.occlusion.fills.registry import FILLS, Fill, Pixels

__all__ = ["FILLS", "Fill", "Pixels"]
