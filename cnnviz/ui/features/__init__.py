"""The lecture on filters and feature maps: its choices, the sheet, the unit beside it, and what stands below."""

from cnnviz.ui.features import choosing, examples, panels, patches, reading, showing

__all__ = ["choosing", "examples", "panels", "patches", "reading", "showing"]
