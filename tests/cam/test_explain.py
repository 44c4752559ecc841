"""`explain`: from a picture to a map, with numbers that add up."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from cnnviz.cam import METHODS, MethodError, default_method, explain, refusals, top
from cnnviz.models import Box, UnknownClass
from cnnviz.probe import LayerError
from cnnviz.registry import UnknownItem

# CAM holds at the last map only, and says so elsewhere
PLACES = [
    (method, layer) for method in METHODS for layer in (None, "last", "first") if (method, layer) != ("cam", "first")
]


@pytest.mark.parametrize(("method", "layer"), PLACES)
def test_an_explanation_is_complete(network, photo, method: str, layer: str | None) -> None:
    found = explain(network, photo, method=method, layer=layer)
    places = (16, 22) if layer == "first" else (8, 11)
    assert found.map.shape == places
    assert found.map.dtype == np.float32
    assert (found.method, found.layer, found.network) == (method, layer or "last", "tiny")
    np.testing.assert_allclose(found.probabilities, network.predict(photo)[0], rtol=1e-4)
    assert found.target.index == found.probabilities.argmax()
    assert found.target.name == network.classes[found.target.index]
    assert found.target.probability == found.probabilities.max()
    assert found.box == Box(0, 0, 48, 64)
    assert found.seconds > 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", [0, 3, "pizza"])
def test_the_map_and_the_bias_add_up_to_the_logit(network, photo, method: str, target: int | str) -> None:
    found = explain(network, photo, method=method, target=target)
    with torch.inference_mode():
        logit = float(network.model(network.prepare(photo))[0, network.index(target)])
    places = 1 if method == "cam" else found.map.size
    assert found.target.index == network.index(target)
    assert found.logit == pytest.approx(logit, rel=1e-4)
    if not METHODS[method].adds_up:
        assert found.bias is None
        return
    assert found.bias == float(network.model.head.linear.bias[found.target.index])
    assert places * found.total + found.bias == pytest.approx(logit, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("method", ["cam", "grad-cam", "xgrad-cam"])
def test_the_channels_are_the_terms_of_the_sum(network, photo, method: str) -> None:
    found = explain(network, photo, method=method, target="car")
    everything = found.channels(100)
    assert len(everything) == 12
    assert sum(c.contribution for c in everything) == pytest.approx(found.total, rel=1e-4, abs=1e-5)
    sizes = [abs(c.contribution) for c in everything]
    assert sizes == sorted(sizes, reverse=True)
    assert found.channels(3) == everything[:3]
    with torch.inference_mode():
        maps = network.model.last(network.model.first(network.prepare(photo)))
    for channel in everything:
        assert channel.contribution == channel.weight * channel.activation
        assert channel.activation == pytest.approx(float(maps[0, channel.index].mean()), rel=1e-4, abs=1e-6)
    if method == "cam":
        assert everything[0].weight == float(network.model.head.linear.weight[3, everything[0].index])


def test_hires_cam_has_no_single_weight_per_channel(network, photo) -> None:
    assert explain(network, photo, method="hires-cam").channels() == ()


def test_without_the_pooling_there_is_no_bias_to_add(network, fully_connected, photo) -> None:
    assert explain(network, photo, method="grad-cam", layer="first").bias is None
    assert explain(fully_connected, photo, method="grad-cam").bias is None


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("method", METHODS)
def test_a_constant_picture_has_a_finite_map(network, method: str, level: int) -> None:
    assert np.isfinite(explain(network, np.full((40, 30, 3), level, np.uint8), method=method).map).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_diverged_network_gives_finite_numbers(network, photo, method: str) -> None:
    for parameter in network.model.parameters():
        parameter.data.fill_(float("nan"))
    found = explain(network, photo, method=method)
    numbers = [*found.map.ravel(), *found.activations, *found.probabilities, found.logit, found.bias or 0, found.total]
    assert np.isfinite(numbers).all()
    assert all(np.isfinite((c.weight, c.activation, c.contribution)).all() for c in found.channels())
    assert all(np.isfinite(guess.probability) for guess in top(network, np.full(6, np.nan, np.float32)))


@pytest.mark.parametrize("method", METHODS)
def test_a_warm_explanation_is_one_forward_pass(network, photo, method: str) -> None:
    explain(network, photo, method=method)
    passes = []
    network.lean.register_forward_hook(lambda _, given, __: passes.append(len(given[0])))
    explain(network, photo, method=method)
    channels = 12 if METHODS[method].slow(network.model, "last") else 0
    assert passes[0] == 1
    assert channels - 2 <= sum(passes[1:]) <= channels  # channels that are 0 everywhere share one pass


def test_right_before_the_pooling_nothing_is_differentiated(network, photo, monkeypatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("differentiated")

    monkeypatch.setattr(torch.autograd, "grad", refuse)
    monkeypatch.setattr(torch.Tensor, "backward", refuse)
    for method in METHODS:
        explain(network, photo, method=method, target=2)
    with pytest.raises(AssertionError, match="differentiated"):
        explain(network, photo, method="grad-cam", target=2, layer="first")


def test_the_lock_is_held_while_the_network_runs(network, photo) -> None:
    free = []

    def try_lock(*_args: object) -> None:
        thread = threading.Thread(target=lambda: free.append(network.lock.acquire(blocking=False)))
        thread.start()
        thread.join()

    network.lean.register_forward_hook(try_lock)
    for method in METHODS:
        explain(network, photo, method=method)
    assert free
    assert not any(free)


def test_top_is_sorted_and_ties_keep_the_order_of_the_classes(network) -> None:
    guesses = top(network, np.array([0.1, 0.3, 0.1, 0.3, 0.2, 0.0], np.float32))
    assert [guess.name for guess in guesses] == ["dog", "car", "tree", "cat", "hot dog"]
    assert [guess.index for guess in top(network, np.arange(6, dtype=np.float32), k=2)] == [5, 4]
    assert len(top(network, np.zeros(6, np.float32), k=50)) == 6


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"layer": "first"}, MethodError, r"choose the layer 'last' or the method 'grad-cam'"),
        ({"layer": "frist"}, LayerError, r"try 'first'"),
        ({"layer": "head", "method": "grad-cam"}, MethodError, "not a map"),
        ({"layer": "head.linear", "method": "hires-cam"}, MethodError, "not a map"),
        ({"method": "gradcam"}, UnknownItem, "grad-cam, hires-cam"),
        ({"target": "cow"}, UnknownClass, "car"),
        ({"target": 6}, UnknownClass, "0 to 5"),
    ],
)
def test_errors_tell_the_fix(network, photo, *, options: dict[str, object], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as error:
        explain(network, photo, **options)
    assert "\n" not in str(error.value)


def test_cam_on_a_network_without_global_average_pooling_points_to_grad_cam(fully_connected, photo) -> None:
    with pytest.raises(MethodError, match=r"choose the method 'grad-cam'$"):
        explain(fully_connected, photo)


def test_the_default_method_is_cam_where_it_works(network, fully_connected) -> None:
    assert default_method(network) == "cam"
    assert default_method(network, "first") == default_method(fully_connected) == "grad-cam"
    assert [name for name, reason in refusals(fully_connected).items() if reason] == ["cam"]
