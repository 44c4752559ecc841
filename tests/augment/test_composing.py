"""Steps one after the other, batches for a training loop, the deck's sixteen tiles, and settings that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnviz.augment import BadAugmentation, batch, compose, replay, step
from cnnviz.augment.mixing import alike, cutmix, draw_cutmix, draw_mixup, mixup
from cnnviz.augment.sixteen import SIXTEEN
from cnnviz.augment.subjects import chest, face, scene, sign, six
from cnnviz.data.generated import shapes
from cnnviz.registry import UnknownItem

RECIPE = ["random-crop", "horizontal-flip", "colour-jitter", "cutout"]


def test_a_composition_is_its_steps_in_their_order() -> None:
    picture = six()
    both, records = compose(["rotation", "zoom"], picture, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    turned, first = compose(["rotation"], picture, rng)
    zoomed, second = compose(["zoom"], turned, rng)
    assert records == first + second and np.array_equal(both, zoomed)
    assert not np.array_equal(replay(records[::-1], picture), both)


def test_nothing_to_do_gives_the_picture() -> None:
    picture, records = compose([], six(), np.random.default_rng(0))
    assert records == () and np.array_equal(picture, six())


def test_a_batch_draws_anew_for_each_image_as_compose_would() -> None:
    images = np.stack(shapes(12).images)
    before = images.copy()
    ours = batch(images, RECIPE, np.random.default_rng(7))
    rng = np.random.default_rng(7)
    assert np.array_equal(ours, np.stack([compose(RECIPE, image, rng)[0] for image in images]))
    assert np.array_equal(images, before) and ours.shape == images.shape and ours.dtype == np.uint8
    same = batch(np.repeat(images[:1], 30, axis=0), ["random-crop"], np.random.default_rng(0))
    assert len({image.tobytes() for image in same}) > 15
    assert batch(images[:0], RECIPE, np.random.default_rng(0)).shape == (0, 32, 32, 3)


def test_a_six_turned_by_half_a_circle_is_a_nine_and_a_mirror_changes_what_it_must() -> None:
    top, bottom = (part.mean() for part in (six()[:80], six()[80:]))
    assert bottom > 1.2 * top  # the ring of a 6 is below
    for picture in (sign(), chest(), scene(), face()):
        assert np.abs(picture.astype(int) - picture[:, ::-1]).mean() > 1


def test_the_sixteen_tiles_are_right_where_the_decks_list_is_not() -> None:
    picture = scene()
    assert len(SIXTEEN) == 16 and SIXTEEN[0].records == ()
    wrong = {tile.title: tile.deck for tile in SIXTEEN if tile.deck}
    assert wrong == {
        "vignette": "vertical flip",
        "more vignette": "more vertical flip",
        "blue cast + vignette": "blue casting + vertical flip",
        "pincushion distortion": "perspective distortion",
    }
    made = {tile.title: replay(tile.records, picture) for tile in SIXTEEN}
    assert len({pixels.tobytes() for pixels in made.values()}) == 16
    assert np.array_equal(made["left-right flip"], picture[:, ::-1])
    assert made["more vignette"][0, 0].max() < made["vignette"][0, 0].max()
    # no black corner is left of a turned and cropped tile
    white = np.full((90, 120, 3), 255, dtype=np.uint8)
    for tile in SIXTEEN[8:10]:
        assert replay(tile.records, white).min() == 255


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("rotation", {"degrees": 999}, "from 0.0 to 180.0"),
        ("rotation", {"degrees": "many"}, "takes a number such as 20.0"),
        ("rotation", {"angle": 3}, "it has: degrees, fill"),
        ("erasing", {"filled": "pink"}, "noise, gray, black"),
        ("colour-cast", {"amount": "1.5"}, "takes a number such as 60"),
    ],
)
def test_a_setting_that_cannot_be_is_told(name: str, values: dict[str, object], words: str) -> None:
    with pytest.raises(BadAugmentation, match=words) as refused:
        step(name, values)
    assert len(str(refused.value)) <= 140


def test_an_unknown_augmentation_lists_those_there_are() -> None:
    with pytest.raises(UnknownItem, match="horizontal-flip"):
        compose(["rotatoin"], six(), np.random.default_rng(0))


def test_mixup_is_the_weighted_mean_and_its_share_a_beta_number() -> None:
    first, second = six(), scene()
    record = draw_mixup(0.4, np.random.default_rng(2))
    theirs = torch.lerp(torch.from_numpy(second).double(), torch.from_numpy(first).double(), record.share)
    assert np.abs(mixup(first, second, record) - theirs.numpy()).max() <= 0.501
    shares = [draw_mixup(0.4, np.random.default_rng(k)).share for k in range(2000)]
    assert abs(np.mean(shares) - 0.5) < 0.03
    assert abs(np.var(shares) - 0.25 / 1.8) < 0.01  # of Beta(α, α): 1 / (4 (2α + 1))


def test_cutmix_takes_each_pixel_from_one_picture_and_counts_the_share_that_is_left() -> None:
    first, second = np.zeros((90, 120, 3), dtype=np.uint8), np.full((90, 120, 3), 255, dtype=np.uint8)
    for seed in range(30):
        record = draw_cutmix(1.0, np.random.default_rng(seed), (90, 120))
        mixed = cutmix(first, second, record)
        assert set(np.unique(mixed)) <= {0, 255}
        assert record.share == pytest.approx((mixed[..., 0] == 0).mean())
    assert first.max() == 0


def test_a_partner_of_any_shape_is_cut_and_scaled_from_its_middle() -> None:
    for size in [(160, 240), (240, 160), (240, 6), (1, 1)]:
        for shape in [(300, 500), (500, 300), (40, 40), (9, 400)]:
            found = alike(np.full((*shape, 3), 77, dtype=np.uint8), size)
            assert found.shape == (*size, 3) and (found == 77).all()
    wide = np.zeros((50, 150, 3), dtype=np.uint8)
    wide[:, 50:100] = 255
    assert alike(wide, (30, 30)).min() == 255
