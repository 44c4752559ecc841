"""A look into a training: counts, gradients, shares and pixels against recounts by hand, on every network there is."""

from __future__ import annotations

import json
import math
from collections import Counter

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.data.generated import shapes
from cnnviz.data.splits import Part, Splits
from cnnviz.models import NETWORKS
from cnnviz.probe import tour
from cnnviz.training.events import Look, event_of, told
from cnnviz.training.looking import in_turn, look
from cnnviz.training.looking_layers import MOST, histogram

MEAN, STD = (0.5, 0.4, 0.3), (0.25, 0.5, 1.0)
SMALL = [name for name, spec in NETWORKS.items() if spec.input_size == 32]


def part(count: int, seed: int, classes: int = 10) -> Part:
    made = shapes(count, seed=seed)
    labels = made.labels if classes == 10 else np.random.default_rng(seed).integers(0, classes, count)
    return Part(np.array(made.images, dtype=np.uint8).reshape(-1, 32, 32, 3), labels.astype(np.int64))


def splits_of(classes: int = 10, validation: int = 60) -> Splits:
    names = tuple(f"class {k}" for k in range(classes))
    parts = part(200, 0, classes), part(validation, 1, classes), part(10, 2, classes)
    return Splits("shapes", "Shapes", names, *parts)


SPLITS = splits_of()


def inputs(images: np.ndarray) -> Tensor:
    """Pixels as the network gets them, written down once more."""
    scaled = (images.astype(np.float64) / 255 - np.array(MEAN)) / np.array(STD)
    return torch.from_numpy(scaled.transpose(0, 3, 1, 2)).float()


def network(name: str = "convnetjs", classes: int = 10) -> nn.Module:
    torch.manual_seed(0)
    return NETWORKS[name].build(classes)


def seen(model: nn.Module, splits: Splits = SPLITS, **more: object) -> Look:
    given = {"epoch": 2, "step": 7, "device": "cpu", "before": None, "mean": MEAN, "std": STD} | more
    return look(model, splits, classes=splits.classes, **given)


def logits_of(model: nn.Module, images: np.ndarray) -> Tensor:
    with torch.no_grad():
        return model.eval()(inputs(images))


def test_the_confusion_counts_every_validation_image_once() -> None:
    model = network()
    found = seen(model).confusion.array()
    given = logits_of(model, SPLITS.validation.images).argmax(1).tolist()
    counts = Counter(zip(SPLITS.validation.labels.tolist(), given, strict=True))
    assert {(r, c): n for (r, c), n in np.ndenumerate(found) if n} == dict(counts)


def test_probabilities_are_the_softmax_and_the_worst_are_the_surest_mistakes() -> None:
    model, validation = network(), SPLITS.validation
    found = seen(model)
    for pictures in (found.samples, found.worst):
        expected = logits_of(model, pictures.pixels.array()).softmax(1)
        assert np.allclose(pictures.probabilities.array(), expected, atol=1e-3)
    sure, given = (t.numpy() for t in logits_of(model, validation.images).softmax(1).max(1))
    wrong = sorted((-s, k) for k, s in enumerate(sure) if given[k] != validation.labels[k])[:12]
    assert np.array_equal(found.worst.pixels.array(), validation.images[[k for _, k in wrong]])
    assert found.worst.labels == tuple(validation.labels[[k for _, k in wrong]])


def test_logits_handed_in_give_the_same_look() -> None:
    model = network()
    assert seen(model, logits=logits_of(model, SPLITS.validation.images)) == seen(model)


def test_the_samples_stay_and_hold_every_class() -> None:
    first, second = seen(network("convnetjs")).samples, seen(network("cifar-fast")).samples
    assert first.pixels == second.pixels and len(first.labels) == 12
    assert set(first.labels) == set(range(10))
    many = seen(network(classes=100), splits_of(100, 400)).samples
    assert len(set(many.labels)) == 12


def test_gradients_are_those_of_autograd_by_hand() -> None:
    model = network()
    train = SPLITS.train
    nth: Counter[int] = Counter()
    turns = [(nth.update([label]) or nth[label], label, k) for k, label in enumerate(train.labels.tolist())]
    chosen = [k for _, _, k in sorted(turns)[:64]]
    assert in_turn(train.labels, 64).tolist() == chosen
    F.cross_entropy(model(inputs(train.images[chosen])), torch.from_numpy(train.labels[chosen])).backward()
    expected = {name: float(p.grad.norm()) for name, p in model.named_parameters()}
    for layer in seen(model).layers:
        assert layer.gradient_norm == pytest.approx(expected.get(f"{layer.path}.weight", 0.0), rel=1e-3)


def test_numbers_of_a_layer_are_those_of_its_answers() -> None:
    model = network()
    found = {layer.path: layer for layer in seen(model).layers}
    x = inputs(SPLITS.train.images[in_turn(SPLITS.train.labels, 64)])
    for name, module in model.eval().named_children():
        x = module(x).detach()
        if name == "flatten":
            assert name not in found
            continue
        layer = found[name]
        assert layer.shape == tuple(x.shape[1:])
        assert layer.parameters == sum(p.numel() for p in module.parameters())
        assert [layer.mean, layer.std] == pytest.approx(
            [float(x.mean()), float(x.std(correction=0))], rel=1e-3, abs=1e-5
        )
        assert layer.zeros == pytest.approx(float((x == 0).float().mean()), rel=1e-3)
        assert layer.outputs.low >= float(x.min()) - 1e-3 and layer.outputs.high <= float(x.max()) + 1e-3


def test_maps_are_those_of_the_first_sample() -> None:
    model = network()
    found = seen(model)
    layer = next(layer for layer in found.layers if layer.path == "pool1")
    maps = model.eval()[:3](inputs(found.samples.pixels.array()[:1]))[0, :16].detach().numpy()
    back = layer.low + layer.maps.array() / 255 * (layer.high - layer.low)
    assert maps.shape == back.shape
    assert np.abs(maps - back).max() <= 0.6 * (layer.high - layer.low) / 255
    assert next(layer for layer in found.layers if layer.path == "linear").maps.shape == (0,)


def test_filters_and_the_length_of_the_last_step() -> None:
    model = network()
    before = {name: p.detach() * 0.99 for name, p in model.named_parameters()}
    found = seen(model, before=before)
    assert np.array_equal(found.filters.array(), model.conv1.weight.detach().numpy().astype(np.float16))
    assert all(
        layer.update_ratio == pytest.approx(0.01 / 0.99 if layer.parameters else 0, rel=1e-3) for layer in found.layers
    )
    assert all(layer.update_ratio == 0 for layer in seen(model).layers)


def test_a_linear_classifier_shows_its_rows_as_pictures() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 10))
    kernels = seen(model).filters.array()
    rows = model[1].weight.detach().numpy().reshape(10, 3, 16, 2, 16, 2).mean((3, 5))
    assert np.allclose(kernels, rows, atol=1e-4)
    assert seen(nn.Sequential(nn.AvgPool2d(8), nn.Flatten(), nn.Linear(48, 10))).filters.shape == (0, 0, 0, 0)


@pytest.mark.parametrize("name", SMALL)
def test_every_network_is_told_within_the_size_and_left_as_it_was(name: str) -> None:
    model = network(name).train()
    state = {key: value.clone() for key, value in model.state_dict().items()}
    random = torch.random.get_rng_state()
    found = seen(model)
    text = json.dumps(told(found))
    assert len(text) <= 150_000
    assert event_of(json.loads(text)) == found
    assert 1 < len(found.layers) <= MOST and found.layers[-1].shape == (10,)
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())
    assert all(module.training for module in model.modules())
    frozen = ("whiten.weight", "bn1.weight", "bn2.weight") if name == "cifar-fast" else ()
    assert all(p.grad is None and p.requires_grad != n.endswith(frozen) for n, p in model.named_parameters())
    assert not any(module._forward_hooks for module in model.modules())
    assert torch.equal(random, torch.random.get_rng_state())


def test_layers_come_in_the_order_in_which_they_run_with_blocks_that_add_something() -> None:
    paths = [layer.path for layer in seen(network("cifar-fast")).layers]
    assert paths[:7] == [
        *("whiten", "act", "block1.conv1", "block1.bn1", "block1.conv2", "block1.bn2"),
        "block1",
    ]
    assert paths[-1] == "head.linear"
    deep = [layer.kind for layer in seen(network("cifar-resnet20")).layers]
    assert "BatchNorm2d" not in deep and deep.count("Block") == 9 and deep.count("Conv2d") == 21


class Twice(nn.Module):
    """One in-place ReLU that runs after both layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.relu = nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True)
        self.norm, self.linear = nn.BatchNorm2d(4), nn.Linear(4, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.relu(self.norm(self.relu(self.conv(x)))).mean((2, 3)))


def test_a_layer_that_runs_twice_in_place_is_told_twice() -> None:
    layers = seen(Twice()).layers
    assert [layer.path for layer in layers] == ["conv", "relu", "norm", "relu:2", "linear"]
    assert layers[0].zeros == 0 and layers[0].low < 0 and layers[1].zeros > 0.05 and layers[1].low >= 0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e38])
def test_numbers_that_are_not_finite_do_not_break_it(bad: float) -> None:
    model = network("cifar-fast")
    with torch.no_grad():
        model.block1.conv1.weight[0, 0] = bad
    found = seen(model)
    text = json.dumps(told(found))
    assert event_of(json.loads(text)).confusion == found.confusion
    assert found.confusion.array().sum() == len(SPLITS.validation)
    for layer in found.layers:
        ends = [layer.low, layer.high, *(x for h in (layer.outputs, layer.weights) for x in (h.low, h.high))]
        assert all(math.isfinite(x) for x in ends)
    assert np.isfinite(found.samples.probabilities.array().astype(float)).all()


@pytest.mark.parametrize("classes", [2, 3, 37, 100])
def test_any_number_of_classes(classes: int) -> None:
    found = seen(network(classes=classes), splits_of(classes, 30))
    assert found.confusion.shape == (classes, classes)
    assert found.samples.probabilities.shape == (12, classes)


def test_few_and_no_images() -> None:
    assert len(seen(network(), splits_of(validation=3)).samples.labels) == 3
    empty = seen(network(), splits_of(validation=0))
    assert empty.samples.labels == () and not empty.confusion.array().any()


def test_a_long_stack_keeps_forty_layers() -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3, 4), *(nn.Conv2d(4, 4, 1) for _ in range(60)), nn.Flatten(), nn.LazyLinear(10)
    )
    model(torch.zeros(1, 3, 32, 32))
    layers = seen(model).layers
    assert len(layers) == MOST and layers[-1].kind == "Linear"


def test_more_validation_images_than_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.training.looking.JUDGED", 20)
    model = network()
    found = seen(model)
    assert found.confusion.array().sum() == 20
    assert found == seen(model, logits=logits_of(model, SPLITS.validation.images))


def test_a_histogram_counts_what_it_says() -> None:
    values = torch.tensor([0.0, 0.04, 0.06, 1.0, math.nan, math.inf])
    found = histogram(values)
    assert (found.low, found.high, found.counts[0], found.counts[1], found.counts[-1]) == (0, 1, 2, 1, 1)
    assert sum(found.counts) == 4
    assert histogram(torch.full((9,), 3.0)).counts == (9,)
    many = torch.randn(2**20, generator=torch.Generator().manual_seed(0))
    assert abs(sum(histogram(many).counts) - 4096) < 300


def test_the_tour_gives_everything_back_when_the_network_fails() -> None:
    class Failing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x: Tensor) -> Tensor:
            raise RuntimeError(f"after {self.conv(x).shape}")

    model = Failing().train()
    with pytest.raises(RuntimeError, match="after"):
        tour(model, torch.zeros(1, 3, 8, 8), note=lambda *_: None)
    assert model.training and not model.conv._forward_hooks and torch.is_grad_enabled()
