"""The loop: schedule, weight decay, mixing, averaging, and that it learns."""

import copy
import dataclasses
import itertools
import math
from collections import OrderedDict
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz.training.loop import blend, cutmix, learning_rate, parameter_groups, recipe_groups, rest, train
from cnnviz.training.recipe import Recipe

RECIPE = Recipe(network="photo", dataset="none", epochs=6, batch=16, lr=0.1, weight_decay=1e-3, warmup=0.2)


def test_the_learning_rate_rises_to_its_peak_and_falls_to_zero() -> None:
    assert learning_rate(RECIPE, 0.0) == 0.0
    assert learning_rate(RECIPE, 0.1) == pytest.approx(0.05)
    assert learning_rate(RECIPE, 0.2) == pytest.approx(0.1)
    assert learning_rate(RECIPE, 0.6) == pytest.approx(0.05)
    assert learning_rate(RECIPE, 1.0) == pytest.approx(0.0, abs=1e-12)


def test_with_ends_the_learning_rate_falls_in_a_straight_line() -> None:
    recipe = dataclasses.replace(RECIPE, ends=(0.5, 0.1))
    assert learning_rate(recipe, 0.0) == pytest.approx(0.05)
    assert learning_rate(recipe, 0.1) == pytest.approx(0.075)
    assert learning_rate(recipe, 0.2) == pytest.approx(0.1)
    assert learning_rate(recipe, 0.6) == pytest.approx(0.055)
    assert learning_rate(recipe, 1.0) == pytest.approx(0.01)


def test_sizes_change_at_their_fractions() -> None:
    recipe = Recipe(
        network="p", dataset="d", epochs=10, batch=1, lr=1, weight_decay=0, sizes=((0.3, 96), (0.6, 112), (1.0, 128))
    )
    assert [recipe.size_at(k) for k in range(10)] == [96] * 3 + [112] * 3 + [128] * 4


def test_only_kernels_decay() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))
    model[0].weight.requires_grad_(False)
    decayed, free = parameter_groups(model, 0.5)
    assert decayed["weight_decay"] == 0.5 and free["weight_decay"] == 0.0
    assert [p.shape for p in decayed["params"]] == [model[3].weight.shape]
    assert {id(p) for p in free["params"]} == {
        id(model[0].bias),
        id(model[1].weight),
        id(model[1].bias),
        id(model[3].bias),
    }


def test_the_shifts_of_norms_and_the_last_layer_have_rates_of_their_own_and_decay_as_much_per_step() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 5), nn.Linear(5, 2))
    recipe = dataclasses.replace(RECIPE, weight_decay=0.5, shift_rate=64.0, head_rate=1 / 81)
    kernels, free, shifts, head = recipe_groups(model, recipe)
    assert (kernels["rate"], free["rate"], shifts["rate"], head["rate"]) == (1, 1, 64, 1 / 81)
    assert [p is q for p, q in zip(shifts["params"], [model[1].bias], strict=True)] == [True]
    assert [p is q for p, q in zip(head["params"], [model[4].weight], strict=True)] == [True]
    for group in (kernels, shifts, head):
        assert group["rate"] * group["weight_decay"] == pytest.approx(0.5)
    together = [id(p) for group in (kernels, free, shifts, head) for p in group["params"]]
    assert sorted(together) == sorted(id(p) for p in model.parameters())


def test_lookahead_ends_at_the_average_of_where_the_weights_were() -> None:
    """With one step between looks the weights would follow at once; here every fifth step they are set back."""
    images, labels = quadrants(64)

    def epochs(_: int, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(10):
            yield images, labels

    recipe = dataclasses.replace(RECIPE, epochs=1, lookahead=True)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 4))
    [(_, kept)] = list(train(model, recipe, epochs, steps_per_epoch=10))
    assert kept is not model
    assert torch.equal(kept[1].weight, model[1].weight)  # the last look was at the last step

    torch.manual_seed(0)
    plain = nn.Sequential(nn.Flatten(), nn.Linear(192, 4))
    start = plain[1].weight.detach().clone()
    optimizer = torch.optim.SGD(plain.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=0)
    mean = start.clone()
    for step in range(10):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(recipe, step / 10)
        with torch.autocast("cpu", torch.bfloat16):
            logits = plain(images).float()
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, labels).backward()
        with torch.no_grad():
            plain[1].weight.grad += recipe.weight_decay * plain[1].weight
        optimizer.step()
        if step == 4:
            mean.lerp_(plain[1].weight.detach(), 1 - 0.95**5 * 0.5**3)
            plain[1].weight.data.copy_(mean)
    mean.lerp_(plain[1].weight.detach(), 1 - 0.95**5)
    assert torch.allclose(kept[1].weight, mean, atol=1e-6)


@pytest.mark.parametrize("steps", [1, 3, 7])
def test_with_lookahead_the_last_steps_count_however_few_they_are(steps: int) -> None:
    images, labels = quadrants(16)
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 4))
    start = model[1].weight.detach().clone()
    recipe = dataclasses.replace(RECIPE, epochs=1, warmup=0.0, ends=(1.0, 1.0), lookahead=True)
    [(_, kept)] = list(train(model, recipe, lambda *_: iter([(images, labels)] * steps), steps_per_epoch=steps))
    assert torch.equal(kept[1].weight, model[1].weight)
    assert (kept[1].weight - start).abs().max() > 1e-3


def test_parts_are_still_from_their_fractions_on() -> None:
    recipe = dataclasses.replace(RECIPE, epochs=10, still=((0.5, "block1"), (0.8, "block2")))
    assert [recipe.still_at(k) for k in range(10)] == [""] * 5 + ["block1"] * 3 + ["block2"] * 2
    assert RECIPE.still_at(5) == ""


def test_what_is_still_does_not_learn_and_what_comes_after_it_does() -> None:
    images, labels = quadrants(64)
    model = nn.Sequential(
        OrderedDict(
            white=nn.Conv2d(3, 3, 1),
            first=nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()),
            flat=nn.Flatten(),
            last=nn.Linear(4 * 6 * 6, 4),
        )
    )
    model.white.weight.requires_grad_(False)  # as the whitening is: never learned, and not woken afterwards
    recipe = dataclasses.replace(RECIPE, epochs=3, warmup=0.0, ends=(1.0, 1.0), still=((0.67, "first"),))
    after = [
        {name: tensor.clone() for name, tensor in model.state_dict().items()}
        for _ in train(model, recipe, lambda *_: iter([(images, labels)] * 4), steps_per_epoch=4)
    ]
    learned = {name for name, _ in model.named_parameters()} - {"white.weight"}
    moved = [{name for name in learned if not torch.equal(a[name], b[name])} for a, b in itertools.pairwise(after)]
    assert moved == [learned, {"last.weight", "last.bias"}]
    assert not torch.equal(after[1]["first.1.running_mean"], after[2]["first.1.running_mean"])
    assert {name for name, p in model.named_parameters() if p.requires_grad} == learned


def test_rest_names_what_it_put_to_rest() -> None:
    model = nn.Sequential(OrderedDict(a=nn.Linear(2, 2), b=nn.Linear(2, 2)))
    assert rest(model, "") == []
    assert [id(p) for p in rest(model, "a")] == [id(p) for p in model.a.parameters()]
    assert rest(model, "a") == []  # they are


def test_cutmix_tells_the_share_that_it_kept() -> None:
    pixels = torch.arange(6.0).view(6, 1, 1, 1).expand(6, 3, 20, 20).contiguous()
    for seed in range(20):
        mixed, partner, kept = cutmix(pixels, np.random.default_rng(seed))
        assert sorted(partner.tolist()) == list(range(6))
        for k in range(6):
            own = (mixed[k, 0] == k).float().mean().item()
            assert own == pytest.approx(1.0 if partner[k] == k else kept)
            assert ((mixed[k] == k) | (mixed[k] == partner[k])).all()


def test_blend_moves_by_its_share() -> None:
    model = nn.BatchNorm1d(3)
    average = copy.deepcopy(model)
    with torch.no_grad():
        model.weight.fill_(3.0)
        model.running_mean.fill_(1.0)
    blend(average, model, 0.25)
    assert average.weight.tolist() == [1.5] * 3
    assert average.running_mean.tolist() == [0.25] * 3


def quadrants(count: int) -> tuple[Tensor, Tensor]:
    """Images with one bright quadrant, which is the label."""
    rng = np.random.default_rng(0)
    labels = torch.arange(count) % 4
    images = torch.from_numpy(rng.normal(0, 0.3, (count, 3, 8, 8)).astype(np.float32))
    for image, label in zip(images, labels, strict=True):
        image[:, 4 * int(label // 2) :, 4 * int(label % 2) :][:, :4, :4] += 1.5
    return images, labels


def run() -> tuple[list[float], nn.Module]:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.AvgPool2d(4), nn.Flatten(), nn.Linear(32, 4)
    )
    images, labels = quadrants(128)

    def epochs(_: int, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.from_numpy(rng.permutation(128))
        for start in range(0, 128, 16):
            chosen = order[start : start + 16]
            yield images[chosen], labels[chosen]

    losses, kept = [], model
    for epoch, network in train(model, RECIPE, epochs, steps_per_epoch=8):
        losses.append(epoch.loss)
        kept = network
    return losses, kept


def test_it_starts_near_chance_and_learns() -> None:
    losses, model = run()
    images, labels = quadrants(128)
    accuracy = (model.eval()(images).argmax(1) == labels).float().mean()
    assert len(losses) == 6
    assert losses[0] < 1.5 * math.log(4)
    assert losses[-1] < 0.2 and accuracy > 0.98


def test_the_same_seed_gives_the_same_curve() -> None:
    assert run()[0] == run()[0]
