"""Many maps from one pass: the same numbers as one by one, and no more passes than promised."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam

from cnnviz.cam import METHODS, MethodError, all_maps, explain, gap_linear_head, quick, survey, sweep
from cnnviz.models import load
from cnnviz.probe import LayerError


@pytest.fixture
def counted(network, monkeypatch) -> dict[str, int]:
    """How often the network ran, and how often something was differentiated, after the first look at it."""
    for layer in ("last", "first"):
        gap_linear_head(network.lean, layer)
        gap_linear_head(network.model, layer)
    counts = {"forward": 0, "backward": 0}
    network.lean.register_forward_hook(lambda *_: counts.update(forward=counts["forward"] + 1))
    plain = torch.autograd.grad

    def grad(*args: object, **kwargs: object) -> object:
        counts["backward"] += 1
        return plain(*args, **kwargs)

    monkeypatch.setattr(torch.autograd, "grad", grad)
    return counts


def same(one, other) -> None:
    assert (one.method, one.layer, one.target.index) == (other.method, other.layer, other.target.index)
    np.testing.assert_allclose(one.map, other.map, rtol=1e-4, atol=1e-5 * np.abs(other.map).max())
    assert one.logit == pytest.approx(other.logit, rel=1e-5)
    assert one.box == other.box


@pytest.mark.parametrize(("layer", "backward"), [("last", 0), ("first", 1)])
def test_all_maps_of_a_picture_come_from_one_pass(network, photo, counted, *, layer: str, backward: int) -> None:
    found = all_maps(network, photo, layer=layer)
    assert counted == {"forward": 1, "backward": backward}
    expected = [
        name
        for name in METHODS
        if name not in {"last": ["score-cam"], "first": ["cam", "ablation-cam", "score-cam"]}[layer]
    ]
    assert [each.method for each in found] == expected == list(quick(network, layer))
    for each in found:
        same(each, explain(network, photo, method=each.method, layer=layer))


def test_the_methods_can_be_chosen(network, photo) -> None:
    found = all_maps(network, photo, methods=("layer-cam", "cam"), target="car")
    assert [(each.method, each.target.name) for each in found] == [("layer-cam", "car"), ("cam", "car")]


def test_a_sweep_is_one_forward_and_one_backward_pass(network, photo, counted) -> None:
    found = sweep(network, photo, method="layer-cam", target=4)
    assert counted == {"forward": 1, "backward": 1}
    assert [each.layer for each in found] == ["last", "first"]
    assert [each.map.shape for each in found] == [(8, 11), (16, 22)]
    for each in found:
        same(each, explain(network, photo, method="layer-cam", layer=each.layer, target=4))


def test_a_sweep_leaves_out_where_the_method_does_not_work(network, fully_connected, photo) -> None:
    assert [each.layer for each in sweep(network, photo, method="cam")] == ["last"]
    with pytest.raises(MethodError, match="global average pooling"):
        sweep(fully_connected, photo, method="cam")


@pytest.mark.parametrize(("layer", "backward"), [("last", 0), ("first", 2)])
def test_two_classes_share_the_forward_pass(network, photo, counted, *, layer: str, backward: int) -> None:
    found = survey(network, photo, methods=("grad-cam", "hires-cam"), targets=("cat", "pizza"), layers=(layer,))
    assert counted == {"forward": 1, "backward": backward}
    assert [(e.target.name, e.method) for e in found] == [
        (c, m) for c in ("cat", "pizza") for m in ("grad-cam", "hires-cam")
    ]
    for each in found:
        same(each, explain(network, photo, method=each.method, layer=layer, target=each.target.index))


def state(network) -> object:
    models = (network.model, network.lean)
    flags = [(n, m.training, len(m._forward_hooks)) for model in models for n, m in model.named_modules()]
    tensors = [(p.requires_grad, p.grad, p.data_ptr(), p.stride()) for model in models for p in model.parameters()]
    return flags, tensors, torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.get_rng_state().tolist()


@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize("layer", ["last", "first", "first.0", "head", "nowhere"])
def test_nothing_is_left_behind(network, photo, monkeypatch, *, grad: bool, layer: str) -> None:
    with torch.set_grad_enabled(grad):
        before = state(network)
        for method in METHODS:
            try:
                explain(network, photo, method=method, layer=layer)
            except (MethodError, LayerError):
                assert state(network) == before
        with monkeypatch.context() as broken:
            broken.setattr(type(network.lean.head), "forward", lambda *_: 1 / 0)
            for method in METHODS:
                with pytest.raises((ZeroDivisionError, MethodError, LayerError)):
                    explain(network, photo, method=method, layer=layer)
        assert state(network) == before
    assert network.lock.acquire(blocking=False)
    network.lock.release()


def test_a_convolution_that_took_in_its_norm_is_looked_at_in_the_plain_model(network, photo) -> None:
    with torch.no_grad():
        network.model.first[1].running_var.fill_(9.0)
    for layer in ("first.0", "first.1"):
        ours = explain(network, photo, method="grad-cam", layer=layer, target=3)
        captum = LayerGradCam(network.model, network.model.get_submodule(layer))
        theirs = captum.attribute(network.prepare(photo), 3).detach().numpy()[0, 0]
        np.testing.assert_allclose(ours.map, theirs, rtol=1e-4, atol=1e-5 * np.abs(theirs).max())


def test_twenty_threads_on_one_cached_network_see_what_one_sees() -> None:
    network = load("cifar-resnet20")
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    jobs = [
        (m, layer, k) for m in ("grad-cam", "layer-cam", "eigen-cam") for layer in ("stage3", "stage2") for k in (1, 7)
    ]

    def mapped(job: tuple[str, str, int]) -> np.ndarray:
        method, layer, target = job
        return explain(network, picture, method=method, layer=layer, target=target).map

    expected = {job: mapped(job) for job in jobs}
    wrong: list[object] = []

    def visit(offset: int) -> None:
        for job in jobs[offset % len(jobs) :] + jobs[: offset % len(jobs)]:
            wrong.extend([job] if not np.array_equal(mapped(job), expected[job]) else [])

    threads = [threading.Thread(target=visit, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
