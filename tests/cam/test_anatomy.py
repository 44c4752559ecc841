"""A map taken apart: the parts are those of torch's own numbers, and all of them make the map."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from cnnviz.cam import MethodError, explain
from cnnviz.cam.anatomy import anatomy
from cnnviz.data.samples import sample
from cnnviz.models import load


@pytest.mark.parametrize(
    ("method", "layer"),
    [
        ("cam", "stage3"),
        ("grad-cam", "stage2"),
        ("hires-cam", "stage2"),
        ("hires-cam", "stage3"),
        ("xgrad-cam", "stem"),
    ],
)
def test_the_last_sum_is_the_map(method: str, layer: str) -> None:
    network = load("cifar-resnet20")
    shown = explain(network, sample("cat"), method=method, layer=layer)
    parts = anatomy(network, sample("cat"), shown)
    np.testing.assert_allclose(parts.sums[-1], shown.map, atol=1e-4 * np.abs(shown.map).max())
    assert parts.channels == len(shown.activations) and list(parts.counts) == sorted(set(parts.counts))


def test_terms_are_the_channels_own_answers_times_the_rows_of_the_linear_layer() -> None:
    network = load("cifar-resnet20")
    shown = explain(network, sample("cat"), method="cam")
    parts = anatomy(network, sample("cat"), shown, terms=3)
    kept: list[torch.Tensor] = []
    handle = network.model.get_submodule("stage3").register_forward_hook(lambda _m, _i, out: kept.append(out))
    with torch.no_grad():
        network.model(network.prepare(sample("cat")))
    handle.remove()
    for term in parts.terms:
        np.testing.assert_allclose(term.activation, kept[0][0, term.index].numpy(), atol=1e-5)
        np.testing.assert_allclose(term.part, term.weight * term.activation, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(parts.sums[2], sum(term.part for term in parts.terms), rtol=1e-4, atol=1e-4)
    means = [abs(float(term.part.mean())) for term in parts.terms]
    assert means == sorted(means, reverse=True)
    assert [c.index for c in shown.channels(3)] == [term.index for term in parts.terms]


def test_a_map_that_is_no_sum_is_refused_in_a_sentence() -> None:
    network = load("cifar-resnet20")
    shown = explain(network, sample("cat"), method="grad-cam")
    with pytest.raises(MethodError, match="channel by channel") as refused:
        anatomy(network, sample("cat"), dataclasses.replace(shown, map=shown.map + 1))
    assert len(str(refused.value)) <= 140
