"""The two sections in AppTest: words with the numbers of the events, before and after a run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz.attribution import ATTRIBUTIONS
from cnnviz.inspections.attribution import Event as Attributed
from cnnviz.inspections.randomization import Event as Forgot
from cnnviz.trust import Points, gathered
from cnnviz.trust.packing import pack
from cnnviz.ui.trusting import attributing, reading


def curves(own: float, chance: float):
    """Straight lines at one height, so that the areas are known."""
    rows = [
        (way, order, step, height)
        for way in ("deletion", "insertion")
        for order, height in (("map", own), ("centre", 0.5), ("random 0", chance), ("random 1", chance + 0.1))
        for step in (0, 4)
    ]
    return gathered([Points(1.0, 4, tuple(rows))])


def test_areas_are_told_beside_the_random_ones():
    found = curves(0.2, 0.4)
    assert reading.areas(found, "map") == ("0.20", "0.20")
    assert reading.areas(found, "random 0") == ("0.45 ± 0.05", "0.45 ± 0.05")
    assert reading.areas(found, "centre") == ("0.50", "0.50")
    assert reading.areas(gathered([]), "map") == reading.areas(gathered([]), "random 0") == ("", "")


@pytest.mark.parametrize(
    ("own", "takes", "brings"),
    [(0.2, "sooner than", "later than"), (0.45, "about as soon as", "about as soon as"), (0.8, "later than", "sooner")],
)
def test_the_verdict_weighs_the_gain_against_the_spread(own, takes, brings):
    first, second, third = reading.verdict(curves(own, 0.4), method="CAM", name="cat").splitlines()
    assert takes in first and brings in second and f"area {own:.2f}" in first
    assert "One picture proves little" in third


def event(stage: str, correlation: float) -> Forgot:
    small = pack(np.eye(4, dtype=np.float32))
    numbers = correlation, 0.2, 0.9 if not stage else 0.01
    return Forgot(0.5, stage, *numbers, small.text, small.rows, small.columns, small.scale)


def test_the_strip_says_what_was_randomized_and_how_alike_the_maps_are():
    frame = reading.stage(event("stage4.1", -0.125), "cat")
    assert frame.title == "↓ stage4.1" and "−0.12" in frame.lines[0] and "down to stage4.1" in frame.alt
    assert reading.stage(event("", 1.0), "cat").title == "as trained"


def test_passing_and_failing_are_told_apart():
    passed = reading.forgot([event("", 1.0), event("head", 0.1), event("stem", -0.2)], method="CAM")
    assert "CAM **passes**" in passed and "largest |ρ| 0.20" in passed and "from 90" in passed
    failed = reading.forgot([event("", 1.0), event("head", 0.8), event("stem", 0.2)], method="CAM")
    assert "Careful: down to *head*" in failed and "passes" not in failed
    assert "With 16 cells, chance alone brings large ρ" in failed and "chance" not in passed
    assert reading.forgot([event("", 1.0)], method="CAM") == ""


def test_complete_methods_show_their_sum_and_all_say_what_they_hide():
    small = pack(np.eye(4, dtype=np.float32))
    told = Attributed(1.0, "deeplift", 1.0, 3.5, 7.0, -0.5, small.text, small.rows, small.columns, small.scale)
    frame = attributing.frame(ATTRIBUTIONS["deeplift"], told)
    assert frame.lines[0] == "Sum 3.50; due: logit 7.00 less −0.50 of a gray picture = 7.50."
    assert frame.signed and frame.values is not None
    for method in ATTRIBUTIONS.values():
        empty = attributing.frame(method, None)
        assert empty.values is None and [line.split(":")[0] for line in empty.lines] == ["Shows", "Can't show"]
    refused = attributing.frame(ATTRIBUTIONS["deeplift"], Attributed(1.0, "deeplift", refused="No."))
    assert refused.lines[0] == "No." and refused.values is None


def test_the_last_map_of_each_method_is_drawn():
    small = pack(np.eye(4, dtype=np.float32)).text
    events = (
        Attributed(0.1, "a", map=small, total=1.0),
        Attributed(0.2, "a", map=small, total=2.0),
        Attributed(0.3, "a", share=0.9),
        Attributed(0.4, "b", refused="No."),
    )
    found = attributing.latest(events)
    assert found["a"].total == 2.0 and found["b"].refused == "No."
    assert not math.isnan(found["a"].total)


PAGE = """
import streamlit as st
from cnnviz.cam import explain
from cnnviz.ui import cache, trusting
from cnnviz.ui.pictures import Chosen
from cnnviz.data.samples import sample

picture = sample("cat")
network = cache.network("cifar-resnet20")
chosen = Chosen(picture, KEY, "a cat", "")
shown = explain(network, picture, method="grad-cam")
trusting.panel(network, chosen, shown)
trusting.attributions(network, chosen, shown)
"""


@pytest.mark.parametrize("key", ["sample cat", "0" * 64])
@pytest.mark.usefixtures("fresh_caches")
def test_both_sections_open_on_a_sample_and_on_an_upload(key):
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_string(PAGE.replace("KEY", repr(key)), default_timeout=60).run()
    assert not page.exception
    labels = [button.label for button in page.button]
    assert {"Measure it", "Randomize layer by layer", "Compute all five"} <= set(labels)
    assert any("passes forward and back" in text.value for text in page.markdown)
