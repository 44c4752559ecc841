"""Surfaces to walk on: two parameters, exact gradients."""

from cnnviz.landscapes.registry import LANDSCAPES, BadLandscape, Landscape, quadratic

__all__ = ["LANDSCAPES", "BadLandscape", "Landscape", "quadratic"]
