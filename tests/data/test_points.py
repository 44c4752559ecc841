"""Points of the plane: reproducible, balanced, where they should be; splits that lose and share nothing."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np
import pytest

from cnnviz.data.points import KINDS, BadPoints, points, split


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 41, 300])
def test_same_seed_same_points_and_equal_classes(kind: str, count: int) -> None:
    xy, labels = points(kind, count, noise=0.1, seed=3)
    again, labels_again = points(kind, count, noise=0.1, seed=3)
    assert xy.shape == (count, 2)
    assert xy.dtype == np.float64
    assert labels.dtype == np.int64
    assert np.array_equal(xy, again)
    assert np.array_equal(labels, labels_again)
    assert not np.array_equal(xy, points(kind, count, noise=0.1, seed=4)[0])
    assert abs(int((labels == 0).sum()) - int((labels == 1).sum())) <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_without_noise_inside_the_square_and_apart(kind: str) -> None:
    xy, labels = points(kind, 400, noise=0.0, seed=0)
    assert np.abs(xy).max() <= 1.0 + 1e-12
    distance = np.linalg.norm(xy[labels == 0][:, None] - xy[labels == 1][None], axis=2)
    assert distance.min() > 0.1


def test_noise_is_a_standard_deviation() -> None:
    clean, _ = points("circles", 20_000, noise=0.0, seed=1)
    noisy, _ = points("circles", 20_000, noise=0.25, seed=1)
    assert (noisy - clean).std() == pytest.approx(0.25, rel=0.02)


def test_circles_have_their_radii() -> None:
    xy, labels = points("circles", 50, noise=0.0, seed=2)
    assert np.allclose(np.hypot(*xy.T), np.where(labels == 0, 0.9, 0.4))


def test_blobs_err_as_often_as_the_normal_law_says() -> None:
    xy, labels = points("blobs", 40_000, noise=0.5, seed=5)
    nearer = (xy @ np.array([0.8, 0.6]) > 0).astype(int)
    expected = 0.5 * (1 + erf(-1.0 / sqrt(2)))  # Φ(−1 / 2s) with s = 0.5
    assert (nearer != labels).mean() == pytest.approx(expected, abs=0.006)


def test_order_is_mixed() -> None:
    _, labels = points("moons", 200, noise=0.1, seed=0)
    assert 60 < int((labels[1:] != labels[:-1]).sum()) < 140


def test_split_loses_nothing_and_shares_nothing() -> None:
    xy, labels = points("moons", 101, noise=0.1, seed=0)
    parts = split(xy, labels, shares=(0.6, 0.2, 0.2), seed=7)
    assert [len(part) for part, _ in parts] == [61, 20, 20]
    together = np.concatenate([part for part, _ in parts])
    assert sorted(map(tuple, together)) == sorted(map(tuple, xy))
    where = {tuple(point): label for point, label in zip(xy, labels, strict=True)}
    assert all(where[tuple(point)] == label for part, own in parts for point, label in zip(part, own, strict=True))


def test_split_is_dealt_by_its_seed() -> None:
    xy, labels = points("moons", 60, noise=0.1, seed=0)
    first, again, other = (split(xy, labels, shares=(1, 1), seed=seed)[0][0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("kind", "count", "noise"),
    [("squares", 10, 0.1), ("moons", 1, 0.1), ("moons", 9, -0.1), ("moons", 9, float("nan"))],
)
def test_impossible_points_are_one_sentence(kind: str, count: int, noise: float) -> None:
    with pytest.raises(BadPoints) as raised:
        points(kind, count, noise=noise, seed=0)
    assert len(str(raised.value)) <= 140


@pytest.mark.parametrize(("count", "shares"), [(2, (1, 1, 1)), (9, (1, 0)), (9, ())])
def test_impossible_splits_are_one_sentence(count: int, shares: tuple[float, ...]) -> None:
    xy, labels = points("moons", count, noise=0.1, seed=0)
    with pytest.raises(BadPoints) as raised:
        split(xy, labels, shares=shares, seed=0)
    assert len(str(raised.value)) <= 140
