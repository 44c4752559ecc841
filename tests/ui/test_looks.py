"""The look inside a training: what its five pictures are given, and what is told in words."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.training.events import Histogram, Look, pack
from cnnviz.ui.components.confusion import shares
from cnnviz.ui.components.layers import short
from tests.ui.made_look import COUNTS, NAMES, layer, layers, made, pictures
from tests.ui.opening import rerun_seconds, text


def script(looks, names, epochs, earlier):  # its text becomes a page, so nothing of this file is known in it
    from cnnviz.ui.training import looks as page

    epoch = page.wanted(epochs, key="x") if epochs else None
    found = next((look for look in looks if epoch in (None, look.epoch)), None)
    page.section(found, classes=names, key="x", epochs=epochs, earlier=earlier, title="run *B*")


def opened(
    *looks: Look, names: tuple[str, ...] = NAMES, epochs: tuple[int, ...] = (), earlier: Look | None = None
) -> AppTest:
    given = {"looks": looks, "names": names, "epochs": epochs, "earlier": earlier}
    app = AppTest.from_function(script, kwargs=given, default_timeout=60).run()
    assert not app.exception and not app.error
    return app


def given(app: AppTest) -> dict[str, Any]:
    """What each component got, by the end of its key; strict JSON, as a browser reads it."""

    def strict(name: str) -> float:
        raise AssertionError(f"{name} is no JSON")

    return {
        each.proto.id.rpartition("-")[2]: json.loads(each.proto.json, parse_constant=strict)[0]
        for each in app.get("bidi_component")
    }


def test_nothing_yet_is_told_in_a_sentence() -> None:
    app = opened()
    assert "comes with the first epoch" in text(app) and not app.get("bidi_component")


def test_predictions_have_the_three_best_guesses_right_ones_marked() -> None:
    app = opened(made())
    right, wrong = given(app)["says"]["cards"]
    assert (right["title"], wrong["title"]) == ("✓ cat", "✗ is dog")
    assert [(bar["name"], bar["share"], bar["right"]) for bar in wrong["bars"]] == [
        *(("cat", 0.5, "no"), ("dog", 0.25, "yes"), ("car", 0.25, "no")),
    ]
    assert "1 of 2 right" in text(app)
    assert given(app)["worst"]["cards"][0]["title"] == "✗ is dog"
    assert "it gives 88\N{NO-BREAK SPACE}% to **cat** for a picture of **dog**" in text(app)


def test_the_confusion_is_told_with_its_largest_mistake() -> None:
    app = opened(made())
    assert "76.7\N{NO-BREAK SPACE}% of 30 validation pictures" in text(app)
    assert "5 times: **dog** taken for **cat**" in text(app)
    assert shares(COUNTS) == [0.8, 0.5, 1.0, None]
    assert given(app)["confusion"]["earlier"] is None


def test_another_run_stands_beside() -> None:
    app = opened(made(), earlier=made(7, confusion=pack(np.eye(4), "<i4")))
    data = given(app)
    assert [group["title"] for group in data["filters"]["groups"]] == [
        *("This run, epoch 3", "run *B*"),
    ]
    assert data["confusion"]["earlier"] == [1, 1, 1, 1]
    assert r"The lines mark run \*B\*" in text(app)
    of_others = made(7, confusion=pack(np.eye(3), "<i4"))
    assert given(opened(made(), earlier=of_others))["confusion"]["earlier"] is None


def test_layers_say_what_is_dead_and_which_steps_are_far() -> None:
    conv, relu, linear = given(opened(made()))["layers"]["rows"]
    assert (conv["words"], conv["count"]) == ("convolution · 8×4×4", "224 weights")
    assert (conv["colour"], linear["colour"]) == ([0, 114, 178], [0, 158, 115])
    assert (conv["ratio"]["text"], conv["ratio"]["alarm"]) == ("1.0·10⁻³", "no")
    assert (relu["zeros"]["text"], relu["zeros"]["alarm"]) == ("97\N{NO-BREAK SPACE}%", "yes")
    assert (relu["ratio"]["text"], linear["vector"]) == ("–", "4 numbers, no maps")
    for ratio, words, alarm in ((0.05, "0.05 large", "yes"), (1e-5, "1.0·10⁻⁵ small", "no"), (math.nan, "not", "yes")):
        told = given(opened(made(layers=layers(ratio))))["layers"]["rows"][0]["ratio"]
        assert words in told["text"] and told["alarm"] == alarm


def test_numbers_that_are_not_finite_reach_the_browser_as_words() -> None:
    broken = layer("conv", "Conv2d", mean=math.nan, std=math.inf, parameters=3, weight_norm=math.inf,
                   gradient_norm=math.nan, outputs=Histogram(0.0, 0.0, ()))  # fmt: skip
    filters = np.full((2, 3, 3, 3), np.nan)
    data = given(opened(made(layers=(broken,), filters=pack(filters, "<f2"))))
    row = data["layers"]["rows"][0]
    assert row["outputs"]["words"] == "not finite" and row["weights"]["alarm"] == row["gradients"]["alarm"] == "yes"


def test_what_is_not_there_is_left_out() -> None:
    app = opened(made(worst=pictures((), []), filters=pack(np.zeros((0, 0, 0, 0)), "<f2")))
    assert "Not one mistake" in text(app)
    assert "First-layer filters" not in [title.value for title in app.subheader]
    empty = made(samples=pictures((), []), worst=pictures((), []), confusion=pack(np.zeros((4, 4)), "<i4"))
    assert "There are no validation pictures" in text(opened(empty))


def test_a_look_of_other_classes_is_told_in_a_sentence() -> None:
    app = opened(made(), names=NAMES[:3])
    assert "of other classes" in text(app) and not app.get("bidi_component")
    low = layer("conv", "Conv2d", outputs=Histogram(math.nan, math.inf, (1, 2)))
    assert given(opened(made(layers=(low,))))["layers"]["rows"][0]["outputs"]["low"] is None


def test_names_of_classes_are_text() -> None:
    names = ("**b** <i>", "[x](y)", ":red[z]", "$e$")
    app = opened(made(), names=names)
    assert r"\*\*b\*\* \<i\>" in text(app) and r"\[x\]\(y\)" in text(app)
    assert given(app)["says"]["cards"][0]["right"] == names[0]


def test_the_slider_follows_the_newest_until_it_is_moved() -> None:
    looks = [made(epoch) for epoch in (0, 1, 2)]
    app = opened(*looks, epochs=(0, 1, 2))
    assert given(app)["filters"]["groups"][0]["title"] == "This run, epoch 2"
    assert app.select_slider[0].options == ["before it began", "epoch 1", "epoch 2", "newest: epoch 2"]
    app.select_slider[0].set_value(1).run()
    assert given(app)["filters"]["groups"][0]["title"] == "This run, epoch 1"


def test_numbers_are_short() -> None:
    assert [short(x) for x in (0.0, 0.234, -1.45, 12.34, 1234.0, 2.1e-5, -3e7, math.inf)] == [
        *("0.00", "0.23", "−1.45", "12.3", "1234", "2.1·10⁻⁵", "−3.0·10⁷", "not finite"),
    ]


def test_a_rerun_is_cheap_and_needs_no_torch() -> None:
    pixels = pack(np.zeros((12, 32, 32, 3)), "u1")
    probabilities = pack(np.full((12, 100), 0.01), "<f2")
    full = made(0)
    many = type(full.samples)(pixels, tuple(range(12)), probabilities)
    look = made(samples=many, worst=many, confusion=pack(np.ones((100, 100)), "<i4"), layers=layers() * 12)
    app = opened(look, names=tuple(f"class {k}" for k in range(100)))
    assert all(len(each.proto.json) <= 150_000 for each in app.get("bidi_component"))
    assert rerun_seconds(app) < 0.05
    check = "import sys, cnnviz.ui.training.looks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("epochs", [(), (0,)])
def test_one_look_needs_no_slider(epochs: tuple[int, ...]) -> None:
    assert not opened(made(0), epochs=epochs).select_slider
