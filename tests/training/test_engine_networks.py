"""Trained networks have the ledger's shapes and counts; stacks of all kinds are built as they are written."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from cnnviz.ledger import ARCHITECTURES, ledger, parse, written
from cnnviz.training.config import BadConfig, Config
from cnnviz.training.fresh import drop
from cnnviz.training.networks import TRAINABLE, defaults, spec_of, trainable

NAMES = [network.name for network in trainable()]
STACKED = [network.name for network in trainable() if network.stack]
OWN = {
    "strange": "conv 6 5 s2 p1 d2; silu; avgpool 3 s2 p1 ceil; depthwise 3 p1; bn; lrn 5; se 2; adaptive 2; fc 7",
    "residual": "conv 8 3 p1\nresidual { conv 9 3 s2 p1; bn } shortcut { conv 9 1 s2 nobias }\nrelu\nglobal max\nfc 10",
    "branches": "concat { branch { conv 4 1 } branch { conv 2 1; relu; conv 6 3 p1 } }\ndense { conv 3 3 p1 }\nfc 10",
    "vector": "flatten; fc 20 nobias; bn; tanh; dropout 0.2; fc 3",
    "groups": "conv 8 3 p1 g1; conv 16 3 g4; gelu; hardswish; relu6; sigmoid; global; fc 10",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_network_maps_pictures_to_scores_of_any_number_of_classes(name: str) -> None:
    spec = spec_of(defaults(name))
    with torch.no_grad():
        assert spec.build(10).eval()(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert spec.name == name and all(spec.build(10).get_submodule(layer.path) for layer in spec.layers)
    if name != "stack":
        assert spec.build(4).eval()(torch.zeros(1, 3, 32, 32)).shape == (1, 4)


@pytest.mark.parametrize("name", STACKED)
def test_a_networks_stack_counts_what_it_trains(name: str) -> None:
    counted = ledger(parse(TRAINABLE[name].stack), (3, 32, 32))
    assert counted.params == sum(p.numel() for p in spec_of(defaults(name)).build(10).parameters())


@pytest.mark.parametrize("text", [*OWN.values(), *(TRAINABLE[name].stack for name in STACKED)])
def test_a_stack_has_the_ledgers_shapes_names_and_counts(text: str) -> None:
    found = ledger(parse(text), (3, 32, 32))
    model = spec_of(Config(network="stack", stack=text)).build(found.rows[-1].output[0]).eval()
    assert sum(p.numel() for p in model.parameters()) == found.params
    wanted = {row.name: row.output for row in found.rows if row.branch == 0}
    x = torch.zeros(2, 3, 32, 32)
    for name, module in model.named_children():
        with torch.no_grad():
            x = module(x)
        assert tuple(x.shape[1:]) == wanted.pop(name)
    assert not wanted


def test_a_residual_adds_and_a_concat_stacks() -> None:
    x = torch.randn(2, 3, 32, 32)
    for join, ends in (("add", 3), ("concat", 6)):
        text = f"{join} {{ branch {{ conv 3 1 }} branch {{ conv 3 3 p1 }} }}\nglobal\nfc 10"
        joined = next(iter(spec_of(Config(network="stack", stack=text)).build(10).children()))
        first, second = (path(x) for path in joined.children())
        wanted = first + second if join == "add" else torch.cat([first, second], 1)
        assert torch.allclose(joined(x), wanted) and wanted.shape[1] == ends


@pytest.mark.parametrize(
    "text", ["lppool 2; fc 10", "subsample 2; fc 10", "aside { global; fc 3 }; global; fc 10", "identity 8; fc 10"]
)
def test_what_is_not_trained_is_told(text: str) -> None:
    with pytest.raises(BadConfig, match="not trained here"):
        spec_of(Config(network="stack", stack=text))


def test_a_batch_that_fills_the_memory_is_told_with_one_that_does_not() -> None:
    wide = "conv 500 1; relu; global; fc 10"
    with pytest.raises(BadConfig, match="take a batch of 1463 or less"):
        spec_of(Config(network="stack", stack=wide, batch=2048))
    spec_of(Config(network="stack", stack=wide, batch=1463))


def test_the_convnetjs_stack_is_the_ledgers() -> None:
    assert TRAINABLE["convnetjs"].stack == written(ARCHITECTURES["convnetjs"].layers)


def test_lenet_for_colour_has_300_weights_more_than_for_digits() -> None:
    counted = ledger(parse(TRAINABLE["lenet5"].stack), (3, 32, 32))
    assert counted.params == ledger(ARCHITECTURES["lenet"]).params + 2 * 6 * 25 == 62_006


def test_dropout_leaves_the_names_and_the_answers_in_evaluation() -> None:
    torch.manual_seed(0)
    model = spec_of(defaults("cifar-resnet20")).build(10).eval()
    x, names = torch.randn(2, 3, 32, 32), list(model.state_dict())
    before = model(x)
    drop(model, "head.linear", share=0.5, title="ResNet")
    assert list(model.state_dict()) == names and torch.equal(model.eval()(x), before)
    features = torch.ones(1, 64)
    model.train()
    weight = model.get_submodule("head.linear")
    with torch.no_grad():
        weight.weight.copy_(torch.eye(10, 64))  # type: ignore[union-attr, operator]
        weight.bias.zero_()  # type: ignore[union-attr, operator]
        said = torch.cat([weight(features) for _ in range(300)])
    assert set(said.unique().tolist()) == {0.0, 2.0} and said.mean() == pytest.approx(1.0, abs=0.1)


def test_a_network_without_a_linear_end_is_told_where_dropout_goes() -> None:
    with pytest.raises(BadConfig, match="set dropout to 0"):
        drop(nn.Sequential(nn.Conv2d(3, 4, 3)), "", share=0.5, title="It")


def test_reading_the_list_imports_no_torch() -> None:
    code = "import sys; from cnnviz.training.networks import trainable; trainable(); print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
