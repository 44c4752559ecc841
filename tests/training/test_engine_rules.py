"""The rules at work on tensors take the steps that the optimizer lecture's floats take; vectors do not decay."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from cnnviz.landscapes import LANDSCAPES
from cnnviz.optim import RULES, trajectory
from cnnviz.params import params
from cnnviz.training import rules
from cnnviz.training.config import BadConfig

ABLE = [name for name in RULES if RULES[name].torch or name == "lion"]


class Point(nn.Module):
    """Two numbers as a matrix of one row, so that they may decay."""

    def __init__(self, start: tuple[float, float]) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.tensor([start], dtype=torch.float64))


@pytest.mark.parametrize("rule", ABLE)
def test_a_rule_walks_as_in_the_lecture(rule: str) -> None:
    landscape = LANDSCAPES["rosenbrock"] if "rosenbrock" in LANDSCAPES else next(iter(LANDSCAPES.values()))
    names = {p.name for p in params(RULES[rule].settings)}
    chosen = {"lr": 1e-3, "momentum": 0.8, "beta1": 0.8, "weight_decay": 0.01}
    settings = dataclasses.replace(RULES[rule].settings(), **{k: v for k, v in chosen.items() if k in names})
    expected = trajectory(rule, landscape, steps=25, settings=settings).path
    torch.set_default_dtype(torch.float64)  # NAdam keeps a product in the default type
    try:
        point = Point(landscape.start)
        decay = 0.01 if "weight_decay" in names else 0.0
        optimizer = rules.optimizer(rule, point, lr=1e-3, momentum=0.8, weight_decay=decay)
        for x, y in expected[1:]:
            point.place.grad = torch.tensor([landscape.gradient(*point.place[0].tolist())])
            optimizer.step()
            assert point.place[0].tolist() == pytest.approx([x, y], rel=1e-6, abs=1e-9)
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("rule", [name for name in RULES if name not in ABLE])
def test_a_rule_that_trains_nothing_is_told(rule: str) -> None:
    with pytest.raises(BadConfig, match="trains no network here; try"):
        rules.optimizer(rule, Point((0.0, 0.0)), lr=0.1, momentum=0.9, weight_decay=0.0)


@pytest.mark.parametrize("rule", ABLE)
def test_only_kernels_and_matrices_decay_also_after_a_change(rule: str) -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2))
    optimizer = rules.optimizer(rule, model, lr=0.1, momentum=0.9, weight_decay=0.0)
    rules.change(optimizer, rule, momentum=0.7, weight_decay=0.25)
    for group in optimizer.param_groups:
        kernels = {p.ndim > 1 for p in group["params"]}
        assert kernels in ({True}, {False}) and group["weight_decay"] == (0.25 if True in kernels else 0.0)
        told = group["betas"][0] if "betas" in group else group.get("momentum")
        takes = {"momentum", "beta1"} & {p.name for p in params(RULES[rule].settings)}
        assert told == 0.7 if takes else told in {None, 0}


def test_plain_descent_has_no_momentum_before_nor_after_a_change() -> None:
    optimizer = rules.optimizer("sgd", Point((0.0, 0.0)), lr=0.1, momentum=0.9, weight_decay=0.0)
    assert optimizer.param_groups[0]["momentum"] == 0
    rules.change(optimizer, "sgd", momentum=0.5, weight_decay=0.0)
    assert optimizer.param_groups[0]["momentum"] == 0
