"""What every augmentation of the registry promises, whoever wrote it."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from cnnviz.augment import AUGMENTATIONS, KINDS, compose, replay, step
from cnnviz.augment.registry import FAMILIES
from cnnviz.data.images import thumbnail
from cnnviz.data.samples import sample
from cnnviz.params import params

NAMES = list(AUGMENTATIONS)
SIZES = [(1, 1), (1, 7), (9, 1), (2, 2), (8, 400), (400, 8), (33, 65), (640, 480)]
SHAPES = thumbnail(sample("shapes"), 96)


def draws(name: str, picture: np.ndarray = SHAPES, count: int = 12, **values: object) -> list:
    return [compose([step(name, values)], picture, np.random.default_rng(seed)) for seed in range(count)]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_draws_the_same_and_others_draw_others(name: str) -> None:
    first, again = draws(name), draws(name)
    for (ours, records), (theirs, same) in zip(first, again, strict=True):
        assert records == same and np.array_equal(ours, theirs)
    assert len({records for _, records in first}) > 1
    assert any(not np.array_equal(picture, SHAPES) for picture, _ in first)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_frozen_goes_into_json_and_gives_the_pixels_again(name: str) -> None:
    for picture, records in draws(name, count=4):
        (drawn,) = records
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(drawn.record, dataclasses.fields(drawn.record)[0].name, 0)
        row = json.loads(json.dumps(drawn.row(), allow_nan=False))
        assert row["name"] == name and row["words"] == drawn.words() != ""
        assert np.array_equal(replay(records, SHAPES), picture)
        formula = drawn.augmentation.formula(drawn.record)
        assert formula and formula.count("{") == formula.count("}")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_any_size_is_kept_and_the_input_is_not_touched(name: str, size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    before = picture.copy()
    picture.setflags(write=False)
    for seed in range(3):
        changed, _ = compose([name], picture, np.random.default_rng(seed))
        assert changed.dtype == np.uint8 and changed.shape == picture.shape
        assert changed.flags.c_contiguous and not np.shares_memory(changed, picture)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("name", NAMES)
def test_identity_settings_change_nothing(name: str) -> None:
    for picture, _ in draws(name, count=3, **AUGMENTATIONS[name].identity):
        assert np.array_equal(picture, SHAPES)


@pytest.mark.parametrize("name", NAMES)
def test_gray_pictures_stay_gray_unless_colour_is_the_point(name: str) -> None:
    gray = thumbnail(sample("digit"), 64)
    found = [np.ptp(picture.astype(int), axis=2).max() for picture, _ in draws(name, gray)]
    assert (max(found) > 0) == AUGMENTATIONS[name].tints


@pytest.mark.parametrize("name", [n for n in NAMES if AUGMENTATIONS[n].family == "geometry"])
def test_a_seed_does_the_same_to_a_thumbnail(name: str) -> None:
    large = sample("shapes")
    for seed in range(4):
        ours = compose([name], thumbnail(large, 80), np.random.default_rng(seed))[0]
        theirs = thumbnail(compose([name], large, np.random.default_rng(seed))[0], 80)
        assert np.abs(ours.astype(int) - theirs).mean() < 15


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_data_has_a_verdict_in_one_sentence_or_two(name: str) -> None:
    item = AUGMENTATIONS[name]
    assert set(item.keeps_label) == set(KINDS)
    for verdict in item.keeps_label.values():
        assert verdict.answer in {"yes", "partly", "no"}
        assert verdict.reason.endswith((".", ".)")) and len(verdict.reason) <= 140
    assert item.family in FAMILIES and item.reference and item.summary.endswith(".")
    assert set(item.identity) <= {p.name for p in params(item.settings)}


def test_every_augmentation_of_the_decks_is_there() -> None:
    deck0 = {"horizontal-flip", "vertical-flip", "random-crop", "colour-cast", "rotation", "barrel", "pincushion"}
    deck0 |= {"horizontal-stretch", "vertical-stretch", "vignette"}
    deck2, deck3 = {"rotation", "translation", "zoom"}, {"erasing", "resized-crop", "perspective", "colour-jitter"}
    assert deck0 | deck2 | deck3 | {"cutout", "grayscale", "blur", "noise"} <= set(NAMES)
