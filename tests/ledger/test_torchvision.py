"""Every network under a torchvision name against torchvision itself: parameters, FLOPs as torch counts them, sizes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.ledger import ARCHITECTURES, Ledger, ledger

TORCHVISION = [
    "alexnet",
    *(f"vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")),
    "googlenet",
    "googlenet-aux",
    *(f"resnet{depth}" for depth in (18, 34, 50, 101, 152)),
    "densenet121",
    "mobilenet_v2",
    "efficientnet_b0",
]
SIZES = [(3, 224, 224), (3, 160, 193)]
Count = Callable[[nn.Module], int]
Facts = tuple[str, tuple[int, ...], int]  # kind, shape, parameters


@cache
def module(name: str) -> nn.Module:
    """The network on the meta device: shapes without numbers."""
    settings = {"init_weights": False, "aux_logits": name == "googlenet-aux"} if "googlenet" in name else {}
    with torch.device("meta"):
        made: nn.Module = torchvision.models.get_model(name.removesuffix("-aux"), weights=None, **settings)
    return made.train(name == "googlenet-aux")  # auxiliary classifiers run only then


@pytest.mark.parametrize("name", TORCHVISION)
def test_parameters(name: str, parameters: Count) -> None:
    assert ledger(ARCHITECTURES[name]).params == parameters(module(name))


@cache
def counted(name: str, size: tuple[int, int, int]) -> tuple[int, list[Facts]]:
    """FLOPs as torch counts them, and what each convolution, pool and linear layer made, in the order they ran."""
    seen: list[Facts] = []
    handles = [
        inner.register_forward_hook(lambda layer, _, out: seen.append(facts(layer, out)))
        for path, inner in module(name).named_modules()
        if isinstance(inner, (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d, nn.Linear)) and not gated(name, path)
    ]
    with FlopCounterMode(display=False) as counter:
        module(name)(torch.empty((1, *size), device="meta"))
    for handle in handles:
        handle.remove()
    return counter.get_total_flops(), seen


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", TORCHVISION)
def test_multiply_adds_are_half_of_what_torch_counts(name: str, size: tuple[int, int, int]) -> None:
    assert 2 * ledger(ARCHITECTURES[name], size).macs == counted(name, size)[0]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", TORCHVISION)
def test_sizes_layer_by_layer(name: str, size: tuple[int, int, int]) -> None:
    assert found(ledger(ARCHITECTURES[name], size)) == counted(name, size)[1]


def gated(name: str, path: str) -> bool:
    """Whether this is one of the two layers of a squeeze-excite gate, which are one row."""
    owner = module(name).get_submodule(path.rpartition(".")[0])
    return isinstance(owner, torchvision.ops.SqueezeExcitation)


def facts(layer: nn.Module, out: torch.Tensor) -> Facts:
    kind = "conv" if isinstance(layer, nn.Conv2d) else "linear" if isinstance(layer, nn.Linear) else "pool"
    return kind, tuple(out.shape[1:]), sum(weight.numel() for weight in layer.parameters())


def found(rows: Ledger) -> list[Facts]:
    return [
        (row.kind, row.output, row.params)
        for row in rows.rows
        if row.kind in {"conv", "pool", "linear"} and not row.name.startswith(("adaptive", "global"))
    ]


@pytest.mark.parametrize("name", [name for name in TORCHVISION if name != "googlenet-aux"])
def test_the_cards_of_the_weights(name: str) -> None:
    card = torchvision.models.get_model_weights(name).DEFAULT.value.meta
    rows = ledger(ARCHITECTURES[name])
    # GoogLeNet's weights come with the auxiliary classifiers' tensors, its card without them
    assert rows.params == card["num_params"]
    assert round(rows.macs / 1e9, 3) == pytest.approx(card["_ops"], abs=1e-9)


@pytest.mark.parametrize("name", TORCHVISION)
def test_what_we_say_was_published_is_what_torchvision_says(name: str, parameters: Count) -> None:
    published = ARCHITECTURES[name].published
    assert published["params"].value == parameters(module(name))
    if "macs" in published:
        card = torchvision.models.get_model_weights(name).DEFAULT.value.meta
        assert published["macs"].value == pytest.approx(1e9 * card["_ops"])
