"""Deletion and insertion: areas computed by hand for a network whose score is known, and the order of the points."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from cnnviz.trust import Plan, deletion, gathered
from cnnviz.trust.deletion import fills

STEPS = 8


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def quarter(sign: float = 1.0) -> np.ndarray:
    values = np.zeros((16, 16), np.float32)
    values[:8, :8] = sign
    return values


def measure(network, view, values, **plan):
    settings = {"fill": "mean", "steps": STEPS, "cells": 0} | plan
    return list(deletion(network, view, values, target=0, plan=Plan(**settings)))


def test_areas_are_those_computed_by_hand(corner, white):
    # a white picture over black: the logit is the share of the quarter that is still white; the quarter is a fourth
    # of all pixels, so it is gone after two of eight steps
    curves = gathered(measure(corner, white, quarter()))
    expected = [sigmoid(1), sigmoid(0.5), *[sigmoid(0)] * 7]
    shares, found = curves.line("deletion")
    assert shares == [k / STEPS for k in range(STEPS + 1)]
    assert found == pytest.approx(expected, abs=1e-6)
    assert curves.area("deletion") == pytest.approx((sum(expected) - (expected[0] + expected[-1]) / 2) / 8, abs=1e-6)
    back = [sigmoid(0), sigmoid(0.5), *[sigmoid(1)] * 7]
    assert curves.line("insertion")[1] == pytest.approx(back, abs=1e-6)
    assert curves.area("insertion") == pytest.approx((sum(back) - (back[0] + back[-1]) / 2) / 8, abs=1e-6)


def test_the_right_map_beats_chance_and_the_wrong_one_loses(corner, white):
    right, wrong = (gathered(measure(corner, white, quarter(sign), randoms=5)) for sign in (1.0, -1.0))
    chance, spread = right.random("deletion")
    assert right.area("deletion") < chance - spread < chance < wrong.area("deletion")
    assert right.area("insertion") > right.random("insertion")[0] > wrong.area("insertion")
    assert wrong.random("deletion") == right.random("deletion")  # the same seeds at the same resolution


def test_coarse_points_of_all_curves_come_first_and_each_once(corner, white):
    told = measure(corner, white, quarter(), steps=32, randoms=2)
    rows = [(way, order, step) for each in told for way, order, step, _ in each.points]
    assert len(rows) == len(set(rows)) == 2 * 4 * 33  # two ways; map, centre and two random ones
    interior = [step for _, _, step in rows if 0 < step < 32]
    assert set(interior[:24]) == {8, 16, 24}
    assert all(step % 2 for step in interior[-128:])
    progress = [each.progress for each in told]
    assert progress == sorted(progress) and progress[-1] == 1 and all(p < 1 for p in progress[:-1])


def test_pixels_leave_in_the_order_of_the_map(corner, white):
    # whatever map: after step k exactly k / count of the pixels are black, the brightest places of the map first
    seen: list[torch.Tensor] = []
    forward = corner.model.forward
    values = np.random.default_rng(0).standard_normal((16, 16)).astype(np.float32)
    corner.model.forward = lambda x: (seen.append(x), forward(x))[1]  # type: ignore[method-assign]
    try:
        list(deletion(corner, white, values, target=0, plan=Plan("mean", 4, 0, centre=False, cells=0)))
    finally:
        del corner.model.forward
    pictures = torch.cat([x for x in seen if x.min() >= 0])
    halves = [picture[0] == 0 for picture in pictures if float((picture[0] == 0).float().mean()) == 0.5]
    brightest = torch.from_numpy(values > np.median(values))
    assert any(torch.equal(half, brightest) for half in halves)  # deletion
    assert any(torch.equal(half, ~brightest) for half in halves)  # insertion


def test_fills_are_what_they_are_called(resnet):
    view = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    mean, blurred = fills(resnet, view, "paper")
    assert np.unique(mean.reshape(-1, 3), axis=0).tolist() == [[125, 123, 114]]  # the mean of CIFAR-10
    assert blurred.std() < view.std() / 4 and abs(float(blurred.mean()) - float(view.mean())) < 2
    assert all(np.array_equal(a, b) for a, b in zip(fills(resnet, view, "mean"), (mean, mean), strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(fills(resnet, view, "blur"), (blurred, blurred), strict=True))
    with pytest.raises(ValueError, match="choose among"):
        fills(resnet, view, "holes")


def test_an_abandoned_measurement_leaves_the_lock_free(corner, white):
    started = deletion(corner, white, quarter(), target=0)
    next(started)
    assert corner.lock.acquire(blocking=False)
    corner.lock.release()
    started.close()
    assert not torch.is_inference_mode_enabled()


def test_values_that_are_no_numbers_still_give_an_order(corner, white):
    values = quarter()
    values[0, 0] = np.nan
    curves = gathered(measure(corner, white, values))
    assert np.isfinite([curves.area("deletion"), curves.area("insertion")]).all()
