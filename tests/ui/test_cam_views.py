"""The closer looks below the main map: each is computed only when it is chosen, and says what holds."""

from __future__ import annotations

import base64
import json
import re
from functools import partial
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.cam import METHODS, all_maps, explain
from cnnviz.data.samples import sample
from cnnviz.inspections.slow_cam import Settings, run
from cnnviz.models import load
from cnnviz.ui.cam import gathering
from cnnviz.ui.cam.examples import EXAMPLES
from cnnviz.ui.cam.multiples import alike
from tests.ui.opening import formulas, on_page, text

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]
SMALL = {"network": "cifar-resnet20"}
opened = partial(on_page, "cam")


def component(app: AppTest, name: str) -> dict[str, Any]:
    """What was sent to the browser for the only component ``name``."""
    found = [each.proto for each in app.get("bidi_component") if each.component_name == f"cnnviz.{name}"]
    assert len(found) == 1
    sent: dict[str, Any] = json.loads(found[0].json)[0]
    return sent


def values(sent: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(sent), "<f4")


def test_the_methods_side_by_side_are_those_of_one_pass() -> None:
    sent = component(opened(**SMALL), "mapgrid")
    network = load("cifar-resnet20")
    maps = all_maps(network, sample("cat"))
    assert sent["names"] == [each.method for each in maps] and sent["chosen"] == "cam"
    for item, each in zip(sent["maps"], maps, strict=True):
        np.testing.assert_allclose(values(item["values"]), each.map.ravel(), rtol=1e-5, atol=1e-6)
        assert item["title"] == METHODS[each.method].title
    notes = dict(zip(sent["names"], (item["note"] for item in sent["maps"]), strict=True))
    assert notes["grad-cam"] == "r = 1.00"  # right before global average pooling they are the same


def test_a_correlation_is_numpys_own() -> None:
    network = load("cifar-resnet20")
    one, two = (explain(network, sample("cat"), method=name) for name in ("cam", "eigen-cam"))
    right = np.corrcoef(one.map.ravel(), two.map.ravel())[0, 1]
    assert float(alike(one, two).replace("\N{MINUS SIGN}", "-").removeprefix("r = ")) == pytest.approx(right, abs=0.006)


def test_only_the_chosen_view_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("by_all_methods", "at_all_layers", "taken_apart"):
        real = getattr(gathering, name)
        for module in ("multiples", "dissecting"):
            target = f"cnnviz.ui.cam.{module}.{name}"
            monkeypatch.setattr(
                target, lambda *a, _n=name, _r=real, **k: (asked.append(_n), _r(*a, **k))[1], raising=False
            )
    opened(under="layers", **SMALL)
    assert asked == ["at_all_layers"]
    asked.clear()
    opened(under="anatomy", **SMALL)
    assert asked == ["taken_apart"]


def test_the_sweep_shows_every_layer_and_says_which_method_works_at_all() -> None:
    app = opened(under="layers", **SMALL)
    sent = component(app, "mapgrid")
    assert sent["names"] == [layer.path for layer in reversed(load("cifar-resnet20").layers)]
    assert "Grad-CAM" in " ".join(each.value for each in app.caption)  # CAM works at the last one only
    same = explain(load("cifar-resnet20"), sample("cat"), method="grad-cam", layer="stage1")
    np.testing.assert_allclose(values(sent["maps"][1]["values"]), same.map.ravel(), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("method", ["cam", "xgrad-cam"])
def test_two_classes_tell_the_difference_of_the_logits(method: str) -> None:
    app = opened(under="classes", other="dog", method=method, **SMALL)
    said = next(block for block in (each.value for each in app.latex) if "S_a - S_b" in block)
    mean, bias, gap = (float(x) for x in re.findall(r"[-+]?\d+\.\d+", said))
    network = load("cifar-resnet20")
    one, two = explain(network, sample("cat")), explain(network, sample("cat"), target="dog")
    assert gap == pytest.approx(one.logit - two.logit, abs=0.006) and mean + bias == pytest.approx(gap, abs=0.011)
    odds = float(one.target.probability / two.target.probability)
    told = float(re.search(r"\*\*([\d.,]+) times\*\*", text(app)).group(1).replace(",", ""))  # type: ignore[union-attr]
    assert told == pytest.approx(odds, rel=0.06)


def test_two_classes_where_nothing_adds_up_or_no_class_is_known() -> None:
    app = opened(under="classes", layer="stage2", method="grad-cam", **SMALL)
    assert "does not add up" in text(app) and "S_a - S_b" not in formulas(app)
    app = opened(under="classes", method="eigen-cam", **SMALL)
    assert "same map" in app.info[0].value and not app.exception


def test_the_anatomy_ends_in_the_map_and_in_the_logit() -> None:
    app = opened(under="anatomy", **SMALL)
    sent, shown = component(app, "anatomy"), explain(load("cifar-resnet20"), sample("cat"))
    cells = shown.map.size
    np.testing.assert_allclose(values(sent["numbers"])[-cells:], shown.map.ravel(), rtol=1e-4, atol=1e-4)
    assert sent["means"][-1] + sent["bias"] == pytest.approx(shown.logit, abs=1e-3)
    assert sent["counts"][-1] == len(shown.activations) and len(sent["terms"]) == 12
    assert "exact" in text(app)


@pytest.mark.parametrize(("method", "layer"), [("hires-cam", "stage2"), ("grad-cam", "stem")])
def test_elsewhere_the_anatomy_says_that_it_is_first_order(method: str, layer: str) -> None:
    app = opened(under="anatomy", method=method, layer=layer, **SMALL)
    assert component(app, "anatomy")["bias"] is None
    assert "first-order" in text(app) and "This is exact" not in text(app)


def test_a_map_without_channels_is_told_in_a_sentence() -> None:
    app = opened(under="anatomy", method="eigen-cam", **SMALL)
    assert "channel by channel" in app.info[0].value and not app.error and not app.exception


def test_a_slow_method_tells_its_cost_and_shows_a_quick_one_meanwhile() -> None:
    app = opened(method="score-cam", **SMALL)
    passes = re.search(r"\*\*(\d+) times\*\*", text(app))
    layer = load("cifar-resnet20").layers[0].path
    assert passes and int(passes.group(1)) <= len(
        explain(load("cifar-resnet20"), sample("cat"), layer=layer).activations
    )
    assert [item["note"].split(" ·")[0] for item in component(app, "heatmap")["maps"]] == ["Grad-CAM"]
    assert app.button(key="slow-cam-start").label == "Compute it" and not app.button(key="slow-cam-start").disabled


def test_a_slow_map_that_is_there_becomes_the_main_one(monkeypatch: pytest.MonkeyPatch) -> None:
    events = tuple(run(Settings(network="cifar-resnet20", method="score-cam")))
    monkeypatch.setattr("cnnviz.ui.cam.slow.live", lambda *_, draw, **__: (draw(events, True), events)[1])
    app = opened(method="score-cam", **SMALL)
    right = explain(load("cifar-resnet20"), sample("cat"), method="score-cam")
    main = component(app, "heatmap")["maps"]
    np.testing.assert_allclose(values(main[0]["values"]), right.map.ravel(), atol=1e-4)
    assert [item["note"].split(" ·")[0] for item in main] == ["Score-CAM", "Grad-CAM"]
    assert METHODS["score-cam"].formula in formulas(app)
    assert "logit" not in formulas(app)  # its sum is not the score


def test_the_link_carries_the_view_and_reset_forgets_it() -> None:
    app = opened(under="anatomy", **SMALL)
    assert app.query_params["under"] in ("anatomy", ["anatomy"])
    app.button(key="reset").click().run()
    assert "under" not in app.query_params and not app.exception


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.title)
def test_an_example_is_one_click_and_tells_what_it_shows(example: Any) -> None:
    app = opened()
    app.pills(key="example").set_value(example.title).run()
    assert not app.exception and not app.error
    assert f"**{example.title}.**" in text(app)
