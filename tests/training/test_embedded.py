"""From images on disk to weights with a card: the whole way of ``cnnviz train``, small."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from cnnviz.cli import main
from cnnviz.data.images import encode_png
from cnnviz.data.splits import Part, Splits
from cnnviz.models import NETWORKS
from cnnviz.models.weights import read_embedded
from cnnviz.training import embedded, recipes
from cnnviz.training.embedded import at_hand, keep, read_split, run
from cnnviz.training.recipes import RECIPES

COLOURS = {"blue": (20, 40, 200), "green": (30, 180, 60), "red": (200, 30, 40)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three classes of coloured noise, as a data set on disk."""
    rng = np.random.default_rng(0)
    for split, count in (("train", 16), ("test", 6)):
        for name, colour in COLOURS.items():
            place = tmp_path / "cifar10-jpeg" / split / name
            place.mkdir(parents=True)
            for k in range(count):
                noisy = np.array(colour) + rng.normal(0, 40, (32, 32, 3))
                (place / f"{k:04}.png").write_bytes(encode_png(np.clip(noisy, 0, 255).astype(np.uint8)))
    return tmp_path


def short(name: str, **changes: object) -> recipes.Recipe:
    return dataclasses.replace(RECIPES[name], epochs=12, batch=16, lr=0.02, averaging=0.0, then=None, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["convnetjs", "cifar-fast", "cifar-resnet20"])
def test_a_recipe_learns_colours_and_its_card_tells_the_truth(name: str, folder: Path, tmp_path: Path) -> None:
    recipe = short(name)
    data, test = read_split(recipe, folder, "train"), read_split(recipe, folder, "test")
    events = list(run(recipe, data))
    losses, model = [epoch.loss for epoch, _ in events], events[-1][1]
    assert losses[-1] < losses[0]
    accuracy = keep(recipe, model, classes=data.classes, test=test, folder=tmp_path, command="cnnviz train")
    _, card = read_embedded(name, tmp_path)
    assert card["classes"] == sorted(COLOURS)
    assert card["accuracy"]["top1"] == round(accuracy.top1, 4)
    assert card["recipe"]["epochs"] == 12
    assert accuracy.top1 >= 0.8


def test_every_recipe_is_for_a_network_there_is_and_fits_its_input() -> None:
    for recipe in RECIPES.values():
        assert recipe.network in NETWORKS
        parts = [name for name, _ in NETWORKS[recipe.network].build(2).named_children()]
        assert {part for _, part in recipe.still} <= set(parts[:-1])  # something is left to learn
        assert recipe.dataset != "photos112" or recipe.sizes
        assert all(side <= NETWORKS[recipe.network].input_size for _, side in recipe.sizes)


def test_the_command_trains_and_measures(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RECIPES, "convnetjs", short("convnetjs"))
    told = CliRunner().invoke(
        main, ["train", "convnetjs", "--data", str(folder), "--out", str(tmp_path / "out"), "--threads", "1"]
    )
    assert told.exit_code == 0, told.output
    assert "top-1" in told.stdout
    assert (tmp_path / "out" / "convnetjs.safetensors").is_file()


def test_a_recipe_that_is_only_watched_leaves_the_weights_that_ship_alone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RECIPES, "cifar-fast-quick", short("cifar-fast-quick"))
    monkeypatch.setattr("cnnviz.models.weights.FOLDER", tmp_path / "ours")
    asked = ["train", "cifar-fast-quick", "--data", str(folder), "--threads", "1"]
    told = CliRunner().invoke(main, asked)
    assert told.exit_code == 0, told.output
    assert "top-1" in told.stdout
    assert not (tmp_path / "ours").exists()
    assert CliRunner().invoke(main, [*asked, "--out", str(tmp_path / "out")]).exit_code == 0
    assert (tmp_path / "out" / "cifar-fast.safetensors").is_file()


def test_without_its_own_images_a_recipe_takes_the_downloaded_originals(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)

    def part(count: int) -> Part:
        return Part(rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8), rng.integers(0, 3, count))

    splits = Splits("cifar10", "CIFAR-10", tuple(COLOURS), part(20), part(5), part(7))
    there = [True]
    downloads = {"cifar10": SimpleNamespace(available=lambda: there[0])}
    monkeypatch.setattr(embedded, "DATASETS", downloads)
    monkeypatch.setattr(embedded, "opened", lambda name: {"cifar10": splits}[name])
    recipe = RECIPES["convnetjs"]
    assert at_hand(recipe, folder) is recipe  # its own images come first
    found = at_hand(recipe, tmp_path / "empty")
    assert found == dataclasses.replace(recipe, dataset="cifar10")
    train, test = (read_split(found, tmp_path / "empty", split) for split in ("train", "test"))
    assert (len(train), len(test)) == (25, 7)
    assert np.array_equal(np.stack(train.images), np.concatenate([splits.train.images, splits.validation.images]))
    assert (
        train.labels.tolist() == [*splits.train.labels, *splits.validation.labels] and train.classes == splits.classes
    )
    assert np.array_equal(np.stack(test.images), splits.test.images)
    there[0] = False
    assert at_hand(recipe, tmp_path / "empty") is recipe
    assert at_hand(RECIPES["photo"], tmp_path / "empty") is RECIPES["photo"]


def test_missing_images_are_told_in_a_sentence(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["train", "convnetjs", "--data", str(tmp_path)])
    assert told.exit_code == 2
    assert "cifar10-jpeg" in told.stderr and "--data" in told.stderr and len(told.stderr.splitlines()) == 1
