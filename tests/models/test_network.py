"""Feeding a network and reading its answer."""

import threading

import numpy as np
import pytest
import torch

from cnnviz.models import NETWORKS, Network, UnknownClass


@pytest.fixture
def network(register, model):
    return Network(register(), model, classes=("ash", "beech", "birch"))


def test_it_is_ready_to_answer(network, model):
    assert network.model is model
    assert not any(module.training for module in network.model.modules())
    assert not any(p.requires_grad for p in network.model.parameters())
    assert network.model[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert (network.name, network.title, network.input_size, network.card) == ("tiny", "Tiny", 16, {})


def test_pixels_are_normalized(network):
    picture = np.random.default_rng(3).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    expected = (picture / 255 - np.array([0.5, 0.4, 0.3])) / np.array([0.2, 0.3, 0.4])
    found = network.prepare(picture)
    assert found.dtype == torch.float32
    assert found.is_contiguous(memory_format=torch.channels_last)
    np.testing.assert_allclose(found[0].permute(1, 2, 0).numpy(), expected, atol=1e-5)


def test_probabilities_are_the_softmax_of_the_logits(network, pictures):
    with torch.inference_mode():
        logits = network.model(network.prepare(pictures[:9])).double().numpy()
    powers = np.exp(logits)
    found = network.predict(pictures[:9])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, powers / powers.sum(1, keepdims=True), atol=1e-6)


def test_an_answer_does_not_depend_on_its_batch(network, pictures):
    together = network.predict(pictures)
    alone = np.concatenate([network.predict(picture) for picture in pictures])
    assert together.shape == (70, 3)
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_photos_answer_does_not_depend_on_its_batch():
    torch.manual_seed(0)
    spec = NETWORKS["photo"]
    network = Network(spec, spec.build(112), classes=[str(k) for k in range(112)])
    pictures = np.random.default_rng(0).integers(0, 256, (5, 40, 50, 3), dtype=np.uint8)
    np.testing.assert_allclose(network.predict(pictures)[3:4], network.predict(pictures[3]), atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (8, 400), (16, 16), (7, 5), (333, 500)])
@pytest.mark.parametrize("framing", ["whole", "square"])
@pytest.mark.parametrize("scaling", ["area", "bilinear", "bicubic"])
def test_pictures_of_any_size(register, model, *, size, framing, scaling):
    network = Network(
        register(framing=framing, scaling="area" if framing == "whole" else scaling, resize=20), model, classes="abc"
    )
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    picture.flags.writeable = False
    found = network.predict(picture)
    assert found.shape == (1, 3)
    assert found.sum() == pytest.approx(1, abs=1e-6)


def test_no_picture_no_answer(network):
    assert network.predict(np.zeros((0, 9, 9, 3), np.uint8)).shape == (0, 3)
    assert network.prepare(np.zeros((0, 9, 9, 3), np.uint8)).shape == (0, 3, 16, 16)


@pytest.mark.parametrize(
    "images",
    [np.zeros((4, 4, 3)), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((1, 0, 4, 3), np.uint8)],
)
def test_what_is_no_picture_is_refused(network, images):
    with pytest.raises(ValueError, match=r"uint8 \(N, H, W, 3\).*decode"):
        network.predict(images)


def test_at_most_64_pictures_go_through_at_once_and_fewer_large_ones(register, model):
    seen = []
    model.register_forward_pre_hook(lambda _module, inputs: seen.append(len(inputs[0])))
    Network(register(), model, classes="abc").predict(np.zeros((130, 4, 4, 3), np.uint8))
    assert seen == [64, 64, 2]
    seen.clear()
    Network(register(input_size=320), model, classes="abc").predict(np.zeros((17, 4, 4, 3), np.uint8))
    assert seen == [16, 1]


def test_the_lock_is_held_while_the_network_runs(network, pictures):
    entered = threading.Event()
    network.model.register_forward_hook(lambda *_: entered.set())
    asking = threading.Thread(target=network.predict, args=(pictures[:1],))
    with network.lock:
        asking.start()
        assert not entered.wait(0.3)
    asking.join(10)
    assert entered.is_set()


@pytest.mark.parametrize(
    ("target", "index"),
    [("ash", 0), ("BEECH", 1), ("bir", 2), (" Birch ", 2), (2, 2), ("1", 1), (np.int64(0), 0)],
)
def test_a_class_by_name_or_number(network, target, index):
    assert network.index(target) == index


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("b", r"several classes: beech \(1\), birch \(2\)"),
        ("brich", "near names: birch"),
        ("", "no class ''"),
        (3, "0 to 2"),
        (-1, "0 to 2"),
        ("17", "0 to 2"),
    ],
)
def test_an_unknown_class_is_answered_with_near_names(network, target, message):
    with pytest.raises(UnknownClass, match=message):
        network.index(target)


def test_exact_names_win_over_prefixes_and_twins_are_not_guessed(register, model):
    network = Network(register(), model, classes=("crab", "crab_apple", "golf_ball", "crane", "crane"))
    assert network.index("crab") == 0
    assert network.index("golf ball") == 2
    with pytest.raises(UnknownClass, match=r"crane \(3\), crane \(4\).*number"):
        network.index("crane")
