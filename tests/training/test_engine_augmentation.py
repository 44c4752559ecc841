"""Batched augmentation equals the augmentation lecture's own draw and apply, pixel for pixel; and its line of text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.augment import AUGMENTATIONS, Step, step
from cnnviz.data.splits import Part
from cnnviz.training.augmentation import parse, written
from cnnviz.training.batched import BATCHED, augment
from cnnviz.training.config import BadConfig
from cnnviz.training.feeding import Feeding

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (60, 32, 32, 3), dtype=np.uint8)
SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("horizontal-flip", {}),
    ("horizontal-flip", {"share": 0.9}),
    ("vertical-flip", {}),
    ("random-crop", {}),
    ("random-crop", {"border": 6.25, "filled": "mirror"}),
    ("random-crop", {"border": 40, "filled": "mirror"}),
    ("random-crop", {"border": 0}),
    ("translation", {}),
    ("translation", {"across": 50, "down": 3, "fill": 77}),
    ("cutout", {}),
    ("cutout", {"side": 0.31, "fill": 3}),
    ("cutout", {"side": 1.0}),
    ("cutout", {"side": 0.0}),
    ("erasing", {}),
    ("rotation", {}),
]


def expected(each: Step, seed: int, images: np.ndarray) -> np.ndarray:
    """Image by image, by the item's own functions."""
    item, rng = each.augmentation, np.random.default_rng(seed)
    return np.stack([item.apply(image, item.draw(each.settings, rng, image.shape[:2])) for image in images])


@pytest.mark.parametrize(("name", "values"), SETTINGS)
@pytest.mark.parametrize("size", [(32, 32), (20, 31)])
def test_a_batch_has_the_pixels_of_the_items_own_records(
    name: str, values: dict[str, Any], size: tuple[int, int]
) -> None:
    images = np.ascontiguousarray(IMAGES[:, : size[0], : size[1]])
    each = step(name, values)
    wanted = expected(each, 7, images)
    found = augment(each, torch.from_numpy(images.copy()), [np.random.default_rng(7)])
    assert np.array_equal(found.numpy(), wanted)
    if name in BATCHED:  # the form for a GPU, computed here
        known = BATCHED[name]
        rows = known.draw(each.settings, np.random.default_rng(7), len(images), size)
        gathered = known.gathered(each.settings, torch.from_numpy(images.copy()), torch.from_numpy(rows))
        assert np.array_equal(gathered.numpy(), wanted)


def test_each_batch_of_several_draws_from_its_own_numbers() -> None:
    for name in ("horizontal-flip", "rotation"):
        each = step(name)
        found = augment(each, torch.from_numpy(IMAGES.copy()), [np.random.default_rng(seed) for seed in (1, 2, 3)])
        wanted = [expected(each, seed, IMAGES[20 * (seed - 1) : 20 * seed]) for seed in (1, 2, 3)]
        assert np.array_equal(found.numpy(), np.concatenate(wanted))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "random-crop:border=6.25,filled=mirror horizontal-flip cutout",
        "horizontal-flip random-crop",
        "random-crop:border=9.5 translation vertical-flip erasing",
    ],
)
def test_a_feeding_gives_the_chosen_images_after_all_steps_normalized(line: str) -> None:
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    part, steps = Part(IMAGES, np.arange(60)), parse(line)
    feeding = Feeding(part, mean=mean, std=std, device=torch.device("cpu"), steps=steps)
    chosen = torch.from_numpy(np.random.default_rng(3).permutation(60)[:40])
    batches = feeding.batches(chosen, [np.random.default_rng(seed) for seed in (5, 6)])
    assert torch.equal(feeding.pixels, torch.from_numpy(IMAGES))
    for (pixels, labels), seed, part_of in zip(batches, (5, 6), chosen.split(20), strict=True):
        rng, images = np.random.default_rng(seed), IMAGES[part_of.numpy()]
        for each in steps:
            item = each.augmentation
            images = np.stack([item.apply(image, item.draw(each.settings, rng, (32, 32))) for image in images])
        assert np.array_equal(pixels.numpy(), images) and torch.equal(labels, part_of)
        plain = (images.transpose(0, 3, 1, 2) / 255 - np.reshape(mean, (3, 1, 1))) / np.reshape(std, (3, 1, 1))
        given = feeding.normalized(pixels)
        assert given.is_contiguous(memory_format=torch.channels_last)
        np.testing.assert_allclose(given.numpy(), plain, atol=2e-6)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_a_line_is_read_as_it_is_written(name: str) -> None:
    steps = parse(f"{name} horizontal-flip:share=0.25")
    assert [each.name for each in steps] == [name, "horizontal-flip"] and steps[1].settings.share == 0.25
    assert parse(written(steps)) == steps


def test_usual_settings_are_not_written() -> None:
    assert written(parse("cutout:side=0.4,fill=9 random-crop")) == "cutout:fill=9 random-crop"


@pytest.mark.parametrize("line", ["flip", "cutout:", "cutout:side", "cutout:side=x", "cutout:sides=1", "noise " * 30])
def test_a_line_that_cannot_be_read_is_told(line: str) -> None:
    if line == "cutout:":
        assert parse(line) == parse("cutout")
        return
    with pytest.raises(BadConfig) as told:
        parse(line)
    assert len(str(told.value)) <= 140
