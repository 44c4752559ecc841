"""The page of filters: what is on screen is what the network answers; every layer, network and link opens."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from cnnviz.data.images import decode
from cnnviz.data.samples import sample
from cnnviz.features import maps, sum_at
from cnnviz.models import load
from cnnviz.models.layers import places
from cnnviz.ui.components.sprites import View
from cnnviz.ui.components.unit import Unit
from cnnviz.ui.features import examples, showing
from cnnviz.ui.features.reading import as_drawn, query, written
from cnnviz.ui.pictures import Chosen
from cnnviz.ui.presets import Preset
from tests.ui.opening import formulas, on_page, rerun_seconds, text

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]


def cat() -> Chosen:
    return Chosen(sample("cat"), "sample cat", "the cat", "")


def test_the_formula_holds_with_the_numbers_shown() -> None:
    app = on_page("filters", network="convnetjs", layer="conv1", unit="4")
    shown = formulas(app)
    found = sum_at(load("convnetjs"), sample("cat"), "conv1", unit=4)
    assert written(found) in shown
    last = float(re.findall(r"= (-?\d+\.\d+) \\end", shown)[0])
    assert last == pytest.approx(float(maps(load("convnetjs"), sample("cat"), "conv1").high[4]), abs=0.006)


def test_a_link_restores_layer_unit_and_view() -> None:
    app = on_page("filters", picture="coffee", layer="stage2.0.conv1", unit="17", map_scale="layer", map_order="peak")
    assert app.selectbox(key="layer").value == "stage2.0.conv1"  # though not every layer is in the menu
    assert "Best patches of unit 17" in " ".join(block.value for block in app.subheader)
    assert "layer" in app.query_params["map-scale"] and "peak" in app.query_params["map-order"]
    app.button(key="reset").click().run()
    assert not app.exception and "unit" not in app.query_params and app.selectbox(key="layer").value == "stem.0"


@pytest.mark.parametrize("network", ["photo", "cifar-resnet20", "cifar-fast", "convnetjs"])
def test_every_network_opens_with_its_first_convolution_and_every_layer_can_be_chosen(network: str) -> None:
    app = on_page("filters", network=network)
    first = next(each.path for each in places(load(network)) if each.convolution)
    assert app.selectbox(key="layer").value == first
    app.toggle(key="every-layer").set_value(True).run()
    assert not app.exception and len(app.selectbox(key="layer").options) >= len(places(load(network)))
    for each in list(places(load(network)))[:: max(1, len(places(load(network))) // 4)]:
        app.selectbox(key="layer").set_value(each.path).run()
        assert not app.exception and not app.error


def test_nonsense_in_the_link_opens_the_page_with_defaults() -> None:
    app = on_page("filters", layer="../../x", unit="9" * 40, map_show="<b>", map_order="x", data="/etc/passwd")
    assert app.selectbox(key="layer").value == "stem.0" and app.selectbox(key="data").value == "suits"
    app = on_page("filters", unit="-1", layer="stage4", statistics_class="nobody")
    assert not app.exception


@pytest.mark.parametrize("preset", examples.EXAMPLES, ids=lambda preset: preset.title)
def test_every_example_stands(preset: Preset) -> None:
    app = on_page("filters")
    app.pills(key="example").set_value(preset.title).run()
    assert not app.exception and not app.error
    assert f"**{preset.title}.**" in text(app)


def test_the_code_shown_reproduces_the_numbers_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = on_page("filters", network="convnetjs", layer="relu2").code[0].value
    script = tmp_path / "shown.py"
    script.write_text(source)
    runpy.run_path(str(script))
    for printed, line in zip(capsys.readouterr().out.splitlines(), source.splitlines()[-2:], strict=True):
        said = line.split("# ")[1]
        assert re.findall(r"\d+", printed)[:2] == re.findall(r"\d+", said)[:2]
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", printed + " ")[-1:]]
        assert numbers == pytest.approx([float(n) for n in re.findall(r"-?\d+\.\d+", said)[-1:]], abs=1e-4)


def test_the_sheet_sent_stands_for_the_maps() -> None:
    import base64

    import numpy as np

    network, chosen = load("convnetjs"), cat()
    found = maps(network, chosen.pixels, "conv2")
    told = showing.sheet(network, chosen, found).message()
    small = np.frombuffer(base64.b64decode(told["maps"]), np.uint8).reshape(20, told["rows"], told["columns"])
    low, high = (np.frombuffer(base64.b64decode(told[name]), "<f4")[:, None, None] for name in ("low", "high"))
    assert np.abs(low + (high - low) * small / 255 - found.values).max() < 0.003 * float(np.ptp(found.values))
    assert told["signed"] and told["kernels"]["channels"] == 1
    title, units = told["orders"]["peak"]
    assert np.frombuffer(base64.b64decode(units), "<u2")[0] == found.high.argmax() and title
    assert len(str(told)) < 1_000_000


def test_a_unit_carries_its_field_and_its_kernel() -> None:
    network, chosen = load("photo"), cat()
    found = maps(network, chosen.pixels, "stem")
    told = showing.enlarged(network, found, 9)
    assert isinstance(told, Unit) and told.rows == (4, -5, 11) and "11×11 of" in told.reach
    assert told.kernel is not None and told.kernel.shape == (3, 7, 7) and told.colour
    assert told.map[told.peak] == told.map.max()
    assert showing.enlarged(network, maps(network, chosen.pixels, "stage4"), 0).kernel is None


def test_downloads_hold_all_units() -> None:
    network, chosen = load("convnetjs"), cat()
    found = maps(network, chosen.pixels, "conv1")
    for scale in ("unit", "layer", "network"):
        sheet = decode(as_drawn(network, chosen, found, View(scale=scale, order="peak")))
        assert sheet.ndim == 3 and sheet.shape[0] * sheet.shape[1] > 16 * 32 * 32
    assert query(network, chosen, found, 3) == "network=convnetjs&layer=conv1&unit=3&picture=cat"


def test_a_rerun_stays_light() -> None:
    app = on_page("filters", layer="stage4")
    assert rerun_seconds(app) < 0.2
