"""A network for looking scores as the network itself; batch norms are folded only where nobody can notice."""

from __future__ import annotations

import copy

import pytest
import torch
import torchvision
from torch import Tensor, nn

from cnnviz.models import NETWORKS, Network, load
from cnnviz.models.folding import fold, stamp
from cnnviz.models.packed import POSSIBLE, PackedConv2d
from cnnviz.probe import LayerError, look, tour

EMBEDDED = [name for name, spec in NETWORKS.items() if spec.published is None]
# how many batch norms stay: those before their convolution, behind a pooling, or in a branch that only training runs
TORCHVISION = {
    "resnet18": 0,
    "mobilenet_v2": 0,
    "googlenet": 2,
    "efficientnet_b0": 0,
    "densenet121": 62,
    "squeezenet1_0": 0,
}


def noise(side: int, *, count: int = 2, seed: int = 1) -> Tensor:
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(seed))


def trained(model: nn.Module) -> nn.Module:
    """Batch norms as after a training: no mean 0, no variance 1."""
    torch.manual_seed(0)
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d):
            for tensor, low, high in ((norm.weight, 0.5, 1.5), (norm.bias, -0.1, 0.3)):
                nn.init.uniform_(tensor, low, high)
            norm.running_mean.uniform_(-0.3, 0.3)
            norm.running_var.uniform_(0.5, 2.0)
    return model.eval().requires_grad_(requires_grad=False)


def norms(model: nn.Module) -> int:
    return sum(isinstance(module, nn.BatchNorm2d) for module in model.modules())


def close(one: Tensor, other: Tensor) -> bool:
    return float((one - other).abs().max()) <= 1e-4 * float(other.abs().max())


@pytest.mark.parametrize("name", EMBEDDED)
def test_shipped_networks(name: str) -> None:
    network = load(name)
    images = noise(network.input_size)
    with torch.inference_mode():
        assert close(network.lean(images), network.model(images))
    assert network.lean is not network.model
    assert norms(network.lean) == {"cifar-fast": 3}.get(name, 0)
    assert [path for path, _ in network.lean.named_modules()] == [path for path, _ in network.model.named_modules()]
    assert all(network.looking_at(layer.path) is network.lean for layer in network.layers)


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision_networks(name: str) -> None:
    more = {"init_weights": False} if name == "googlenet" else {}
    torch.manual_seed(0)
    model = trained(getattr(torchvision.models, name)(weights=None, num_classes=20, **more))
    lean, same = fold(model, noise(64, count=1))
    assert norms(lean) == TORCHVISION[name]
    images = noise(96)
    with torch.no_grad():
        assert close(lean(images), model(images))
    plain, ours = answered(model, images), answered(lean, images)
    assert {path for path, _ in model.named_children()} & same
    assert [path for path in same & plain.keys() if not close(ours[path], plain[path])] == []


def answered(model: nn.Module, images: Tensor) -> dict[str, Tensor]:
    """The answer of each layer, the last one of a layer that runs twice."""
    found: dict[str, Tensor] = {}
    tour(model, images, note=lambda path, _, answer: found.update({path: answer.clone()}))
    return found


@pytest.mark.parametrize("layer", ["layer3", "layer2.0", "layer1.1.bn1"])
def test_gradients_agree(layer: str) -> None:
    model = trained(torchvision.models.resnet18(weights=None, num_classes=20))
    lean = fold(model, noise(64, count=1)).model
    for image in (noise(64), noise(80)):
        ours, plain = (look(each, layer, image, target=3) for each in (lean, model))
        assert ours.gradients is not None
        assert plain.gradients is not None
        assert close(ours.activations, plain.activations)
        assert close(ours.gradients, plain.gradients)


class Branches(nn.Module):
    """A convolution whose answer the norm has for itself, and five whose answer it has not."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("alone", "shared", "twice", "pooled", "early", "trained"):
            setattr(self, name, nn.Conv2d(3, 4, 3, padding=1))
            setattr(self, f"{name}_norm", nn.BatchNorm2d(4, track_running_stats=name != "trained"))
        self.box = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False))
        self.box_norm = nn.BatchNorm2d(4, affine=False)
        self.linear = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        shared = self.shared(x)
        found = [self.alone_norm(self.alone(x)), self.shared_norm(shared) + shared.relu()]
        found += [self.twice_norm(self.twice(x)), self.twice_norm(self.twice(2 * x))]
        found += [self.pooled_norm(nn.functional.max_pool2d(self.pooled(x), 3, 1, 1))]
        found += [self.early_norm(self.early(x).relu_()), self.box_norm(self.box(x))]
        found += [self.trained_norm(self.trained(x))]
        scores: Tensor = self.linear(torch.stack(found).sum(0).relu().mean((2, 3)))
        return scores


def test_only_a_norm_that_has_the_answer_for_itself_is_folded() -> None:
    model = trained_branches()
    lean, same = fold(model, noise(16))
    gone = {path for path, module in lean.named_modules() if isinstance(module, nn.Identity)}
    assert gone == {"alone_norm", "box_norm"}
    with torch.no_grad():
        assert close(lean(noise(20)), model(noise(20)))
    assert {"shared", "pooled", "shared_norm"} <= same
    assert not {"alone", "alone_norm", "box", "box.0", "box_norm"} & same  # ``box`` passes on what its only layer says


def trained_branches() -> nn.Module:
    torch.manual_seed(0)
    model = Branches()
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d) and norm.running_mean is not None:
            norm.running_mean.uniform_(-1, 1)
            norm.running_var.uniform_(0.5, 2)
    return model.eval().requires_grad_(requires_grad=False)


def test_what_cannot_be_copied_or_diverged_is_looked_at_itself() -> None:
    class Stubborn(nn.Sequential):
        def __deepcopy__(self, memo: object) -> None:
            raise TypeError("one of a kind")

    one = Stubborn(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4 * 36, 5)).eval()
    assert fold(one, noise(8)) == (one, {"0", "1", "2", "3"})
    broken = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4 * 36, 5)).eval()
    nn.init.constant_(broken[0].weight, float("nan"))
    assert fold(broken, noise(8)).model is broken


def test_the_network_is_left_as_it_was_and_shares_what_did_not_change() -> None:
    model = trained(torchvision.models.resnet18(weights=None, num_classes=20))
    before = {name: (id(t), t._version, t.sum().item()) for name, t in model.state_dict(keep_vars=True).items()}
    heard: list[str] = []
    handle = model.conv1.register_forward_hook(lambda *_: heard.append("conv1"))
    lean = fold(model, noise(64, count=1)).model
    heard.clear()
    lean(noise(64))
    assert heard == []
    handle.remove()
    assert {n: (id(t), t._version, t.sum().item()) for n, t in model.state_dict(keep_vars=True).items()} == before
    assert norms(model) == 20
    assert lean.fc.weight is model.fc.weight
    assert not any(p.requires_grad for p in lean.parameters())
    assert all(not m.training and not m._forward_hooks for m in lean.modules())


def made(model: nn.Module) -> Network:
    return Network(NETWORKS["cifar-resnet20"], model, classes=tuple("abcdefghij"))


def test_it_is_made_once_and_again_when_weights_were_written_to() -> None:
    network = made(trained(NETWORKS["cifar-resnet20"].build(10)))
    first = network.lean
    assert network.lean is first
    with torch.no_grad():
        network.model.stage1[0].bn1.running_var.mul_(4)
    assert network.lean is not first
    images = noise(32)
    with torch.no_grad():
        assert close(network.lean(images), network.model(images))
        assert not close(first(images), network.model(images))


def test_the_stamp_changes_with_every_tensor() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    seen = [stamp(model)]
    for tensor in model.state_dict().values():
        tensor.zero_()
        seen.append(stamp(model))
    model[0].weight = nn.Parameter(torch.zeros(4, 3, 3, 3))
    assert len({*seen, stamp(model)}) == 1 + 7 + 1
    assert stamp(model) == stamp(model)


def test_layers_without_an_answer_of_their_own_fall_back() -> None:
    network = made(trained(NETWORKS["cifar-resnet20"].build(10)))
    assert network.looking_at("stage2") is network.lean
    assert network.looking_at("stage2", "stem.0") is network.model
    assert network.looking_at("nowhere") is network.model
    with pytest.raises(LayerError):
        look(network.looking_at("nowhere"), "nowhere", noise(32))


CASES = [
    {"kernel_size": 3, "padding": 1},
    {"kernel_size": 5, "stride": 2, "padding": 2, "bias": False},
    {"kernel_size": 3, "groups": 8, "padding": 1},
    {"kernel_size": 3, "dilation": 2},
    {"kernel_size": 3, "padding": "same"},
    {"kernel_size": 3, "padding": 1, "padding_mode": "reflect"},
]


@pytest.mark.parametrize("options", CASES)
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_packed_convolution_is_the_convolution(options: dict[str, object], layout: torch.memory_format) -> None:
    torch.manual_seed(0)
    plain = nn.Conv2d(8, 16, **options).to(memory_format=layout).requires_grad_(requires_grad=False)
    packed = PackedConv2d.of(plain)
    for side in (9, 14):
        x = torch.randn(2, 8, side, side).to(memory_format=layout)
        with torch.no_grad():
            torch.testing.assert_close(packed(x), plain(x), rtol=1e-5, atol=1e-5)
        slopes = []
        for each in (packed, plain):
            given = x.clone().requires_grad_()
            slopes.append(torch.autograd.grad(each(given).square().sum(), [given])[0])
        torch.testing.assert_close(*slopes, rtol=1e-4, atol=1e-4)


def test_a_packed_convolution_follows_its_weights_and_can_be_copied_and_trained() -> None:
    torch.manual_seed(0)
    packed = PackedConv2d.of(nn.Conv2d(3, 4, 3).requires_grad_(requires_grad=False))
    x = noise(8)
    packed(x)
    assert bool(packed._packed) == POSSIBLE
    with torch.no_grad():
        packed.weight.mul_(2)
    copied = copy.deepcopy(packed)
    assert copied._packed == ()
    expected = nn.functional.conv2d(x, packed.weight, packed.bias)
    for each in (packed, copied):
        torch.testing.assert_close(each(x), expected)
    half = copy.deepcopy(packed).bfloat16()(x.bfloat16())
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), expected, rtol=0.05, atol=0.05)
    copied.requires_grad_()
    copied(x).sum().backward()
    assert copied.weight.grad is not None
