"""Zero-centring, standardizing, min-max and whitening: of points, and of pictures channel by channel."""

from cnnviz.preprocessing import pictures, points

__all__ = ["pictures", "points"]
