"""Maps, kernels, orders and sums: equal to a plain hook's, to torch's weights and to what adds up by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.features import FeatureError, kernels, maps, order, span, sum_at
from cnnviz.features.ordering import ORDERS
from cnnviz.models import Network
from cnnviz.probe import LayerError, reach
from tests.features.conftest import hooked

LAYERS = ("first", "norm", "act", "inner", "pool", "last")


@pytest.mark.parametrize("layer", LAYERS)
def test_maps_are_what_a_plain_hook_sees(network: Network, pictures: np.ndarray, layer: str) -> None:
    found = maps(network, pictures[4], layer)
    wanted = hooked(network, layer, pictures[4:5])[0]
    np.testing.assert_array_equal(found.values, wanted)
    assert found.low.tolist() == [m.min() for m in wanted] and found.high.tolist() == [m.max() for m in wanted]
    for unit, (row, column) in enumerate(found.peaks):
        assert wanted[unit, row, column] == wanted[unit].max()


@pytest.mark.parametrize("layer", LAYERS)
def test_reach_gives_what_a_layer_gets_and_leaves_nothing_behind(
    network: Network, pictures: np.ndarray, layer: str
) -> None:
    inputs = network.inputs(pictures[:3])
    network.model.train()
    given, answer = reach(network.model, layer, inputs)
    assert network.model.training and torch.is_grad_enabled() and not answer.requires_grad
    assert not any(module._forward_hooks for module in network.model.modules())
    np.testing.assert_array_equal(answer.numpy(), hooked(network, layer, pictures[:3]))
    network.model.eval()
    if layer != "act":  # in place: its input is its answer
        with torch.no_grad():
            torch.testing.assert_close(network.model.get_submodule(layer)(given.clone()), answer)


def test_reach_can_be_differentiated_by_the_images(network: Network, pictures: np.ndarray) -> None:
    inputs = network.inputs(pictures[:1]).requires_grad_()
    _, answer = reach(network.model, "first", inputs)
    (gradient,) = torch.autograd.grad(answer[0, 2, 3, 3], inputs)
    torch.testing.assert_close(gradient[0, :, 5:8, 5:8], network.model.first.weight[2])  # type: ignore[union-attr]
    with pytest.raises(LayerError, match="no layer"):
        reach(network.model, "nowhere", inputs)


def test_contributions_add_up_to_the_logit(network: Network, pictures: np.ndarray) -> None:
    class Rectified(nn.Module):
        """The last map itself is what is pooled."""

        def __init__(self) -> None:
            super().__init__()
            inner = network.model
            self.trunk = nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1), nn.ReLU())
            self.head = inner.head

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.trunk(x))

    plain = Network(network.spec, Rectified(), classes=network.classes)
    found = maps(plain, pictures[0], "trunk", target="beech")
    assert found.target == 1 and found.contributions is not None
    bias = next(m for m in plain.model.head.modules() if isinstance(m, nn.Linear)).bias[1]
    assert found.contributions.sum() + float(bias) == pytest.approx(found.scores[1], abs=1e-5)
    np.testing.assert_array_equal(order(found, "contribution"), np.argsort(-found.contributions, kind="stable"))
    assert maps(network, pictures[0], "last").contributions is None  # a ReLU lies between it and the pooling


@pytest.mark.parametrize("name", [name for name in ORDERS if name != "contribution"])
def test_orders_fall_and_hold_every_unit_once(network: Network, pictures: np.ndarray, name: str) -> None:
    found = maps(network, pictures[0], "last")
    by = order(found, name)
    assert sorted(by) == list(range(6))
    key = {"stored": -np.arange(6.0), "mean": found.values.mean((1, 2)), "peak": found.values.max((1, 2))}[name]
    assert (np.diff(key[by]) <= 1e-6).all()


def test_orders_that_are_not_there_are_told(network: Network, pictures: np.ndarray) -> None:
    found = maps(network, pictures[0], "last")
    for name in ("contribution", "colour"):
        with pytest.raises(FeatureError) as told:
            order(found, name)
        assert len(str(told.value)) <= 140


def test_kernels_are_torchs_weights_and_know_when_they_are_colours(network: Network) -> None:
    model = network.model
    first = kernels(network, "act")  # behind batch norm and ReLU: the same units
    assert first.path == "first" and first.colour and first.stride == (2, 2) and first.padding == (1, 1)
    np.testing.assert_array_equal(first.weights, model.first.weight.detach().numpy())  # type: ignore[union-attr]
    last = kernels(network, "last")
    assert not last.colour and last.bias is not None
    np.testing.assert_allclose(last.seen(), last.weights.sum(1) / 5, rtol=1e-5)
    np.testing.assert_array_equal(last.seen(3), last.weights[:, 3])
    with pytest.raises(FeatureError, match="input 5"):
        last.seen(5)


def test_a_sum_of_two_paths_is_no_kernels(photo: Network) -> None:
    with pytest.raises(FeatureError, match="sum of several"):
        kernels(photo, "stage2")
    assert kernels(photo, "stem").path == "stem.0"
    assert kernels(photo, "stage2.0.bn1").path == "stage2.0.conv1"


@pytest.mark.parametrize("layer", ["first", "inner", "last"])
def test_the_sum_written_out_is_torchs_answer_everywhere(network: Network, pictures: np.ndarray, layer: str) -> None:
    wanted = hooked(network, layer, pictures[7:8])[0]
    _, rows, columns = wanted.shape
    for place in [(0, 0), (rows - 1, columns - 1), (rows // 2, 1)]:
        for unit in (0, len(wanted) - 1):
            found = sum_at(network, pictures[7], layer, unit=unit, place=place)
            assert found.total == pytest.approx(float(wanted[(unit, *place)]), abs=1e-5)
            assert found.answer == pytest.approx(found.total, abs=1e-5)
    peak = sum_at(network, pictures[7], layer, unit=1)
    assert peak.total == pytest.approx(float(wanted[1].max()), abs=1e-5)
    terms = peak.terms(10_000)
    assert sum(term.product for term in terms) + peak.bias == pytest.approx(peak.total, abs=1e-9)
    assert abs(terms[0].product) == max(abs(term.product) for term in terms)


@pytest.mark.parametrize("padding", [{"padding": "same"}, {"padding": 1, "padding_mode": "reflect"}, {"groups": 3}])
def test_sums_of_other_convolutions(network: Network, pictures: np.ndarray, padding: dict) -> None:
    torch.manual_seed(1)
    network.model.first = nn.Sequential(nn.Conv2d(3, 6, 4, **padding), nn.Conv2d(6, 5, 3, 2, 1))
    wanted = hooked(network, "first.0", pictures[:1])[0]
    for place in [(0, 0), (wanted.shape[1] - 1, wanted.shape[2] - 1), (3, 9)]:
        found = sum_at(network, pictures[0], "first.0", unit=4, place=place)
        assert found.total == pytest.approx(float(wanted[(4, *place)]), abs=1e-5)


def test_places_and_units_that_are_not_there_are_told(network: Network, pictures: np.ndarray) -> None:
    for unit, place in [(6, (0, 0)), (-1, (0, 0)), (0, (99, 0))]:
        with pytest.raises(FeatureError) as told:
            sum_at(network, pictures[0], "last", unit=unit, place=place)
        assert len(str(told.value)) <= 140


def test_the_span_is_the_range_of_all_layers(network: Network, pictures: np.ndarray) -> None:
    low, high = span(network, pictures[2])
    answers = [hooked(network, layer, pictures[2:3]) for layer in ("first", "norm", "act", "inner", "pool", "last")]
    assert low == pytest.approx(min(a.min() for a in answers)) and high == pytest.approx(max(a.max() for a in answers))


def test_a_diverged_network_gives_finite_numbers(network: Network, pictures: np.ndarray) -> None:
    with torch.no_grad():
        network.model.first.weight[0] = float("nan")  # type: ignore[union-attr]
        network.model.first.bias[1] = float("inf")  # type: ignore[union-attr]
    found = maps(network, pictures[0], "last")
    assert np.isfinite(found.values).all() and np.isfinite(found.mean).all()
    assert np.isfinite(kernels(network, "first").weights).all()


@pytest.fixture(scope="module")
def photo() -> Network:
    from cnnviz.models import load

    return load("photo")
