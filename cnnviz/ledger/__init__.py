"""What each layer of a network costs and sees: sizes, parameters, multiply-adds, memory, receptive fields.

    from cnnviz.ledger import ARCHITECTURES, ledger
    ledger(ARCHITECTURES["vgg16"]).macs  # 15_470_264_320

Standard library only, but for :func:`measured_field`, which is numpy.
"""

from __future__ import annotations

from cnnviz.ledger.counting import INPUT_LIMIT, ledger
from cnnviz.ledger.fields import field_box, measured_field
from cnnviz.ledger.layers import (
    LRN,
    Activation,
    AdaptivePool,
    Branches,
    Dropout,
    Flatten,
    Identity,
    Layer,
    Pool,
    StackError,
)
from cnnviz.ledger.reading import LAYER_LIMIT, parse
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.rows import Axis, Ledger, Row
from cnnviz.ledger.weighted import BatchNorm, Conv, Linear, PartialConv, RadialBasis, SqueezeExcite, Subsample
from cnnviz.ledger.writing import written

__all__ = [
    "ARCHITECTURES",
    "INPUT_LIMIT",
    "LAYER_LIMIT",
    "LRN",
    "Activation",
    "AdaptivePool",
    "Architecture",
    "Axis",
    "BatchNorm",
    "Branches",
    "Conv",
    "Dropout",
    "Flatten",
    "Identity",
    "Layer",
    "Ledger",
    "Linear",
    "PartialConv",
    "Pool",
    "Published",
    "RadialBasis",
    "Row",
    "SqueezeExcite",
    "StackError",
    "Subsample",
    "field_box",
    "ledger",
    "measured_field",
    "parse",
    "written",
]
