"""Every saved epoch of a run is a network like those of the program, with the weights of that epoch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from cnnviz import runs
from cnnviz.models import NETWORKS, BadWeights, available, forget, load
from cnnviz.registry import UnknownItem
from cnnviz.training.config import Config
from cnnviz.training.networks import spec_of
from cnnviz.training.state import State
from tests.runs.made import CLASSES, begun, passed

STACK = "conv 4 3 p1; relu\nglobal\nfc 3"


def saved(config: Config, label: str = "") -> tuple[str, dict[int, torch.nn.Module]]:
    """A run with three saved epochs of untrained networks, and these."""
    run, models = runs.create(config, label=label), {}
    with runs.writer(run) as write:
        write.event(begun())
        for epoch in range(3):
            torch.manual_seed(epoch)
            models[epoch] = spec_of(config).build(len(CLASSES)).eval()
            if epoch:
                write.event(passed(epoch))
            tensors = {f"network.{name}": tensor for name, tensor in models[epoch].state_dict().items()}
            write.checkpoint(State(tensors, {"step": 10 * epoch, "epoch": epoch}))
    runs.stand(run, "done")
    return run, models


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.mark.parametrize(
    "config", [Config(), Config(network="lenet5"), Config(network="stack", stack=STACK), Config(network="cifar-fast")]
)
def test_it_answers_as_it_was_saved(config: Config) -> None:
    run, models = saved(config)
    pictures = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    for epoch, model in models.items():
        network = load(f"run-{run}@{epoch}")
        spec = spec_of(config)
        assert network.classes == CLASSES and network.layers == spec.layers and network.name == f"run-{run}@{epoch}"
        pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255
        mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (spec.mean, spec.std))
        with torch.inference_mode():
            expected = model((pixels - mean) / std).softmax(1).numpy()
        np.testing.assert_allclose(network.predict(pictures), expected, atol=1e-5)


def test_without_an_epoch_it_is_the_last() -> None:
    run, _ = saved(Config())
    assert load(f"run-{run}") is load(f"run-{run}@2") is load(f"run-{run}@02")
    assert available(f"run-{run}") and available(f"run-{run}@1") and not available(f"run-{run}@3")


def test_the_menu() -> None:
    run, _ = saved(Config(), label="my first")
    other, _ = saved(Config(network="stack", stack=STACK))
    runs.create(Config())  # nothing is saved yet
    saved(Config(network="linear"))  # no map to look at
    assert [(each.name, each.title) for each in runs.networks()] == [
        (f"run-{other}@2", "Your own layers, epoch 2"),
        (f"run-{run}@2", "my first, epoch 2"),
    ]
    assert runs.networks()[1].epochs == (0, 1, 2)
    assert runs.trained(f"run-{run}@1").title == "my first, epoch 1"
    assert not any(name.startswith("run-") for name in NETWORKS)


def test_a_label_is_no_markdown() -> None:
    run, _ = saved(Config(), label="![x](http://x.y/z.png) $a$ <b> *c* `d` [e](f)")
    assert load(f"run-{run}").title == "! x (http://x.y/z.png) a b c d e (f), epoch 2"


@pytest.mark.parametrize("name", ["run-0123456789ab", "run-0123456789ab@1"])
def test_one_that_is_not_there(name: str) -> None:
    with pytest.raises(BadWeights, match="there is no run"):
        load(name)
    assert not available(name)


@pytest.mark.parametrize(
    "name",
    ["run-", "run-../../x", "run-0123456789AB", "run-0123456789ab@", "run-0123456789ab@-1", "run-0123456789ab@99999"],
)
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(UnknownItem):
        load(name)


def test_an_epoch_that_is_not_saved_and_weights_that_were_changed() -> None:
    run, _ = saved(Config())
    with pytest.raises(BadWeights, match="not saved"):
        load(f"run-{run}@7")
    path = runs.folder(run) / "checkpoints" / "epoch-0001.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadWeights, match="changed after it was saved"):
        load(f"run-{run}@1")
    assert load(f"run-{run}@0")


def test_weights_of_another_network_are_refused() -> None:
    import json

    run, _ = saved(Config())
    path = runs.folder(run) / "run.json"
    told = json.loads(path.read_bytes())
    told["config"]["network"] = "lenet5"
    path.write_text(json.dumps(told))
    with pytest.raises(BadWeights, match="another version of the network"):
        load(f"run-{run}@1")


def test_one_without_a_map_is_refused_in_a_sentence() -> None:
    run, _ = saved(Config(network="linear"))
    with pytest.raises(BadWeights, match="no map"):
        load(f"run-{run}@1")
