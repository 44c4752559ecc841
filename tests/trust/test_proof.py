"""Every method offered is better than a random map of its resolution, on photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnviz.data.images import read_image
from cnnviz.models import load
from cnnviz.trust import Plan
from tools.trust import measure, pictures, summary, working

QUICK = ("cam", "layer-cam", "guided-backprop")


def test_maps_of_photographs_beat_chance(shared):
    """Deletion or insertion alone may fail on one picture: their difference, over a few pictures, may not."""
    network = load("photo")
    plan = Plan(steps=4, randoms=1, centre=False)
    names = ("tench", "parachute", "golf_ball")
    gains: dict[str, list[float]] = {}
    for name in names:
        view = network.view(read_image(Path(shared, "data", "photos", f"{name}.jpg")))
        for method, areas in measure(network, view, QUICK, plan).items():
            own, chance = (areas[kind][1] - areas[kind][0] for kind in ("map", "random"))
            gains.setdefault(method, []).append(own - chance)
    assert set(gains) == set(QUICK)
    assert all(np.mean(found) > 0 for found in gains.values()), gains


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_method_offered_beats_chance_on_test_photographs(shared):
    network = load("photo")
    source = Path(shared, "data", "photos112.tar.xz")
    if not source.exists():
        pytest.skip(f"needs {source}")
    methods = [*working(network)]
    rows: dict[str, list] = {name: [] for name in methods}
    for k, picture in enumerate(pictures(source, 24)):
        for name, areas in measure(network, network.view(picture), methods, Plan(steps=12, randoms=2, seed=k)).items():
            rows[name].append(areas)
    for name, found in rows.items():
        line = summary(name, found)
        assert line["deletion_gain"] > 0 and line["insertion_gain"] > 0, line


def test_a_summary_pairs_each_map_with_chance_on_the_same_picture():
    rows = [{"map": (0.2, 0.8), "random": (0.5, 0.6), "centre": (0.4, 0.7)}] * 3 + [
        {"map": (0.6, 0.4), "random": (0.5, 0.6), "centre": (0.4, 0.7)}
    ]
    line = summary("cam", rows)
    assert line["pictures"] == 4 and line["deletion"] == 0.3 and line["deletion_random"] == 0.5
    assert line["deletion_gain"] == 0.2 and line["deletion_won"] == 0.75
    assert line["insertion_gain"] == pytest.approx(0.1) and line["deletion_error"] == 0.1
