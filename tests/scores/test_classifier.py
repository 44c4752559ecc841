"""The linear classifier against torch: order of the numbers, scores, the gradient through W, and what ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnviz.data.generated import shapes
from cnnviz.scores import shelf
from cnnviz.scores.classifier import Classifier, pictures, signed, small, stretched, unstretched, untrained
from cnnviz.scores.errors import BadScores

NAMES = tuple(f"class {k}" for k in range(10))


@pytest.fixture
def picture() -> np.ndarray:
    return shapes(1, seed=7).images[0]


def test_stretched_in_the_order_of_torch_and_of_cifar_files(picture: np.ndarray) -> None:
    tensor = torch.from_numpy(picture).permute(2, 0, 1).double() / 127.5 - 1
    np.testing.assert_allclose(stretched(picture), tensor.flatten().numpy(), atol=1e-15)
    batch = np.stack([picture, picture[::-1]])
    np.testing.assert_array_equal(stretched(batch)[1], stretched(picture[::-1]))
    np.testing.assert_array_equal(np.rint((unstretched(stretched(picture)) + 1) * 127.5), picture)


def test_scores_terms_and_step_equal_autograd(picture: np.ndarray) -> None:
    of, label, rate = untrained(NAMES, scale=0.02, seed=1), 3, 0.01
    x = stretched(picture)
    layer = torch.nn.Linear(3072, 10, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(of.weights))
        layer.bias.zero_()
    z = layer(torch.tensor(x))
    np.testing.assert_allclose(of.scores(x), z.detach().numpy(), rtol=1e-12)
    assert of.terms(x, 4).sum() + of.bias[4] == pytest.approx(z[4].item(), abs=1e-12)
    functional.cross_entropy(z[None], torch.tensor([label])).backward()
    torch.optim.SGD(layer.parameters(), lr=rate).step()
    after = of.step(x, label, rate=rate)
    np.testing.assert_allclose(after.weights, layer.weight.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(after.bias, layer.bias.detach().numpy(), atol=1e-12)


def test_a_step_adds_the_picture_to_the_true_template_alone(picture: np.ndarray) -> None:
    of = Classifier(np.zeros((10, 3072)), np.zeros(10), NAMES)
    change = of.step(stretched(picture), 2, rate=1.0).weights / stretched(picture)
    np.testing.assert_allclose(change[2], 0.9, atol=1e-9)
    np.testing.assert_allclose(np.delete(change, 2, axis=0), -0.1, atol=1e-9)


def test_a_template_is_gray_at_zero_and_symmetric() -> None:
    weights = np.zeros((2, 3072))
    weights[0, 0], weights[0, 1023], weights[0, 1024] = 2.0, -2.0, 1.0
    shown = pictures(weights)
    assert shown.shape == (2, 32, 32, 3)
    assert set(shown[1].ravel()) == {128}
    assert shown[0, 0, 0].tolist() == [255, 191, 128]
    assert shown[0, 31, 31].tolist() == [0, 128, 128]
    assert signed(weights)[0, 0, 0] == 3.0


@pytest.mark.parametrize("shape", [(32, 32), (8, 400), (333, 41), (64, 48)])
def test_any_picture_becomes_its_middle_square(shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), dtype=np.uint8)
    picture[:, shape[1] // 2 - 2 : shape[1] // 2 + 2] = 255
    tiny = small(picture)
    assert tiny.shape == (32, 32, 3)
    assert tiny[16, 15:17].max() > 100


def test_rows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadScores, match="equally many"):
        Classifier(np.zeros((3, 4)), np.zeros(2), ("a", "b", "c"))


@pytest.mark.parametrize(("name", "least", "most"), [("cifar10", 0.39, 0.42), ("shapes", 0.38, 0.46)])
def test_what_ships_has_the_size_of_the_deck_and_the_accuracy_of_its_card(name: str, least: float, most: float) -> None:
    of, card = shelf.load(name)
    assert of.weights.shape == (10, 3072)
    assert of.weights.size == 30_720
    assert card["parameters"] == 30_730
    assert least < card["accuracy"]["top1"] < most
    assert sum(file.stat().st_size for file in shelf.FOLDER.iterdir()) <= 200_000


def test_the_classifier_of_shapes_is_as_good_as_its_card_says() -> None:
    of, card = shelf.load("shapes")
    data = shapes(1000, seed=2)
    right = (of.scores(stretched(np.stack(data.images))).argmax(axis=1) == data.labels).mean()
    assert right == pytest.approx(card["accuracy"]["top1"], abs=0.04)


def test_weights_that_are_not_those_of_their_card_are_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shelf.FOLDER, tmp_path / "linear"))
    file = folder / "shapes.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(BadScores, match="their card"):
        shelf.load("shapes", folder)
    file.unlink()
    with pytest.raises(BadScores, match="cannot be read"):
        shelf.load("shapes", folder)
