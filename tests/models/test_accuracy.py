"""The figures of a model card, on probabilities made up for the purpose."""

import json
import tarfile

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from cnnviz.cli import main
from cnnviz.data.folders import Labelled
from cnnviz.models import Network
from cnnviz.models.accuracy import (
    IMAGENETTE,
    Accuracy,
    among,
    evaluate,
    mean_over_classes,
    measure,
    probabilities_of,
    top,
)


def rows(*values: tuple[float, ...]) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_top_k_counts_the_better_ones():
    found = rows((0.5, 0.3, 0.1, 0.1), (0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3, 0.4))
    labels = np.array([0, 2, 0])
    assert [top(found, labels, k) for k in (1, 2, 3, 4)] == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1])


def test_a_network_that_cannot_decide_is_not_right():
    uniform = np.full((10, 10), 0.1, np.float32)
    assert top(uniform, np.arange(10), 5) == 0


def test_small_classes_count_as_much_as_large_ones():
    found = np.eye(3, dtype=np.float32)[[0] * 8 + [1, 2, 1]]
    labels = np.array([0] * 8 + [1, 1, 2])
    assert mean_over_classes(found, labels) == pytest.approx((1 + 1 / 2 + 0) / 3)


def test_among_ignores_other_classes_and_other_images():
    found = rows((0.7, 0.2, 0.1), (0.7, 0.1, 0.2), (0.1, 0.3, 0.6), (0.0, 0.0, 1.0))
    labels = np.array([1, 1, 2, 0])
    assert among(found, labels, [1, 2]) == pytest.approx(2 / 3)
    assert among(found, labels, [2, 1]) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="no image"):
        among(found, labels, [5])


@pytest.mark.parametrize("seed", range(20))
def test_measures_agree_with_counting_one_by_one(seed):
    rng = np.random.default_rng(seed)
    classes = (*IMAGENETTE, "cat", "dog", "yacht")
    found, labels = rng.dirichlet(np.ones(13) * 0.3, 200).astype(np.float32), rng.integers(0, 13, 200)
    result = measure(found, labels, classes)
    ranks = [sorted(range(13), key=lambda k, row=row: -row[k]) for row in found]
    pairs = list(zip(ranks, labels.tolist(), strict=True))
    assert result.images == 200
    assert result.top1 == pytest.approx(sum(rank[0] == label for rank, label in pairs) / 200)
    assert result.top5 == pytest.approx(sum(label in rank[:5] for rank, label in pairs) / 200)
    for name, members in (("imagenette", range(10)), ("cat_or_dog", (10, 11))):
        own = [(next(k for k in rank if k in members), label) for rank, label in pairs if label in members]
        assert result.groups[name] == pytest.approx(sum(k == label for k, label in own) / len(own))


def test_groups_need_all_their_classes():
    found, labels = np.eye(3, dtype=np.float32), np.arange(3)
    assert measure(found, labels, ("cat", "dog", "tench")).groups == {"cat_or_dog": 1.0}
    assert measure(found, labels, ("cat", "dig", "tench")).groups == {}


def test_a_card_gets_plain_numbers():
    row = Accuracy(3, 1 / 3, 2 / 3, 0.25, {"cat_or_dog": 1.0}).as_dict()
    assert json.loads(json.dumps(row)) == {
        "images": 3,
        "top1": 0.3333,
        "top5": 0.6667,
        "mean_over_classes": 0.25,
        "cat_or_dog": 1.0,
    }


@pytest.fixture
def mixed():
    """Pictures of several sizes in mixed order; their classes are numbered in another order than the network's."""
    rng = np.random.default_rng(2)
    sizes = [(16, 16), (20, 30), (16, 16), (30, 20), (20, 30)] * 4
    images = tuple(rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes)
    return Labelled(images, rng.integers(0, 2, 20), ("birch", "ash"))


def test_pictures_of_all_sizes_keep_their_order(register, model, mixed):
    network = Network(register(), model, classes=("ash", "beech", "birch"))
    expected = np.concatenate([network.predict(image) for image in mixed.images])
    np.testing.assert_allclose(probabilities_of(network, mixed), expected, atol=1e-5)


def test_classes_are_matched_by_name(register, model, mixed):
    network = Network(register(), model, classes=("ash", "beech", "birch"))
    answers = [network.classes[network.predict(image).argmax()] for image in mixed.images]
    right = [answer == mixed.classes[label] for answer, label in zip(answers, mixed.labels, strict=True)]
    assert evaluate(network, mixed).top1 == pytest.approx(np.mean(right))
    other = Labelled(mixed.images, mixed.labels, ("birch", "yew"))
    with pytest.raises(ValueError, match="no class 'yew'"):
        evaluate(network, other)


@pytest.fixture
def dataset(tmp_path):
    """A data set in the layout of the real ones, unpacked."""
    rng = np.random.default_rng(4)
    root = tmp_path / "data" / "cifar10-jpeg"
    for name in ("ash", "beech", "birch"):
        for split in ("train", "test"):
            (root / split / name).mkdir(parents=True)
            for number in range(4):
                pixels = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
                assert cv2.imwrite(str(root / split / name / f"{number:04}.png"), pixels)
    return root


def run(*arguments: object, **environment: str):
    return CliRunner(env={"CNNVIZ_SHARED": None, **environment}).invoke(main, ["accuracy", *map(str, arguments)])


def test_the_command_measures_what_evaluate_does(saved, dataset):
    from cnnviz.data.folders import read
    from cnnviz.models import load

    expected = evaluate(load("tiny"), read(dataset, "test")).as_dict()
    result = run("--network", "tiny", "--json", "--data", dataset.parent)
    assert result.exit_code == 0, result.stderr
    row = json.loads(result.stdout)
    assert row.items() >= expected.items()
    assert (row["network"], row["data"], row["images"]) == ("tiny", "cifar10-jpeg", 12)


def test_the_archive_is_as_good_and_the_folder_is_found(saved, dataset, tmp_path):
    with tarfile.open(dataset.parent / "cifar10-jpeg.tar.xz", "w:xz") as archive:
        archive.add(dataset, "cifar10-jpeg")
    unpacked = run("--network", "tiny", CNNVIZ_SHARED=str(tmp_path))
    dataset.rename(tmp_path / "elsewhere")
    packed = run("--network", "tiny", CNNVIZ_SHARED=str(tmp_path))
    assert packed.exit_code == 0, packed.stderr
    columns = packed.stdout.splitlines()[2].split()
    assert columns[:3] == ["tiny", "cifar10-jpeg", "12"]
    assert columns[:-1] == unpacked.stdout.splitlines()[2].split()[:-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "CNNVIZ_SHARED"),
        (("--data", "no-such-folder"), "not a folder"),
        (("--data", "."), r"cifar10-jpeg.tar.xz"),
        (("--data", ".", "--network", "resnet18"), "no test images for resnet18"),
        (("--data", ".", "--network", "nonsense"), "no network is called 'nonsense'"),
    ],
)
def test_what_is_missing_is_told_in_one_sentence(saved, monkeypatch, arguments, message):
    monkeypatch.chdir(saved)
    result = run("--network", "tiny", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_a_damaged_archive_is_told_in_one_sentence(saved, tmp_path):
    (tmp_path / "cifar10-jpeg.tar.xz").write_bytes(b"\xfd7zXZ\x00 and then nonsense")
    result = run("--network", "tiny", "--data", tmp_path)
    assert result.exit_code == 2
    assert "damaged" in result.stderr


def test_the_list_of_networks(saved):
    result = CliRunner().invoke(main, ["networks", "--json"])
    found = {row["network"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert found["tiny"] == {
        "network": "tiny",
        "title": "Tiny",
        "summary": "A network for tests.",
        "available": True,
        "download_mb": None,
        "top1": 0.5,
    }
    assert found["vgg16"]["download_mb"] == 527.796
    lines = CliRunner().invoke(main, ["networks"]).stdout.splitlines()
    assert len(lines) == len(found)
    assert any("50.0 %  ready" in line for line in lines)
