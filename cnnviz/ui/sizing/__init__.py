"""The lecture on sizes: its controls, its examples, its figure with the verdict, and what stands below."""

from __future__ import annotations

from cnnviz.ui.sizing.chain import chain
from cnnviz.ui.sizing.controls import Setting, choose, placed
from cnnviz.ui.sizing.counting import counting
from cnnviz.ui.sizing.examples import EXAMPLES
from cnnviz.ui.sizing.figure import figure
from cnnviz.ui.sizing.reading import strip
from cnnviz.ui.sizing.round_trip import there_and_back

__all__ = ["EXAMPLES", "Setting", "chain", "choose", "counting", "figure", "placed", "strip", "there_and_back"]
