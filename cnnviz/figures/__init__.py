"""Arrays to pictures and figures: numpy and plotly only."""

from cnnviz.figures.colours import CATEGORIES, MAPS, scale, table
from cnnviz.figures.heatmaps import colour_bar_text, heat, limits, overlay

__all__ = ["CATEGORIES", "MAPS", "colour_bar_text", "heat", "limits", "overlay", "scale", "table"]
