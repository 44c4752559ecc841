"""The order of the pixels: as the page shows a map, in steps of equal size; finer maps are averaged over cells."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cnnviz.trust import order
from cnnviz.trust.packing import Packed, pack


def test_maps_are_enlarged_as_torch_does_between_centres():
    values = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)
    expected = F.interpolate(torch.from_numpy(values)[None, None], (37, 53), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(order.shown(values, (37, 53)), expected[0, 0].numpy(), atol=1e-5)


@pytest.mark.parametrize("count", [7, 16, 48])
def test_steps_are_equally_large_and_follow_the_map(count):
    values = np.random.default_rng(1).standard_normal((20, 31)).astype(np.float32)
    steps = order.steps(values, (20, 31), count)
    sizes = np.bincount(steps.ravel(), minlength=count + 1)
    assert sizes[0] == 0 and sizes[1:].max() - sizes[1:].min() <= 1 and len(sizes) == count + 1
    assert all(values[steps == k].min() >= values[steps == k + 1].max() for k in range(1, count))


def test_fine_maps_are_means_over_cells_and_coarse_ones_stay():
    fine = np.random.default_rng(2).standard_normal((160, 240)).astype(np.float32)
    found = order.coarse(fine)
    assert found.shape == (10, 15)
    np.testing.assert_allclose(found, fine.reshape(10, 16, 15, 16).mean((1, 3)), atol=1e-5)
    small = fine[:10, :12]
    assert order.coarse(small) is small and order.coarse(fine, 0) is fine


def test_chance_depends_on_its_seed_alone_and_the_centre_is_symmetric():
    np.testing.assert_array_equal(order.chance((4, 5), 3), order.chance((4, 5), 3))
    assert not np.array_equal(order.chance((4, 5), 3), order.chance((4, 5), 4))
    hill = order.centre((6, 9))
    np.testing.assert_allclose(hill, hill[::-1, ::-1])
    assert np.unravel_index(hill.argmax(), hill.shape) in {(2, 4), (3, 4)}


def test_a_packed_map_comes_back_to_a_byte():
    values = np.random.default_rng(3).uniform(-4, 2, (9, 12)).astype(np.float32)
    sent = pack(values)
    found = Packed(sent.text, sent.rows, sent.columns, sent.scale).unpacked()
    assert sent.scale == pytest.approx(np.abs(values).max())
    np.testing.assert_allclose(found, values, atol=sent.scale / 250)
    large = pack(np.ones((300, 100), np.float32))
    assert (large.rows, large.columns) == (112, 37) and len(large.text) < 6000
    assert np.isfinite(pack(np.full((3, 3), np.nan, np.float32)).unpacked()).all()
