"""The three inspections of trust: small events, progress that ends at one, the same numbers as in a notebook."""

from __future__ import annotations

import dataclasses
import itertools
import json
import subprocess
import sys

import numpy as np
import pytest

from cnnviz.inspections.attribution import Settings as Attributed
from cnnviz.inspections.deletion import FILLS
from cnnviz.inspections.deletion import Settings as Deleted
from cnnviz.inspections.randomization import Settings as Forgot
from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.inspections.views import unpacked
from cnnviz.models import load
from cnnviz.trust import Plan, Points, Question, deletion, gathered, map_of, stages
from cnnviz.trust.deletion import FILLS as PURE
from cnnviz.trust.maps import settled
from cnnviz.trust.packing import Packed

NETWORK = "cifar-resnet20"
ASKED = [
    ("deletion", Deleted(network=NETWORK, steps=8)),
    ("deletion", Deleted(network=NETWORK, method="smoothgrad", steps=8, fill="blur")),
    ("randomization", Forgot(network=NETWORK, method="grad-cam")),
    ("attribution", Attributed(network=NETWORK)),
]


@pytest.mark.parametrize(("name", "settings"), ASKED, ids=lambda value: getattr(value, "method", value))
def test_events_are_small_and_their_progress_rises_to_one(name, settings):
    task = INSPECTIONS[name]
    told = [json.dumps(dataclasses.asdict(event)) for event in task.run(settings)]
    events = [task.event_of(json.loads(text)) for text in told]
    progress = [event.progress for event in events]
    assert progress == sorted(progress) and progress[-1] == 1 and all(0 <= p < 1 for p in progress[:-1])
    assert max(map(len, told)) < 100_000 and sum(map(len, told)) < 200_000
    assert task.rebuilt(task.told(settings)) == settings


def test_deletion_tells_the_numbers_of_the_notebook():
    settings = Deleted(network=NETWORK, method="grad-cam", steps=8)
    told = gathered(Points(e.progress, e.steps, e.points) for e in INSPECTIONS["deletion"].run(settings))
    network = load(NETWORK)
    view = unpacked(settings.picture, network)
    asked = settled(network, view, Question("grad-cam"))
    own = gathered(deletion(network, view, map_of(network, view, asked), target=asked.target, plan=Plan(steps=8)))
    assert told.lines.keys() == own.lines.keys()
    assert told.area("deletion") == pytest.approx(own.area("deletion"), abs=1e-4)
    assert told.random("insertion") == pytest.approx(own.random("insertion"), abs=1e-4)


def test_randomization_tells_a_map_per_stage():
    events = [e for e in INSPECTIONS["randomization"].run(Forgot(network=NETWORK, method="grad-cam")) if e.map]
    assert [e.stage for e in events] == ["", *(stage.name for stage in reversed(stages(load(NETWORK))))]
    assert all(Packed(e.map, e.rows, e.columns, e.scale).unpacked().shape == (8, 8) for e in events)
    assert all(np.isfinite([e.correlation, e.similarity, e.probability]).all() for e in events)


def test_all_attributions_come_the_cheapest_first_and_one_alone_if_asked():
    events = [e for e in INSPECTIONS["attribution"].run(Attributed(network=NETWORK)) if e.map]
    order = [name for name, _ in itertools.groupby(e.method for e in events)]
    assert set(order[:2]) == {"guided-backprop", "saliency"}
    assert order[2:] == ["deeplift", "smoothgrad", "integrated-gradients"]
    alone = INSPECTIONS["attribution"].run(Attributed(network=NETWORK, method="deeplift"))
    assert {e.method for e in alone} == {"deeplift"}


def test_a_network_that_an_attribution_does_not_fit_is_told_in_a_sentence(monkeypatch):
    from cnnviz.attribution import ATTRIBUTIONS

    method = dataclasses.replace(ATTRIBUTIONS["deeplift"], refuse=lambda _: "It does not fit.")
    monkeypatch.setitem(ATTRIBUTIONS._items, "deeplift", method)
    *_, last = INSPECTIONS["attribution"].run(Attributed(network=NETWORK, method="deeplift"))
    assert (last.refused, last.progress, last.map) == ("It does not fit.", 1.0, "")


def test_fills_are_those_of_the_measurement():
    assert FILLS == PURE


def test_the_menu_needs_no_torch():
    code = "import sys, cnnviz.trust, cnnviz.attribution, cnnviz.inspections.registry as r; list(r.INSPECTIONS); "
    code += "list(cnnviz.attribution.ATTRIBUTIONS); print('torch' in sys.modules, 'captum' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]
