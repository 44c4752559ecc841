"""Batches: what is drawn, and that every pixel comes from where it should."""

import dataclasses

import cv2
import numpy as np
import pytest
import torch

from cnnviz.data.folders import Labelled
from cnnviz.training import cifar, photos
from cnnviz.training.recipe import Recipe

RECIPE = Recipe(network="photo", dataset="none", epochs=4, batch=4, lr=0.1, weight_decay=0.0)


def labelled(sizes: dict[str, int], side: int = 12) -> Labelled:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(len(sizes)), list(sizes.values()))
    images = tuple(rng.integers(0, 256, (side, side, 3), dtype=np.uint8) for _ in labels)
    return Labelled(images, labels.astype(np.int64), tuple(sizes))


def test_a_crop_is_a_shift_and_perhaps_a_mirror_of_the_image() -> None:
    data = labelled({"a": 3})
    resident = cifar.Resident(data, pad=2)
    crops = resident.crops(torch.tensor([0, 1, 2] * 20), np.random.default_rng(1)).permute(0, 2, 3, 1).numpy()
    seen = set()
    for k, crop in enumerate(crops):
        padded = cv2.copyMakeBorder(data.images[k % 3], 2, 2, 2, 2, cv2.BORDER_REFLECT_101)
        found = [
            (dy, dx, mirrored)
            for dy in range(5)
            for dx in range(5)
            for mirrored in (False, True)
            if np.array_equal(crop, padded[dy : dy + 12, dx : dx + 12][:, :: -1 if mirrored else 1])
        ]
        assert len(found) == 1
        seen.add(found[0])
    assert {mirrored for _, _, mirrored in seen} == {False, True}
    assert {dy for dy, _, _ in seen} == set(range(5)) == {dx for _, dx, _ in seen}


def test_without_padding_only_the_mirror_is_left() -> None:
    data = labelled({"a": 2})
    crops = cifar.Resident(data, pad=0).crops(torch.tensor([0, 1]), np.random.default_rng(0))
    for crop, image in zip(crops.permute(0, 2, 3, 1).numpy(), data.images, strict=True):
        assert np.array_equal(crop, image) or np.array_equal(crop, image[:, ::-1])


def test_alternating_mirrors_show_every_image_both_ways_in_two_epochs() -> None:
    data = labelled(dict.fromkeys("abcdefghijklmnopqrst", 1))
    resident, recipe = cifar.Resident(data, pad=0), dataclasses.replace(RECIPE, alternate=True)
    shown: list[dict[int, bool]] = []
    for number in range(4):
        epoch: dict[int, bool] = {}
        for pixels, labels in cifar.epoch_batches(resident, recipe, np.random.default_rng(number), number=number):
            for crop, label in zip(pixels.permute(0, 2, 3, 1).numpy(), labels.tolist(), strict=True):
                assert np.array_equal(crop, data.images[label]) or np.array_equal(crop, data.images[label][:, ::-1])
                epoch[label] = not np.array_equal(crop, data.images[label])
        shown.append(epoch)
    assert shown[0] == shown[2] and shown[1] == shown[3]
    assert all(shown[0][label] != shown[1][label] for label in range(20))
    assert len(set(shown[0].values())) == 2


@pytest.mark.parametrize("side", [1, 4, 7])
def test_cutout_blanks_one_square_at_most(side: int) -> None:
    blanked = cifar.cutout(torch.ones(200, 3, 16, 16), side, np.random.default_rng(0))
    holes = (blanked == 0).all(1)
    assert ((blanked == 0).any(1) == holes).all()  # all channels or none
    sizes = holes.sum((1, 2))
    assert sizes.max() == side * side
    assert sizes.min() >= 1
    for hole in holes[:50].numpy():
        rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
        assert hole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()


def test_an_epoch_holds_every_image_once() -> None:
    data = cifar.Resident(labelled({"a": 8, "b": 8}), pad=0)
    labels = torch.cat([labels for _, labels in cifar.epoch_batches(data, RECIPE, np.random.default_rng(0))])
    assert sorted(labels.tolist()) == [0] * 8 + [1] * 8


@pytest.mark.parametrize(("balance", "ratio"), [(1.0, 16.0), (0.5, 4.0), (0.0, 1.0)])
def test_classes_are_drawn_by_a_power_of_their_size(balance: float, ratio: float) -> None:
    labels = np.repeat([0, 1], [1600, 100])
    recipe = Recipe(network="photo", dataset="none", epochs=1, batch=4, lr=0.1, weight_decay=0.0, balance=balance)
    drawn = photos.draw(labels, recipe, np.random.default_rng(0))
    counts = np.bincount(labels[drawn])
    assert counts[0] / counts[1] == pytest.approx(ratio, rel=0.05)
    assert abs(len(drawn) - len(labels)) <= 2
    repeats = np.bincount(drawn, minlength=len(labels))[labels == 1]
    assert repeats.max() - repeats.min() <= 1  # a small class is gone through evenly


def test_a_view_keeps_a_plain_image_plain_and_spans_the_picture() -> None:
    rng = np.random.default_rng(0)
    plain = np.full((40, 60, 3), 77, np.uint8)
    assert np.array_equal(photos.view(plain, 24, rng), np.full((24, 24, 3), 77, np.uint8))
    ramp = np.repeat(np.linspace(0, 255, 60, dtype=np.uint8)[None, :, None], 40, 0).repeat(3, 2)
    views = [photos.view(ramp, 24, rng) for _ in range(60)]
    slopes = [float(v[:, -1].mean()) - float(v[:, 0].mean()) for v in views]
    assert min(slopes) < -50 and max(slopes) > 50  # mirrored half the time
    assert 0.2 < np.mean([s > 0 for s in slopes]) < 0.8


def test_colour_jitter_of_strength_zero_changes_nothing() -> None:
    image = np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    assert np.array_equal(photos.colour_jitter(image, 0.0, np.random.default_rng(1)), image)


def test_colour_jitter_follows_its_formula() -> None:
    image = np.random.default_rng(0).integers(100, 140, (5, 5, 3), dtype=np.uint8)
    brightness, contrast, saturation = np.random.default_rng(7).uniform(0.8, 1.2, 3)
    expected = brightness * image.astype(float)
    expected = saturation * expected + (1 - saturation) * expected.mean(2, keepdims=True)
    expected = contrast * expected + (1 - contrast) * brightness * image.mean()
    found = photos.colour_jitter(image, 0.2, np.random.default_rng(7))
    assert np.abs(found - np.clip(expected, 0, 255)).max() <= 1


def test_photo_batches_are_the_same_for_the_same_seed() -> None:
    data = labelled({"a": 9, "b": 5}, side=20)
    once, again = (list(photos.epoch_batches(data, RECIPE, 16, np.random.default_rng(3))) for _ in range(2))
    assert len(once) == 3
    for (pixels, labels), (others, same) in zip(once, again, strict=True):
        assert pixels.shape == (4, 3, 16, 16) and pixels.dtype == torch.uint8
        assert torch.equal(pixels, others) and torch.equal(labels, same)
