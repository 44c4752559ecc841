"""``cnnviz occlude``: JSON as promised, files whole, one sentence for every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cnnviz.cli import main
from cnnviz.data.images import encode_png, read_image
from cnnviz.data.samples import sample
from cnnviz.models import load
from cnnviz.occlusion import Patch, highest, lowest, occlude

QUICK = ("--network", "cifar-fast", "--patch", "8x12", "--stride", "8")


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "my cat.png"
    path.write_bytes(encode_png(sample("cat")))
    return path


def run(*args: object) -> Result:
    return CliRunner().invoke(main, ["occlude", *map(str, args)])


def test_json_and_files(picture: Path, tmp_path: Path) -> None:
    out, npy = tmp_path / "out.png", tmp_path / "drop.npy"
    result = run(
        picture, *QUICK, "--fill", "noise", "--seed", 2, "--target", "dog", "--json", "--out", out, "--npy", npy
    )
    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout)
    network = load("cifar-fast")
    pixels = read_image(picture)
    *_, found = occlude(network, network.view(pixels), Patch(8, 12, 8, 8, "noise"), target="dog", seed=2)
    np.testing.assert_allclose(np.load(npy), found.drop, atol=1e-6)
    assert (row["windows"], row["grid"], row["patch"], row["stride"]) == (16, [4, 4], [8, 12], [8, 8])
    assert row["target"]["name"] == "dog" and row["target"]["probability"] == pytest.approx(found.clean[5], abs=1e-6)
    up, down = highest(found), lowest(found)
    assert up is not None and down is not None
    assert row["largest_drop"]["drop"] == pytest.approx(down.drop, abs=1e-6)
    assert row["highest_raise"]["probability"] == pytest.approx(up.probability, abs=1e-6)
    assert row["changed"] == found.changed and row["exact"] is True and row["seconds"] > 0
    box = network.frame(pixels.shape[:2])
    top, left, *_ = row["largest_drop"]["box"]
    assert (top - box.top) * 32 / box.height == pytest.approx(down.box[0], abs=0.1)
    assert (left - box.left) * 32 / box.width == pytest.approx(down.box[1], abs=0.1)
    drawn = read_image(out)
    assert (
        drawn.shape == pixels.shape
        and (drawn[:, box.left + 1 : box.left + 99] != pixels[:, box.left + 1 : box.left + 99]).any()
    )


def test_in_words(picture: Path, tmp_path: Path) -> None:
    lines = run(picture, *QUICK, "--npy", tmp_path / "x").stdout.splitlines()
    assert lines[6].startswith("  16 windows of 8×12 pixels, gray; ")
    assert lines[7].startswith("  cat falls most, from ") and lines[8].startswith("  cat rises most, from ")
    assert lines[9] == f"  wrote {tmp_path / 'x'}"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--patch", "big"], "write 32 or 24x48"),
        (["--patch", "40"], "choose a smaller one"),
        (["--stride", "0"], "at least 1 pixel"),
        (["--fill", "pink"], "no fill is called 'pink'; there are: gray"),
        (["--target", "horsse"], "near names"),
        (["--out", "nowhere/x.png"], "create it first"),
        (["--network", "alexnet"], "no network is called"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(picture: Path, options: list[str], words: str) -> None:
    result = run(picture, *QUICK, *options)
    assert result.exit_code == 2 and words in result.stderr and "Traceback" not in result.output
    assert len(result.stderr.strip().splitlines()) == 1


def test_default_patch_fits_the_network(picture: Path) -> None:
    row = json.loads(run(picture, "--network", "cifar-fast", "--json").stdout)
    assert (row["patch"], row["stride"], row["windows"]) == ([6, 6], [3, 3], 100)
