"""Every network of the registry, with random weights."""

import re

import pytest
import torch
from torch import nn

from cnnviz.models import NETWORKS
from cnnviz.models.framing import frame

PUBLISHED = [name for name in NETWORKS if NETWORKS[name].published]
EMBEDDED = [name for name in NETWORKS if not NETWORKS[name].published]


def parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def on_meta(name: str, classes: int) -> nn.Module:
    with torch.device("meta"):
        return NETWORKS[name].build(classes).eval()


def maps(model: nn.Module, paths: list[str], images: torch.Tensor) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}

    def note(path: str, out: torch.Tensor) -> None:
        shapes[path] = tuple(out.shape)

    for path in paths:
        model.get_submodule(path).register_forward_hook(lambda _m, _i, out, path=path: note(path, out))
    with torch.inference_mode():
        model(images)
    return shapes


def test_all_networks_are_here():
    assert set(NETWORKS) >= {"photo", "cifar-resnet20", "cifar-fast", "convnetjs"}
    assert set(PUBLISHED) >= {"resnet18", "resnet50", "vgg16", "mobilenet_v2", "googlenet", "efficientnet_b0"}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_describes_itself(name):
    spec = NETWORKS[name]
    assert spec.name == name
    assert spec.title
    assert spec.summary.endswith(".")
    assert "https://" in spec.reference
    assert spec.dataset in ("", "cifar10-jpeg", "photos112")


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_exist_and_have_maps_of_the_size_they_claim(name):
    spec = NETWORKS[name]
    side = spec.input_size
    paths = [layer.path for layer in spec.layers]
    shapes = maps(on_meta(name, 7), paths, torch.empty(1, 3, side, side, device="meta"))
    for layer in spec.layers:
        claimed = tuple(int(k) for k in re.search(r"(\d+)×(\d+)$", layer.title).groups())
        assert len(shapes[layer.path]) == 4
        assert shapes[layer.path][2:] == claimed, layer
    assert len(set(paths)) == len(paths) >= 4


@pytest.mark.parametrize("name", NETWORKS)
def test_the_number_of_classes_is_free(name):
    side = NETWORKS[name].input_size
    assert on_meta(name, 7)(torch.empty(2, 3, side, side, device="meta")).shape == (2, 7)


@pytest.mark.parametrize("name", NETWORKS)
def test_saved_state_is_all_there_is(name):
    # a network is built without memory and filled from a file: a tensor outside the state would stay empty
    model = on_meta(name, 3)
    tensors = {key for key, _ in (*model.named_parameters(), *model.named_buffers())}
    assert set(model.state_dict()) == tensors


@pytest.mark.parametrize("name", EMBEDDED)
def test_random_weights_give_finite_logits_and_the_same_seed_the_same_network(name):
    spec = NETWORKS[name]
    images = torch.randn(2, 3, spec.input_size, spec.input_size)
    found = []
    for _ in range(2):
        torch.manual_seed(3)
        with torch.inference_mode():
            found.append(spec.build(5).eval()(images))
    assert found[0].isfinite().all()
    assert found[0].equal(found[1])
    assert found[0].std() > 0


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name != "vgg16"])
def test_published_networks_run_without_their_weights(name):
    torch.manual_seed(0)
    with torch.inference_mode():
        logits = NETWORKS[name].build(5).eval()(torch.randn(1, 3, 64, 64))
    assert logits.shape == (1, 5)
    assert logits.isfinite().all()


@pytest.mark.parametrize(
    ("name", "classes", "count"),
    [("cifar-resnet20", 10, 272_474), ("convnetjs", 10, 22_466), ("photo", 112, 6_990_128)],
)
def test_parameter_counts(name, classes, count):
    assert parameters(on_meta(name, classes)) == count


def test_convnetjs_starts_with_live_units():
    model = NETWORKS["convnetjs"].build(10)
    assert all((model.get_submodule(f"conv{k}").bias == 0.1).all() for k in (1, 2, 3))
    assert (model.linear.bias == 0).all()
    assert model.conv2.weight.std().item() == pytest.approx((25 * 16) ** -0.5, rel=0.05)


@pytest.mark.parametrize("name", ["photo", "cifar-resnet20"])
def test_residual_networks_take_odd_sizes(name):
    # convolutions round a halved side up and so must the pools of the shortcuts beside them
    model = on_meta(name, 3)
    for width in range(160, 176):
        assert model(torch.empty(1, 3, 161, width, device="meta")).shape == (1, 3)


def test_photo_takes_any_size():
    shapes = maps(on_meta("photo", 112), ["stage4"], torch.empty(1, 3, 160, 400, device="meta"))
    assert shapes["stage4"] == (1, 384, 10, 25)
    assert frame(NETWORKS["photo"], 500, 375).height == 500


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_facts_are_torchvisions(name):
    from torchvision.models import get_weight

    published = NETWORKS[name].published
    found = get_weight(published.weights)
    accuracy = found.meta["_metrics"]["ImageNet-1K"]
    assert published.url == found.url
    assert published.megabytes == found.meta["_file_size"]
    assert (100 * published.top1, 100 * published.top5) == pytest.approx((accuracy["acc@1"], accuracy["acc@5"]))
    assert published.parameters == found.meta["num_params"] == parameters(on_meta(name, 1000))
    assert re.fullmatch("[0-9a-f]{8}", published.sha256_prefix)
    assert published.url.startswith("https://")


@pytest.mark.parametrize("name", EMBEDDED)
def test_shipped_weights_load(name):
    from cnnviz.models import load

    network = load(name)
    assert len(network.classes) == {"photos112": 112, "cifar10-jpeg": 10}[network.spec.dataset]
    assert network.card["parameters"] == parameters(network.model)
    assert network.card["accuracy"]["top1"] > 0.5
