"""Rank correlation and structural similarity against scipy and scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr
from skimage.metrics import structural_similarity as skimage_ssim

from cnnviz.trust import rank_correlation, structural_similarity


@pytest.mark.parametrize("seed", range(5))
def test_rank_correlation_is_scipys(seed):
    rng = np.random.default_rng(seed)
    a = rng.standard_normal((11, 13))
    b = a + seed * rng.standard_normal((11, 13))
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a.ravel(), b.ravel()).statistic, abs=1e-12)
    a, b = (rng.integers(0, 4, (9, 9)).astype(float) for _ in range(2))  # many ties
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a.ravel(), b.ravel()).statistic, abs=1e-12)


def test_rank_correlation_knows_order_alone():
    values = np.arange(12.0).reshape(3, 4)
    assert rank_correlation(values, np.exp(values)) == pytest.approx(1)
    assert rank_correlation(values, -values) == pytest.approx(-1)
    assert rank_correlation(values, np.zeros((3, 4))) == 0


@pytest.mark.parametrize("seed", range(4))
def test_structural_similarity_is_scikit_images(seed):
    rng = np.random.default_rng(seed)
    a = rng.uniform(-3, 5, (40, 55))
    b = a * (seed % 2 * 2 - 1) + seed * rng.uniform(-1, 1, (40, 55))
    units = [(x - x.min()) / (x.max() - x.min()) for x in (a, b)]
    assert structural_similarity(a, b) == pytest.approx(skimage_ssim(*units, data_range=1.0, win_size=7), abs=1e-9)
    assert structural_similarity(a, a) == pytest.approx(1)


def test_maps_smaller_than_the_window_are_refused():
    with pytest.raises(ValueError, match="at least 7"):
        structural_similarity(np.zeros((4, 4)), np.zeros((4, 4)))
