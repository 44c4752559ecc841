"""``cnnviz classify`` and ``cnnviz cam``: JSON as promised, files whole or absent, one sentence for every mistake."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from torch import nn

import cnnviz.models
from cnnviz.cam import METHODS, explain
from cnnviz.cli import cam as cam_command
from cnnviz.cli import main
from cnnviz.data.images import encode_png, read_image
from cnnviz.figures.heatmaps import overlay
from cnnviz.models import Layer, Network, NotDownloaded, Spec
from cnnviz.models.residual import GapHead
from cnnviz.registry import UnknownItem

CLASSES = ("cat", "dog", "car", "carrot", "tree", "pizza")


def build(classes: int) -> nn.Module:
    first = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(inplace=True))
    last = nn.Sequential(nn.Conv2d(8, 12, 3, 2, 1), nn.ReLU(inplace=True))
    return nn.Sequential(OrderedDict(first=first, last=last, head=GapHead(12, classes)))


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """A tiny untrained network in place of ``photo``."""
    torch.manual_seed(0)
    spec = Spec(
        name="photo",
        title="Photo",
        summary="",
        reference="",
        build=build,
        input_size=32,
        mean=(0.5, 0.5, 0.5),
        std=(0.25, 0.25, 0.25),
        layers=(Layer("last", "last map"), Layer("first", "first map")),
    )
    tiny = Network(spec, build(len(CLASSES)), classes=CLASSES)

    def load(name: str) -> Network:
        if name == "resnet18":
            raise NotDownloaded("ResNet-18 is not on this machine; run `cnnviz networks --download resnet18` (45 MB)")
        if name != "photo":
            raise UnknownItem(f"no network is called {name!r}; there are: photo, resnet18")
        return tiny

    monkeypatch.setattr(cnnviz.models, "load", load)
    return tiny


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "my photo.png"
    path.write_bytes(encode_png(np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(*arguments: object) -> str:
    """The one sentence with which the command refuses."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def test_classify_prints_one_json_object_per_picture(picture: Path, network: Network) -> None:
    result = run("classify", picture, picture, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = map(json.loads, result.stdout.splitlines())
    assert {key: value for key, value in first.items() if key != "seconds"} == {
        key: value for key, value in second.items() if key != "seconds"
    }
    assert list(first) == ["image", "network", "top", "seconds"]
    assert (first["image"], first["network"]) == (str(picture), "photo")
    expected = network.predict(read_image(picture))[0]
    order = np.argsort(-expected)[:5]
    assert [guess["index"] for guess in first["top"]] == order.tolist()
    assert [guess["name"] for guess in first["top"]] == [CLASSES[i] for i in order]
    assert [guess["probability"] for guess in first["top"]] == pytest.approx(expected[order])
    assert first["seconds"] > 0


def test_classify_in_words(picture: Path, network: Network) -> None:
    result = run("classify", picture)
    expected = network.predict(read_image(picture))[0]
    title, best, *others = result.stdout.splitlines()
    assert title.startswith(f"{picture}  (photo, ")
    assert best == f"  {100 * expected.max():5.1f} %  {CLASSES[expected.argmax()]}"
    assert len(others) == 4


def test_a_bad_picture_does_not_keep_the_others(picture: Path, tmp_path: Path) -> None:
    result = run("classify", picture, tmp_path / "none.png", picture, "--json")
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 2
    assert len(result.stderr.splitlines()) == 1
    assert "none.png" in result.stderr


def test_cam_prints_the_object_that_was_promised(picture: Path, network: Network) -> None:
    result = run("cam", picture, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    row = json.loads(result.stdout)
    assert list(row) == ["image", "network", "method", "layer", "target", "top", "map", "seconds"]
    found = explain(network, read_image(picture))
    assert (row["image"], row["network"], row["method"], row["layer"]) == (str(picture), "photo", "cam", "last")
    assert row["target"] == row["top"][0]
    assert row["target"]["index"] == found.target.index
    assert list(row["target"]) == ["index", "name", "probability"]
    assert len(row["top"]) == 5
    assert row["map"] == {"shape": [8, 8], "min": float(found.map.min()), "max": float(found.map.max())}


@pytest.mark.parametrize(("target", "index"), [("carrot", 3), ("car", 2), ("PIZ", 5), ("4", 4)])
def test_cam_takes_a_class_by_name_or_number(picture: Path, target: str, index: int) -> None:
    row = json.loads(run("cam", picture, "--target", target, "--json").stdout)
    assert (row["target"]["index"], row["target"]["name"]) == (index, CLASSES[index])
    (same,) = [guess for guess in row["top"] if guess["index"] == index] or [row["target"]]
    assert same == row["target"]


def test_cam_is_the_default_where_it_works_and_grad_cam_elsewhere(picture: Path) -> None:
    assert json.loads(run("cam", picture, "--json").stdout)["method"] == "cam"
    assert json.loads(run("cam", picture, "--json", "--layer", "first").stdout)["method"] == "grad-cam"
    row = json.loads(run("cam", picture, "--json", "--layer", "first", "--method", "hires-cam").stdout)
    assert (row["method"], row["map"]["shape"]) == ("hires-cam", [16, 16])


@pytest.mark.parametrize("method", METHODS)
def test_every_method_works(picture: Path, tmp_path: Path, network: Network, method: str) -> None:
    out, npy = tmp_path / "out.png", tmp_path / "map.npy"
    result = run("cam", picture, "--method", method, "--out", out, "--npy", npy, "--json")
    assert (result.exit_code, result.stderr) == (0, "")  # no terminal, so no progress
    row, found = json.loads(result.stdout), explain(network, read_image(picture), method=method)
    assert row["method"] == method
    np.testing.assert_allclose(np.load(npy), found.map, rtol=1e-4, atol=1e-6)
    assert read_image(out).shape == read_image(picture).shape


def test_the_help_lists_the_methods() -> None:
    told = " ".join(run("cam", "--help").stdout.split())
    assert all(name in told for name in METHODS)


@pytest.mark.parametrize(
    ("method", "layer"), [("score-cam", "last"), ("ablation-cam", "first"), ("ablation-cam", "last")]
)
def test_a_terminal_is_told_how_far_a_slow_method_is(picture: Path, monkeypatch, *, method: str, layer: str) -> None:
    monkeypatch.setattr(cam_command, "sys", SimpleNamespace(stderr=SimpleNamespace(isatty=lambda: True)))
    result = run("cam", picture, "--method", method, "--layer", layer, "--json")
    assert json.loads(result.stdout)["method"] == method
    assert ("s left" in result.stderr) == (layer == "first" or method == "score-cam")
    assert result.stderr.endswith("\r")  # the line is wiped; click keeps colours and wiping to real terminals


def test_cam_writes_the_picture_and_the_map(picture: Path, tmp_path: Path, network: Network) -> None:
    out, npy = tmp_path / "out.png", tmp_path / "values"
    result = run("cam", picture, "--target", "dog", "--out", out, "--npy", npy)
    assert result.exit_code == 0
    found = explain(network, read_image(picture), target="dog")
    values = np.load(npy)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, found.map, rtol=1e-4, atol=1e-6)
    drawn = read_image(out)
    assert (drawn == overlay(read_image(picture), values, box=found.box)).all()
    assert (drawn[:, 8:56] != read_image(picture)[:, 8:56]).any()
    assert (drawn[:, :8] == read_image(picture)[:, :8]).all()  # left of the square that the network saw
    assert [line.split()[0] for line in result.stdout.splitlines()[-2:]] == ["wrote", "wrote"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my photo.png", "out.png", "values"]


def test_cam_in_words(picture: Path) -> None:
    *_, last = run("cam", picture, "--target", "dog").stdout.splitlines()
    assert last.startswith("  cam at last for dog: 8×8, from ")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--network", "alexnet"], "no network is called 'alexnet'; there are: photo"),
        (["--network", "resnet18"], "cnnviz networks --download resnet18"),
        (["--method", "gradcam"], "no CAM method is called 'gradcam'; there are: cam, grad-cam"),
        (["--layer", "lats"], "no layer 'lats'; try 'last'"),
        (["--layer", "first", "--method", "cam"], "choose the layer 'last' or the method 'grad-cam'"),
        (["--layer", "head"], "not a map"),
        (["--target", "horse"], "no class 'horse'; near names: "),
        (["--target", "ca"], "fits several classes"),
        (["--target", "6"], "0 to 5"),
        (["--target", "-1"], "-1"),
        (["--colour", "red"], "No such option"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(picture: Path, options: list[str], words: str) -> None:
    assert words in refused("cam", picture, *options)


@pytest.mark.parametrize("command", ["classify", "cam"])
def test_a_picture_that_is_none_is_answered_with_a_sentence(tmp_path: Path, command: str) -> None:
    text = tmp_path / "text.png"
    text.write_text("not a picture")
    assert "none.png" in refused(command, tmp_path / "none.png")
    assert refused(command, text).startswith("Error: ")
    assert refused(command, tmp_path).startswith("Error: ")
    assert "IMAGE" in refused(command)
    assert "no network" in refused(command, text, "--network", "alexnet")


def test_what_cannot_be_written_is_refused_before_anything_is_computed(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cnnviz.models, "load", lambda _: pytest.fail("computed"))
    assert "create it first" in refused("cam", picture, "--out", tmp_path / "nowhere" / "out.png")
    assert "is a folder" in refused("cam", picture, "--npy", tmp_path)
    assert "give two names" in refused("cam", picture, "--npy", tmp_path / "a", "--out", tmp_path / "." / "a")


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failed_write_leaves_what_was_there(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, broken: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    out = tmp_path / "out.png"
    out.write_bytes(b"before")
    monkeypatch.setattr(*((os, "fsync", full) if broken == "fsync" else (Path, "replace", full)))
    sentence = refused("cam", picture, "--out", out)
    assert sentence == f"Error: {out} can't be written: No space left on device; choose another place"
    assert out.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my photo.png", "out.png"]


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".npy")
    cam_command.write(path, b"content")
    assert path.read_bytes() == b"content"
