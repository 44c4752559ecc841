"""Occlusion against captum's on the trained networks, several patches and strides, windows that stick out included."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np
import pytest
import torch
from captum.attr import Occlusion as Captum
from torch import nn

from cnnviz.data.samples import sample
from cnnviz.models import Network, load
from cnnviz.occlusion import FILLS, Occlusion, Patch, attribution, occlude


def last(network: Network, view: np.ndarray, patch: Patch, **options: object) -> Occlusion:
    *_, found = occlude(network, view, patch, **options)
    return found


def captums(network: Network, view: np.ndarray, patch: Patch, found: Occlusion, *, softmax: bool) -> np.ndarray:
    model: nn.Module = nn.Sequential(network.model, nn.Softmax(1)) if softmax else network.model
    with torch.no_grad():
        map_ = Captum(model).attribute(
            network.inputs(view).contiguous(),
            sliding_window_shapes=(3, patch.height, patch.width),
            strides=(3, patch.stride_down, patch.stride_across),
            baselines=network.inputs(FILLS[patch.fill](view, 7)).contiguous(),
            target=found.target,
            perturbations_per_eval=16,
        )
    return map_[0, 0].numpy()


CASES = [
    ("photo", Patch(48, 40, 47, 33, "gray")),  # both sides stick out
    ("photo", Patch(31, 90, 31, 45, "blur")),
    ("cifar-resnet20", Patch(8, 8, 4, 4, "black")),
    ("cifar-resnet20", Patch(5, 9, 3, 7, "noise")),
    ("cifar-resnet20", Patch(32, 32, 1, 1, "mean")),  # one window, everything covered
    ("cifar-fast", Patch(7, 4, 5, 3, "noise")),
    ("convnetjs", Patch(6, 11, 5, 2, "gray")),
]


@cache
def apart(name: str, patch: Patch) -> float:
    """The largest difference from captum's maps, as a share of their largest number, or of 1 if that is smaller."""
    network = load(name)
    view = network.view(sample("cat"))
    if name == "photo":
        view = view[:, :161]  # an odd side; and captum takes as long again for the rest
    found = last(network, view, patch, seed=7)
    largest = 0.0
    both: tuple[tuple[Literal["probability", "logit"], bool], ...] = (("logit", False), ("probability", True))
    for of, softmax in both if name != "photo" else both[:1]:
        wanted = captums(network, view, patch, found, softmax=softmax)
        ours = attribution(found, of)
        assert ours.shape == wanted.shape
        assert np.abs(wanted).max() > 1e-3  # there is something to agree on
        largest = max(largest, float(np.abs(ours - wanted).max() / max(1.0, np.abs(wanted).max())))
    return largest


@pytest.mark.parametrize(("name", "patch"), CASES, ids=str)
def test_equals_captum(name: str, patch: Patch) -> None:
    assert apart(name, patch) < 1e-4


@pytest.mark.promise("numbers")
def test_the_largest_difference_from_captum_is_told(figure: Callable[[str], None]) -> None:
    found = [apart(*case) for case in CASES]
    figure(
        f"{len(CASES)} occlusion settings on {len({name for name, _ in CASES})} networks against captum:"
        f" at most {max(found):.0e} apart"
    )
    assert max(found) < 1e-4


def test_the_maps_are_those_of_pictures_covered_by_hand() -> None:
    network = load("cifar-resnet20")
    view = network.view(sample("astronaut"))
    patch = Patch(9, 6, 5, 4, "noise")
    found = last(network, view, patch, target="dog", seed=3)
    noise = FILLS["noise"](view, 3)
    for row in range(found.rows):
        for column in range(found.columns):
            top, left, height, width = found.box(row, column)
            by_hand = view.copy()
            by_hand[top : top + height, left : left + width] = noise[top : top + height, left : left + width]
            with torch.no_grad():
                scores = network.model(network.inputs(by_hand))[0]
            assert found.logit[row, column] == pytest.approx(float(scores[found.target]), abs=1e-4)
            assert found.probability[row, column] == pytest.approx(float(scores.softmax(0)[found.target]), abs=1e-5)
            assert found.predicted[row, column] == int(scores.argmax())
    assert found.target == network.index("dog")
