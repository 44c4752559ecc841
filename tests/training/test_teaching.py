"""Learning from networks: whose answer, on which side, and that a pupil comes to say what its teachers say."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.data.folders import Labelled
from cnnviz.training import loop
from cnnviz.training.embedded import run
from cnnviz.training.loop import train
from cnnviz.training.recipe import Recipe
from cnnviz.training.recipes import RECIPES
from cnnviz.training.teaching import answer


def lopsided(seed: int) -> nn.Module:
    """A network that tells left from right."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 5)).eval()


def said(teacher: nn.Module, pixels: torch.Tensor) -> torch.Tensor:
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        return teacher(pixels).float().softmax(1)


def test_every_other_teacher_sees_the_images_mirrored_and_chance_says_which() -> None:
    one, two, pixels = lopsided(1), lopsided(2), torch.randn(6, 3, 4, 4)
    mirrored = torch.from_numpy(pixels.numpy()[..., ::-1].copy())
    ways = [(said(one, pixels) + said(two, mirrored)) / 2, (said(one, mirrored) + said(two, pixels)) / 2]
    rng = np.random.default_rng(0)
    met = [
        [torch.allclose(found, way, atol=1e-6) for way in ways]
        for found in (answer([one, two], pixels, rng) for _ in range(20))
    ]
    assert all(sum(each) == 1 for each in met)
    assert 3 <= sum(each[0] for each in met) <= 17


def test_an_answer_is_a_distribution_and_leaves_no_gradient() -> None:
    found = answer([lopsided(1), lopsided(2), lopsided(3)], torch.randn(7, 3, 4, 4), np.random.default_rng(0))
    assert found.shape == (7, 5) and not found.requires_grad
    assert torch.allclose(found.sum(1), torch.ones(7), atol=1e-5)


def test_nobody_to_learn_from_is_told() -> None:
    with pytest.raises(ValueError, match="nobody to learn from"):
        answer([], torch.randn(1, 3, 4, 4), np.random.default_rng(0))


def test_a_pupil_comes_to_say_what_its_teachers_say_whatever_the_labels_are() -> None:
    teachers, pixels = [lopsided(1), lopsided(2)], torch.randn(32, 3, 4, 4)
    wrong = torch.zeros(32, dtype=torch.long)
    recipe = Recipe("none", "none", 30, 32, lr=0.5, weight_decay=0.0, cutmix=0.5, taught=True)
    both = (pixels, pixels.flip(3))

    def far(pupil: nn.Module) -> float:
        wanted = sum(said(each, side) for each in teachers for side in both) / 4
        return sum(float((said(pupil, side) - wanted).abs().mean()) for side in both) / 2

    pupil = lopsided(3).train()
    before = far(pupil)
    [*_, (_, kept)] = train(pupil, recipe, lambda *_: iter([(pixels, wrong)] * 8), steps_per_epoch=8, teachers=teachers)
    assert far(kept.eval()) < 0.4 * before


def test_the_teachers_are_all_networks_that_were_kept_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are asked as they were then, though the training went on in the same network."""
    rng = np.random.default_rng(0)
    images = tuple(rng.integers(0, 256, (16, 32, 32, 3), dtype=np.uint8))
    data = Labelled(images, np.arange(16) % 2, ("one", "two"))
    first = dataclasses.replace(RECIPES["convnetjs"], epochs=1, batch=8, lr=0.05, averaging=0.0)
    last = dataclasses.replace(first, taught=True)
    asked: list[tuple[nn.Module, ...]] = []

    def listen(teachers: tuple[nn.Module, ...], *rest: object) -> torch.Tensor:
        asked.append(teachers)
        return answer(teachers, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "answer", listen)
    kept = [
        copy.deepcopy(model.state_dict())
        for _, model in run(dataclasses.replace(first, then=dataclasses.replace(first, then=last)), data)
    ]
    assert len(asked) == 2  # steps of the last
    for teachers in asked:
        assert len(teachers) == 2 and not any(each.training for each in teachers)
        for teacher, state in zip(teachers, kept, strict=False):
            assert all(torch.equal(value, state[name]) for name, value in teacher.state_dict().items())
