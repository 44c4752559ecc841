"""CAM methods: what every one must do, the identity between them, and captum."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
import torchvision
from captum.attr import LayerGradCam, LayerGradientXActivation
from torch import nn

from cnnviz.cam import METHODS, Context, MethodError
from cnnviz.models import NETWORKS
from cnnviz.probe import Seen, best, look

GRADIENT = [name for name, method in METHODS.items() if method.needs_gradients]
ADDED = ["grad-cam-plus-plus", "layer-cam", "eigen-cam", "ablation-cam", "score-cam"]
ADDING = ["cam", "grad-cam", "hires-cam", "xgrad-cam"]
KNOWN = [*ADDING, *ADDED]  # in the order of the menu; a method that is added later has its own place


def seen_at(model: nn.Module, layer: str, images: torch.Tensor, target: object = best) -> tuple[Seen, Context]:
    return look(model, layer, images, target=target), Context(model, layer)


def random_images(count: int, side: int = 64) -> torch.Tensor:
    return torch.randn(count, 3, side, side, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def built(name: str) -> tuple[nn.Module, str]:
    """A network in float64 with random weights (batch norms as after training) and its last map."""
    torch.manual_seed(0)
    if name in NETWORKS and NETWORKS[name].published is None:
        model, layer = NETWORKS[name].build(10), NETWORKS[name].layers[0].path
    else:
        more = {"init_weights": False} if name == "googlenet" else {}
        model = getattr(torchvision.models, name)(weights=None, num_classes=10, **more)
        layer = {"resnet18": "layer4", "googlenet": "inception5b"}.get(name)
        layer = layer or {"mobilenet_v2": "features.18", "efficientnet_b0": "features.8"}[name]
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.bias, -0.1, 0.3)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    return model.double().eval(), layer


AVERAGED = ["photo", "cifar-resnet20", "resnet18", "mobilenet_v2", "efficientnet_b0"]


@pytest.mark.parametrize("name", AVERAGED)
def test_before_global_average_pooling_the_methods_that_add_up_are_cam_over_the_number_of_places(name: str) -> None:
    """The gradient by channel k is w_k / (hw) at every place; its mean, plain or weighted by A_k, is that number."""
    model, layer = built(name)
    images = random_images(2, 32 if name.startswith("cifar") else 64)
    seen, context = seen_at(model, layer, images, [3, 7])
    cam = METHODS["cam"](seen, context)
    places = cam.shape[1] * cam.shape[2]
    assert places > 1
    assert float(cam.std()) > 0
    scale = float(cam.abs().max())
    assert set(ADDING) <= {name for name, method in METHODS.items() if method.adds_up}
    for method in (name for name, method in METHODS.items() if method.adds_up and name != "cam"):
        torch.testing.assert_close(METHODS[method](seen, context) * places, cam, rtol=1e-8, atol=1e-9 * scale)
    linear = [module for module in model.modules() if isinstance(module, nn.Linear)][-1]
    logits = model(images)[[0, 1], [3, 7]]
    torch.testing.assert_close(cam.mean((1, 2)) + linear.bias[[3, 7]], logits, rtol=1e-9, atol=1e-9 * scale)


def vgg() -> nn.Module:
    """A VGG with narrow layers; its published head of 100 million weights is never allocated."""
    torch.manual_seed(0)
    with torch.device("meta"):
        model = torchvision.models.VGG(nn.Sequential(), 10)
    model.features = torchvision.models.vgg.make_layers([8, "M", 8, "M", 12, "M", 16, "M"])
    model.classifier = nn.Sequential(nn.Linear(784, 32), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(32, 10))
    return model.double().eval()


CAPTUM = [
    (lambda: built("photo")[0], "stage4"),
    (lambda: built("photo")[0], "stage2"),
    (lambda: built("resnet18")[0], "layer4"),
    (lambda: built("resnet18")[0], "layer2.1"),
    (lambda: built("googlenet")[0], "inception4e"),
    (vgg, "features"),
    (vgg, "features.11"),
    (vgg, "features.2"),
]


@pytest.mark.parametrize(("make_model", "layer"), CAPTUM)
def test_captum_agrees(make_model, layer: str) -> None:
    model, images, targets = make_model(), random_images(2), [4, 9]
    seen, context = seen_at(model, layer, images, targets)
    place = model.get_submodule(layer)
    theirs = LayerGradCam(model, place).attribute(images, targets, relu_attributions=False).detach()
    places = LayerGradientXActivation(model, place).attribute(images, targets).detach().sum(1)
    assert float(theirs.abs().max()) > 0
    for ours, other in ((METHODS["grad-cam"], theirs[:, 0]), (METHODS["hires-cam"], places)):
        scale = float(other.abs().max())
        torch.testing.assert_close(ours(seen, context), other.detach(), rtol=1e-9, atol=1e-10 * scale)


def by_loops(a: np.ndarray, g: np.ndarray) -> np.ndarray:
    """XGrad-CAM of one image as its paper writes it."""
    found = np.zeros(a.shape[1:])
    for channel, slope in zip(a, g, strict=True):
        weight = sum(slope[y, x] * channel[y, x] / channel.sum() for y, x in np.ndindex(channel.shape))
        found += weight * channel
    return found


def made_up(a: torch.Tensor, g: torch.Tensor) -> tuple[Seen, Context]:
    scores = torch.zeros(len(a), 2)
    return Seen(a, g, scores, scores.argmax(1), lambda _: scores), Context(nn.Identity(), "")


def test_xgrad_cam_is_as_its_paper_writes_it() -> None:
    rng = np.random.default_rng(0)
    a, g = rng.uniform(0.01, 1, (2, 5, 3, 4)), rng.normal(size=(2, 5, 3, 4))
    ours = METHODS["xgrad-cam"](*made_up(torch.tensor(a), torch.tensor(g)))
    np.testing.assert_allclose(ours, np.stack([by_loops(*pair) for pair in zip(a, g, strict=True)]), rtol=1e-10)


@pytest.mark.parametrize("layer", ["features", "features.5", "features.2"])
def test_xgrad_cam_adds_up_to_what_hires_cam_adds_up_to(layer: str) -> None:
    seen, context = seen_at(vgg(), layer, random_images(2))
    sums = [METHODS[name](seen, context).sum((1, 2)) for name in ("xgrad-cam", "hires-cam")]
    torch.testing.assert_close(*sums, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("layer", ["features", "features.5", "features.2"])
def test_without_biases_hires_cam_adds_up_to_the_score(layer: str) -> None:
    model = vgg()
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.zeros_(module.bias)
    seen, context = seen_at(model, layer, random_images(2), 3)
    torch.testing.assert_close(METHODS["hires-cam"](seen, context).sum((1, 2)), seen.scores[:, 3], rtol=1e-9, atol=0)


def test_a_channel_that_is_zero_or_cancels_does_no_harm_to_xgrad_cam() -> None:
    a = torch.tensor([[[[0.0, 0.0]], [[1.0, -1.0]], [[1.0, 3.0]]]], dtype=torch.float64)
    g = torch.tensor([[[[5.0, 7.0]], [[2.0, 4.0]], [[1.0, 2.0]]]], dtype=torch.float64)
    ours = METHODS["xgrad-cam"](*made_up(a, g))
    # nothing + mean gradient 3 times (1, -1) + (1·1 + 3·2) / 4 times (1, 3)
    torch.testing.assert_close(ours[0], torch.tensor([[3 + 1.75, -3 + 5.25]], dtype=torch.float64))


@pytest.mark.parametrize("name", METHODS)
class TestEveryMethod:
    def test_it_says_what_it_is(self, name: str) -> None:
        method = METHODS[name]
        address = method.reference.rsplit(" ", 1)[1]
        assert address.startswith(("https://arxiv.org/abs/", "https://doi.org/"))
        assert address in method.maps.__doc__
        assert ".. math::" in method.maps.__doc__
        assert len(method.summary) <= 100
        assert method.formula.count("{") == method.formula.count("}")

    def test_maps_have_the_shape_of_the_layer_and_the_signs_that_were_promised(self, name: str, network) -> None:
        seen, context = seen_at(network.model, "last", random_images(3).float(), [0, 2, 3])
        maps = METHODS[name](seen, context)
        assert maps.shape == (3, 16, 16)
        assert maps.max() > 0
        assert (maps.min() < 0) == METHODS[name].signed

    def test_images_of_a_batch_do_not_meet(self, name: str, network) -> None:
        images = random_images(3).float()
        together = METHODS[name](*seen_at(network.model, "last", images, [1, 2, 3]))
        alone = [METHODS[name](*seen_at(network.model, "last", images[i : i + 1], i + 1))[0] for i in range(3)]
        torch.testing.assert_close(together, torch.stack(alone), rtol=1e-4, atol=1e-5)

    def test_weights_times_activations_is_the_map(self, name: str, network) -> None:
        method = METHODS[name]
        seen, context = seen_at(network.model, "last", random_images(2).float())
        if method.weights is None:
            pytest.skip("has no weight per channel")
        weights = method.weights(seen, context)
        assert weights.shape == (2, 12)
        expected = torch.einsum("nk,nkyx->nyx", weights, seen.activations)
        torch.testing.assert_close(method(seen, context), expected, rtol=1e-4, atol=1e-5)

    @pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), 1e38, 0.0])
    def test_maps_are_finite_whatever_the_network_does(self, name: str, network, bad: float) -> None:
        network.model.first[0].weight.data.fill_(bad)
        assert METHODS[name](*seen_at(network.model, "last", random_images(2).float())).isfinite().all()

    def test_a_score_that_does_not_change_gives_an_empty_map(self, name: str, network) -> None:
        network.model.head.linear.weight.data.zero_()
        seen, context = seen_at(network.model, "last", random_images(2).float())
        found, method = METHODS[name](seen, context), METHODS[name]
        if method.needs_gradients or name in {"cam", "ablation-cam"}:
            assert not found.any()
        elif name == "score-cam":  # every mask leaves the same score, so all channels count alike
            torch.testing.assert_close(found, seen.activations.mean(1))
        else:  # without gradient and class: what the layer shows does not depend on the score
            assert bool(found.any()) or method.knows_class

    def test_the_class_matters_if_it_is_known(self, name: str, network) -> None:
        images = random_images(1).float()
        one, other = (METHODS[name](*seen_at(network.model, "last", images, k)) for k in (1, 4))
        assert torch.equal(one, other) != METHODS[name].knows_class

    def test_map_and_weights_come_together(self, name: str, network) -> None:
        seen, context = seen_at(network.model, "first", random_images(1).float())
        if name == "cam":
            seen, context = seen_at(network.model, "last", random_images(1).float())
        found, weights = METHODS[name].answer(seen, context)
        torch.testing.assert_close(found, METHODS[name](seen, context))
        assert (weights is None) == (METHODS[name].weights is None)

    def test_it_works_with_its_layers_only(self, name: str, network, fully_connected) -> None:
        method = METHODS[name]
        assert method.works_with(network.model, "last")
        elsewhere = [(network.model, "first"), (fully_connected.model, "last"), (fully_connected.model, "first")]
        for model, layer in elsewhere:
            why = method.refuse(model, layer)
            assert method.works_with(model, layer) == (not why)
            if why:
                continue
            found = method(*seen_at(model, layer, random_images(1).float(), 1))
            assert found.ndim == 3 and found.isfinite().all()
        assert [bool(method.refuse(*place)) for place in elsewhere] == [name == "cam"] * 3 or name not in KNOWN


def test_cam_says_where_it_does_not_work(network) -> None:
    with pytest.raises(MethodError, match="global average pooling and one linear layer right after 'first'"):
        METHODS["cam"](*seen_at(network.model, "first", random_images(1).float()))


@pytest.mark.parametrize("name", GRADIENT)
def test_a_method_that_needs_gradients_asks_for_a_target(name: str, network) -> None:
    with pytest.raises(MethodError, match="look at the network with a target"):
        METHODS[name](*seen_at(network.model, "last", random_images(1).float(), None))


def test_the_menu_needs_no_torch() -> None:
    code = "import sys; from cnnviz.cam import METHODS; print(*METHODS); assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [name for name in done.stdout.split() if name in KNOWN] == KNOWN
