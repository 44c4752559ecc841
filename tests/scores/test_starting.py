"""Random weights: ln C for small ones, the expected growth, and what a step does to other pictures; torch as oracle."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from cnnviz.data.generated import shapes
from cnnviz.scores import others
from cnnviz.scores.classifier import stretched, untrained
from cnnviz.scores.losses import cross_entropy
from cnnviz.scores.starting import SCALES, TORCH, expected, measured


@pytest.mark.parametrize("classes", [2, 10, 100])
def test_small_weights_start_at_ln_c_and_large_ones_above(classes: int) -> None:
    losses, _ = measured(classes)
    mean = losses.mean(axis=0)
    assert mean[0] == pytest.approx(math.log(classes), abs=1e-3)
    assert mean[-1] > 3 * math.log(classes)
    assert (np.diff(mean[SCALES.index(1e-5) + 20 :]) > 0).all()


@pytest.mark.parametrize("classes", [10, 100])
def test_the_growth_is_the_expected_one_while_scores_are_small(classes: int) -> None:
    losses, length = measured(classes)
    at = max(k for k, scale in enumerate(SCALES) if scale * math.sqrt(length) < 0.6)
    grown = losses.mean(axis=0)[at] - math.log(classes)
    # twelve networks leave noise of this size; the growth itself is 0.1 and more
    noise = 3 * losses[:, at].std() / math.sqrt(len(losses)) + 0.02
    assert grown == pytest.approx(expected(classes, scale=SCALES[at], length=length) - math.log(classes), abs=noise)


def test_torch_starts_where_the_mark_is() -> None:
    torch.manual_seed(0)
    assert torch.nn.Linear(3072, 100).weight.std().item() == pytest.approx(TORCH, rel=0.01)


def test_other_pictures_move_as_if_the_step_were_really_taken() -> None:
    of = untrained(others.CLASSES, scale=0.001, seed=0)
    x = stretched(shapes(1, seed=9).images[0])
    told = others.losses(of, x, 4, rates=(0.0, 0.003))
    data = shapes(others.COUNT, seed=4)
    for rate, mean in zip((0.0, 0.003), told, strict=True):
        scores = of.step(x, 4, rate=rate).scores(stretched(np.stack(data.images)))
        each = [cross_entropy(row, int(label)) for row, label in zip(scores, data.labels, strict=True)]
        assert mean == pytest.approx(np.mean(each), rel=1e-9)
