"""Points and channels: against torch's float64 arithmetic, and the deck's claims counted."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnviz.data.generated import shapes
from cnnviz.data.samples import sample
from cnnviz.preprocessing import pictures, points

CLOUD = points.cloud(mean=(3.0, -2.0), deviation=(1.5, 0.4), slope=0.7)


def test_the_cloud_has_exactly_the_mean_and_deviation_that_were_asked_for() -> None:
    assert np.allclose(CLOUD.mean(axis=0), (3, -2)) and np.allclose(CLOUD.std(axis=0)[0], 1.5)
    assert abs(CLOUD.std(axis=0)[1] - 0.4) < 0.05
    assert abs(np.corrcoef(CLOUD.T)[0, 1] - 0.7) < 0.1


def test_every_way_against_torch() -> None:
    x, fitted = torch.from_numpy(CLOUD), points.fit(CLOUD)
    std, mean = torch.std_mean(x, dim=0, correction=0)
    low, high = x.aminmax(dim=0)
    expected = {
        "original": x,
        "centred": x - mean,
        "standardized": (x - mean) / std,
        "range": (x - low) / (high - low),
    }
    for way, theirs in expected.items():
        assert np.allclose(points.apply(CLOUD, fitted, way), theirs.numpy(), atol=1e-12)
    white = points.apply(CLOUD, fitted, "whitened")
    assert np.allclose(torch.cov(torch.from_numpy(white).T, correction=0).numpy(), np.eye(2), atol=1e-10)


def test_standardizing_does_not_bound_the_range_and_min_max_is_squeezed_by_one_point() -> None:
    z = points.apply(CLOUD, points.fit(CLOUD), "standardized")
    assert (np.abs(z) > 1).any(axis=1).sum() > 60 and np.abs(z).max() > 2
    outlier = np.vstack([CLOUD, (50.0, 50.0)])
    parts = points.apply(outlier, points.fit(outlier), "range")
    assert parts.min() == 0 and parts.max() == 1
    assert parts[:-1].max() < 0.2


@pytest.mark.parametrize("way", points.WAYS)
def test_the_condition_number_is_that_of_the_hessian_of_a_linear_fit(way: str) -> None:
    values = points.apply(points.ranges(), points.fit(points.ranges()), way)
    x, y = torch.from_numpy(values), torch.zeros(len(values), dtype=torch.float64)

    def loss(theta: torch.Tensor) -> torch.Tensor:
        return 0.5 * ((x @ theta[:2] + theta[2] - y) ** 2).mean()

    hessian = torch.autograd.functional.hessian(loss, torch.zeros(3, dtype=torch.float64))
    assert points.condition(values) == pytest.approx(float(torch.linalg.cond(hessian)), rel=1e-4)


def test_the_decks_two_features_are_ill_conditioned_until_they_are_standardized() -> None:
    given = points.ranges()
    low, high = given.min(axis=0), given.max(axis=0)
    assert (low >= (1000, 0.1)).all() and (high <= (2000, 0.5)).all()
    fitted = points.fit(given)
    assert points.condition(given) > 1e8
    assert points.condition(points.apply(given, fitted, "centred")) > 1e6
    assert points.condition(points.apply(given, fitted, "standardized")) < 1.2
    assert points.condition(np.column_stack([given[:, 0], given[:, 0]])) > 1e15


def test_a_feature_that_never_changes_is_left_at_zero() -> None:
    flat = np.column_stack([CLOUD[:, 0], np.full(len(CLOUD), 4.0)])
    for way in points.WAYS:
        assert np.isfinite(points.apply(flat, points.fit(flat), way)).all()


def test_channels_against_torch_over_pictures_of_different_sizes() -> None:
    images = [*shapes(20).images, sample("shapes"), sample("digit")[:50]]
    found = pictures.fit(images)
    pixels = torch.cat([torch.from_numpy(image).reshape(-1, 3).double() for image in images])
    std, mean = torch.std_mean(pixels, dim=0, correction=0)
    assert np.allclose(found.mean, mean.numpy()) and np.allclose(found.deviation, std.numpy())
    together = np.concatenate([pictures.apply(image, found, "standardized").reshape(-1, 3) for image in images])
    assert np.allclose(together.mean(axis=0), 0, atol=1e-9) and np.allclose(together.std(axis=0), 1)


def test_a_picture_by_every_way_its_limits_and_its_histogram() -> None:
    image = sample("shapes")
    channels = pictures.fit(shapes(50).images)
    for way in pictures.WAYS:
        values = pictures.apply(image, channels, way)
        low, high = limits = pictures.span(way, values)
        assert low <= values.min() and values.max() <= high
        middles, shares = pictures.histogram(values, limits)
        assert np.allclose(shares.sum(axis=1), 1) and (np.diff(middles) > 0).all()
    assert np.array_equal(pictures.shown(pictures.apply(image, channels, "original"), (0, 255)), image)
    stretched = pictures.apply(image, channels, "range")
    assert np.allclose(stretched.min(axis=(0, 1)), 0) and np.allclose(stretched.max(axis=(0, 1)), 1)
    assert np.isfinite(pictures.apply(np.full((4, 4, 3), 7, dtype=np.uint8), channels, "range")).all()


@pytest.mark.parametrize("module", [points, pictures])
def test_an_unknown_way_is_told(module: object) -> None:
    with pytest.raises(ValueError, match="there are: original"):
        points.apply(CLOUD, points.fit(CLOUD), "none") if module is points else pictures.apply(
            sample("digit"), pictures.fit([sample("digit")]), "none"
        )
