"""In which order units are shown: the menu, and the order itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.features.errors import FeatureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.features.responses import Maps


@dataclass(frozen=True)
class Order:
    """A way to sort units: ``of(maps)`` is the number that falls from unit to unit, ``None`` if there is none."""

    name: str
    title: str
    summary: str
    of: Callable[[Maps], NDArray[np.floating] | None]
    reference: str = ""


_ALL = (
    Order("stored", "as stored", "Unit 0 first.", lambda maps: -np.arange(len(maps.values), dtype=np.float64)),
    Order("mean", "mean answer", "Units that answer all over the picture come first.", lambda maps: maps.mean),
    Order("peak", "strongest answer", "Units that answer strongly somewhere come first.", lambda maps: maps.high),
    Order(
        "contribution",
        "what it adds to the class",
        "At the last map: the units that add most to the logit of the most probable class come first.",
        lambda maps: maps.contributions,
    ),
)
ORDERS: Mapping[str, Order] = MappingProxyType({each.name: each for each in _ALL})
"""The orders by name."""


def orders(maps: Maps) -> dict[str, Order]:
    """Those that these maps can be sorted by."""
    return {name: each for name, each in ORDERS.items() if each.of(maps) is not None}


def order(maps: Maps, name: str = "stored") -> NDArray[np.int64]:
    """Units as shown, the first one first, ``(C,)``; equals stay as stored.

    Raises:
        FeatureError: there is no such order, or the layer has no contributions.
    """
    if name not in ORDERS:
        raise FeatureError(f"there is no order {name[:20]!r}; choose one of {', '.join(ORDERS)}")
    by = ORDERS[name].of(maps)
    if by is None:
        raise FeatureError("units add to the logit only at the last map before global average pooling; sort by peak")
    return np.argsort(-by, kind="stable")
