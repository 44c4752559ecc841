"""`look`: right against captum and plain autograd, and it gives back everything it borrows."""

from __future__ import annotations

import threading

import pytest
import torch
import torchvision
from captum.attr import LayerActivation
from torch import Tensor, nn

from cnnviz.probe import LayerError, answers, best, look


class Shortcut(nn.Module):
    """What makes hooks hard, in one network: in-place ReLUs, shortcut, concatenation, dropout, a shared module."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True))
        self.inner = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(6, 6, 1))
        self.branch = nn.Conv2d(6, 4, 1)
        self.shared = nn.ReLU(inplace=True)
        self.unused = nn.Conv2d(6, 6, 1)
        self.dropout = nn.Dropout(0.5)
        self.linear = nn.Linear(10, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = self.shared(self.inner(x) + x)
        x = self.shared(torch.cat([self.branch(x), x], 1))
        return self.linear(self.dropout(x.square().mean((2, 3))))


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    model = Shortcut().double()
    model.stem[1].running_mean.uniform_(-1, 1)
    return model.eval()


@pytest.fixture
def images() -> Tensor:
    return torch.randn(3, 3, 9, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


LAYERS = ["stem", "stem.0", "stem.1", "stem.2", "inner", "inner.0", "inner.1", "inner.2", "branch"]


def by_hand(net: Shortcut, x: Tensor, layer: str) -> tuple[Tensor, Tensor]:
    """The same network written out without in-place operations: the layer's answer (in the graph) and the scores."""
    known, x = {}, x.clone().requires_grad_()
    for i in range(3):
        x = known[f"stem.{i}"] = torch.relu(x) if i == 2 else net.stem[i](x)
    known["stem"], y = x, x
    for i in range(3):
        y = known[f"inner.{i}"] = torch.relu(y) if i == 1 else net.inner[i](y)
    known["inner"] = y
    x = torch.relu(y + x)
    known["branch"] = net.branch(x)
    x = torch.relu(torch.cat([known["branch"], x], 1))
    return known[layer], net.linear(x.square().mean((2, 3)))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("frozen", [True, False])
def test_activations_gradients_and_scores_are_those_of_the_network_by_hand(net, images, layer, frozen):
    net.requires_grad_(not frozen)
    targets = [0, 4, 2]
    seen = look(net, layer, images, target=targets)
    answer, scores = by_hand(net, images, layer)
    (gradient,) = torch.autograd.grad(sum(scores[i, t] for i, t in enumerate(targets)), [answer])
    torch.testing.assert_close(seen.activations, answer.detach(), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(seen.scores, scores.detach(), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(seen.gradients, gradient, rtol=1e-12, atol=1e-12)
    assert seen.targets.tolist() == targets
    assert not any(t.requires_grad for t in (seen.activations, seen.gradients, seen.scores))


@pytest.mark.parametrize("layer", ["relu", "layer1.1.conv1", "layer2", "layer3.0", "layer4"])
def test_a_torchvision_network_answers_as_captum_says(layer):
    torch.manual_seed(0)
    model = torchvision.models.resnet18(weights=None).double().eval()
    picture = torch.randn(1, 3, 64, 64, dtype=torch.float64)
    if layer == "relu":
        layer = "bn1"  # followed by an in-place ReLU, which captum's record shows and ours must not
        expected = model.bn1(model.conv1(picture))
    else:
        expected = LayerActivation(model, model.get_submodule(layer)).attribute(picture)
    torch.testing.assert_close(look(model, layer, picture).activations, expected.detach(), rtol=1e-12, atol=1e-12)


def test_targets_may_be_one_class_a_list_a_tensor_or_a_function(net, images):
    every = look(net, "inner", images, target=2)
    assert every.targets.tolist() == [2, 2, 2]
    for same in ([2, 2, 2], torch.tensor([2, 2, 2]), lambda scores: torch.full((len(scores),), 2)):
        torch.testing.assert_close(look(net, "inner", images, target=same).gradients, every.gradients, rtol=0, atol=0)
    assert look(net, "inner", images, target=best).targets.tolist() == every.scores.argmax(1).tolist()


def test_a_function_of_the_scores_can_be_differentiated(net, images):
    difference = look(net, "inner", images, target=lambda scores: scores[:, 1] - scores[:, 3]).gradients
    one, three = (look(net, "inner", images, target=c).gradients for c in (1, 3))
    torch.testing.assert_close(difference, one - three)


def test_without_a_target_there_is_no_backward_pass(net, images):
    seen = look(net, "inner", images)
    assert seen.gradients is None
    assert seen.targets.tolist() == seen.scores.argmax(1).tolist()


def test_answers_are_those_of_evaluation_mode_and_leave_nothing_behind(net, images):
    expected = look(net, "inner", images).scores
    net.train()
    before = state(net)
    torch.testing.assert_close(answers(net, images), expected, rtol=0, atol=0)
    assert state(net) == before
    net.branch = Explodes()
    before = state(net)
    with pytest.raises(ZeroDivisionError):
        answers(net, images)
    assert state(net) == before


@pytest.mark.parametrize("layer", LAYERS)
def test_forward_with_the_same_activations_gives_the_same_scores(net, images, layer):
    seen = look(net, layer, images, target=0)
    torch.testing.assert_close(seen.forward(seen.activations), seen.scores, rtol=1e-12, atol=1e-12)
    assert not seen.forward(seen.activations).requires_grad


@pytest.mark.parametrize("layer", LAYERS)
def test_forward_can_be_differentiated_and_agrees_with_finite_differences(net, images, layer):
    seen = look(net, layer, images, target=3)
    changed = seen.activations.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(seen.forward(changed)[:, 3].sum(), [changed])
    torch.testing.assert_close(gradient, seen.gradients, rtol=1e-12, atol=1e-12)
    direction, step = torch.randn_like(seen.activations), 1e-6
    above, below = (seen.forward(seen.activations + sign * step * direction)[:, 3].sum() for sign in (1, -1))
    slope = float((seen.gradients * direction).sum())
    assert float((above - below) / (2 * step)) == pytest.approx(slope, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("layer", ["stem", "inner.0", "branch"])
def test_forward_takes_many_variants_of_one_image(net, images, layer):
    """Through a shortcut (``inner``: added) and a concatenation (``branch``)."""
    seen = look(net, layer, images[:1], target=0)
    variants = torch.cat([seen.activations * scale for scale in (0.0, 0.5, 1.0, 2.0)])
    together = seen.forward(variants)
    for row, variant in zip(together, variants, strict=True):
        torch.testing.assert_close(row, seen.forward(variant[None])[0], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(together[2], seen.scores[0], rtol=1e-12, atol=1e-12)


def test_forward_of_many_images_wants_one_variant_for_each(net, images):
    seen = look(net, "stem", images)
    with pytest.raises(ValueError, match="give one for each"):
        seen.forward(seen.activations[:2])


def test_nothing_below_the_layer_is_differentiated(net, images):
    reached = []
    net.stem[0].weight.register_hook(lambda _: reached.append("stem"))
    images.requires_grad_()
    images.register_hook(lambda _: reached.append("images"))
    look(net, "inner.2", images, target=0)
    assert reached == []
    assert images.grad is None
    assert all(p.grad is None for p in net.parameters())


def state(net: nn.Module) -> object:
    flags = [(name, module.training, len(module._forward_hooks)) for name, module in net.named_modules()]
    tensors = [(p.requires_grad, p.grad, p.detach().sum().item()) for p in net.parameters()]
    buffers = [b.sum().item() for b in net.buffers()]
    modes = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    return flags, tensors, buffers, modes, torch.get_rng_state().tolist()


class Explodes(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        torch.rand(3)
        raise ZeroDivisionError


@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize("fails", ["nowhere", "below", "above", "target", "twice", "unused", "forward"])
def test_everything_borrowed_is_given_back(net, images, grad, fails):
    net.train()
    net.dropout.eval()  # mixed modes must come back one by one
    net.inner[0].weight.requires_grad_(False)
    net.inner[0].register_forward_hook(lambda *_: None)
    target: object = 0
    layer = {"twice": "shared", "unused": "unused"}.get(fails, "inner")
    if fails == "below":
        net.stem[2] = Explodes()
    if fails == "above":
        net.branch = Explodes()
    if fails == "target":
        target = lambda scores: scores[:, 99]  # noqa: E731
    with torch.set_grad_enabled(grad):
        before = state(net)
        if fails in ("nowhere", "forward"):
            seen = look(net, layer, images, target=target)
            if fails == "forward":
                with pytest.raises(RuntimeError):
                    seen.forward(seen.activations[:, :2])
        else:
            with pytest.raises((ZeroDivisionError, LayerError, IndexError)):
                look(net, layer, images, target=target)
        assert state(net) == before


def test_it_looks_in_evaluation_mode(net, images):
    expected = look(net, "inner", images, target=0)
    again = look(net.train(), "inner", images, target=0)
    torch.testing.assert_close(again.scores, expected.scores, rtol=0, atol=0)


def test_it_works_for_a_caller_in_inference_mode(net, images):
    expected = look(net, "inner", images, target=0).gradients
    with torch.inference_mode():
        given = look(net, "inner", images * 1, target=0).gradients
    torch.testing.assert_close(given, expected, rtol=0, atol=0)


def test_threads_that_hold_the_lock_do_not_disturb_each_other(net, images):
    lock, wrong = threading.RLock(), []
    expected = {(layer, c): look(net, layer, images, target=c).gradients for layer in LAYERS for c in range(5)}

    def visit(offset: int) -> None:
        for layer, c in list(expected)[offset:] + list(expected)[:offset]:
            with lock:
                given = look(net, layer, images, target=c).gradients
            if not torch.equal(given, expected[layer, c]):
                wrong.append((layer, c))

    threads = [threading.Thread(target=visit, args=(7 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("inner.9", "try 'inner"),
        ("", "no layer ''; try "),
        ("unused", "does not run"),
        ("shared", "more than once"),
    ],
)
def test_a_layer_that_cannot_be_looked_at_says_why(net, images, layer, words):
    with pytest.raises(LayerError, match=words) as error:
        look(net, layer, images, target=0)
    assert len(str(error.value)) <= 140


def test_a_score_that_does_not_depend_on_the_layer_is_an_error(images):
    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features, self.linear = nn.Conv2d(3, 4, 1), nn.Linear(4, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.linear(self.features(x).detach().mean((2, 3)))

    net = Cut().double()
    assert look(net, "features", images).gradients is None
    for frozen in (False, True):
        with pytest.raises(LayerError, match="cannot be differentiated"):
            look(net.requires_grad_(not frozen), "features", images, target=0)


@pytest.mark.parametrize("target", [5, -1, [0, 1], [0, 1, 9], torch.tensor([[1, 2, 3]]), [0.5, 1.0, 2.0]])
def test_a_target_that_is_no_class_is_refused(net, images, target):
    with pytest.raises(ValueError, match=r"classes|one class|a class"):
        look(net, "inner", images, target=target)


def test_a_layer_with_a_tuple_is_refused(images):
    class Twins(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            return x, x

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.twins = Twins()

        def forward(self, x: Tensor) -> Tensor:
            return self.twins(x)[0].mean((2, 3))

    with pytest.raises(LayerError, match="not one tensor"):
        look(Net(), "twins", images)
