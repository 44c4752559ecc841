"""``cnnviz features``: JSON with the numbers of the maps, files whole, one sentence for every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cnnviz.cli import main
from cnnviz.data.images import encode_png, read_image
from cnnviz.data.samples import sample
from cnnviz.features import maps
from cnnviz.figures.colours import table
from cnnviz.models import load


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "coffee.png"
    path.write_bytes(encode_png(sample("coffee")))
    return path


def ask(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["features", *map(str, arguments)])


def test_json_tells_the_strongest_units(photo: Path) -> None:
    row = json.loads(ask(photo, "--network", "convnetjs", "--layer", "relu3", "--json").stdout)
    found = maps(load("convnetjs"), read_image(photo), "relu3")
    assert row["shape"] == list(found.values.shape) == [20, 8, 8]
    assert [each["unit"] for each in row["units"]] == np.argsort(-found.high, kind="stable")[:10].tolist()
    first = row["units"][0]
    assert found.values[(first["unit"], *first["at"])] == pytest.approx(first["peak"])
    assert first["mean"] == pytest.approx(found.values[first["unit"]].mean(), abs=1e-6)


def test_files_hold_the_maps_and_the_sheet(photo: Path, tmp_path: Path) -> None:
    out, npy = tmp_path / "sheet.png", tmp_path / "maps.npy"
    result = ask(photo, "--network", "convnetjs", "--layer", "relu1", "--out", out, "--npy", npy, "--scale", "layer")
    assert result.exit_code == 0 and "sheet.png" in result.stdout
    found = maps(load("convnetjs"), read_image(photo), "relu1")
    np.testing.assert_array_equal(np.load(npy, allow_pickle=False), found.values)
    sheet = read_image(out)
    level = round(255 * float(found.values[0, 0, 0] / found.values.max()))
    assert sheet[2, 2].tolist() == table("viridis")[level].tolist()  # the first pixel of the first tile


def test_one_unit_and_an_order(photo: Path, tmp_path: Path) -> None:
    npy = tmp_path / "map.npy"
    asked = (photo, "--network", "convnetjs", "--layer", "relu2", "--unit", 5, "--npy", npy, "--json")
    row = json.loads(ask(*asked).stdout)
    assert [each["unit"] for each in row["units"]] == [5] and np.load(npy).shape == (1, 16, 16)
    row = json.loads(ask(photo, "--layer", "stage4", "--order", "contribution", "--json").stdout)
    adds = [each["contribution"] for each in row["units"]]
    photo_network = load("photo")
    likely = int(photo_network.predict(read_image(photo)).argmax())
    assert adds == sorted(adds, reverse=True) and row["class"] == photo_network.classes[likely]


def test_the_layers_are_listed(photo: Path) -> None:
    assert "conv1 · convolution, 16 × 32×32" in ask(photo, "--network", "convnetjs", "--layers").stdout
    rows = json.loads(ask(photo, "--network", "convnetjs", "--layers", "--json").stdout)
    assert rows[0] == {"layer": "conv1", "kind": "convolution", "shape": [16, 32, 32]}


@pytest.mark.parametrize(
    "wrong",
    [
        ("--layer", "nowhere"),
        ("--unit", 99),
        ("--order", "colour"),
        ("--order", "contribution"),
        ("--network", "nobody"),
        ("--out", "/nowhere/sheet.png"),
        ("--scale", "cell"),
    ],
)
def test_a_mistake_is_one_sentence(photo: Path, wrong: tuple[str, object]) -> None:
    more = () if "--network" in wrong else ("--network", "convnetjs")
    result = ask(photo, *more, *wrong)
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert 0 < len(result.output.strip().splitlines()[-1]) < 400
