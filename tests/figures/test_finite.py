"""Extreme maps through everything that draws, measures or packs a map: finite numbers and valid pixels."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable

import numpy as np
import pytest

from cnnviz.cam.spread import against, half_area, peak
from cnnviz.figures.colours import MAPS as COLOURS
from cnnviz.figures.colours import scale
from cnnviz.figures.heatmaps import colour_bar_text, heat, limits, overlay, scaled
from cnnviz.trust.packing import pack
from cnnviz.trust.similarity import rank_correlation, structural_similarity
from tests.extremes import MAPS, check

PHOTO = np.full((30, 41, 3), 128, np.uint8)
KINDS = (np.float16, np.float32, np.float64)


@pytest.mark.promise("finite")
def test_no_extreme_map_gives_a_figure_with_nan(figure: Callable[[str], None]) -> None:
    done = 0
    for (name, values), kind, signed in itertools.product(MAPS.items(), KINDS, (False, True)):
        with np.errstate(over="ignore"):
            given = values.astype(kind)
        with np.errstate(all="raise", under="ignore"):
            assert overlay(PHOTO, given, signed=signed).dtype == np.uint8
            assert heat(given, (30, 41), signed=signed).dtype == np.uint8
            check([limits(given, signed=signed), scaled(given, signed=signed)], name)
        assert not {"nan", "inf"} & set("".join(colour_bar_text(given, signed=signed)).replace("+", " ").split())
        done += 1
    check([[position for position, _ in scale(name)] for name in COLOURS], "scales")
    figure(f"{done} drawings of {len(MAPS)} extreme maps (constant, NaN, infinite, 1e38, denormal): all numbers finite")


@pytest.mark.promise("finite")
@pytest.mark.filterwarnings("error")
def test_no_extreme_map_is_measured_or_packed_as_nan(figure: Callable[[str], None]) -> None:
    for name, values in MAPS.items():
        packed = pack(values)
        check([packed.scale, packed.unpacked()], name)
        cells = np.frombuffer(base64.b64decode(packed.text), np.int8)
        assert len(cells) == packed.rows * packed.columns and cells.min() >= -127, name
        check([half_area(values), against(values)], name)
        assert 0 < half_area(values) <= 1 and all(peak(values)), name
    finite = {name: values for name, values in MAPS.items() if np.isfinite(values).all() and min(values.shape) >= 7}
    pairs = [(a, b) for a in finite.values() for b in finite.values() if a.shape == b.shape]
    for a, b in pairs:
        check([rank_correlation(a, b), structural_similarity(a, b)], "similarity")
        assert abs(rank_correlation(a, b)) <= 1.0001
    figure(f"{len(MAPS)} extreme maps packed and measured, {len(pairs)} pairs compared: all numbers finite")
