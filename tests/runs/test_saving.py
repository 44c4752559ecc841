"""Checkpoints: they come back bit for bit, stay small, never get worse, and belong to one writer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from safetensors.torch import load as load_safetensors

from cnnviz import runs
from cnnviz.runs.saving import worth_keeping
from cnnviz.training.config import Config
from cnnviz.training.state import State
from tests.runs.made import CLASSES, begun, look, passed, state, stepped

Trained = Callable[..., str]


def tensors(step: int) -> dict[str, torch.Tensor]:
    drawn = torch.Generator().manual_seed(step)
    return {
        "network.conv.weight": torch.randn(4, 3, 3, 3, generator=drawn).to(memory_format=torch.channels_last),
        "network.norm.count": torch.tensor(7),
        "network.half": torch.randn(9, generator=drawn).bfloat16(),
        "kept.conv.weight": torch.randn(4, 3, 3, 3, generator=drawn).double(),
        "optimizer.0": torch.randn(5, generator=drawn),
        "optimizer.empty": torch.empty(0, 3),
        "random.0": torch.randint(0, 256, (5056,), generator=drawn, dtype=torch.uint8),
    }


def test_the_whole_state_comes_back_bit_for_bit() -> None:
    run = runs.create(Config())
    given = State(tensors(3), {"step": 3, "epoch": 0, "lr": 0.1 + 0.2, "sums": [1e-300, 3], "name": "é", "none": None})
    assert runs.checkpoint(run) is None
    with runs.writer(run) as write:
        write.checkpoint(given)
    back = runs.checkpoint(run)
    assert back is not None and back.facts == given.facts
    assert back.tensors.keys() == given.tensors.keys()
    for name, tensor in given.tensors.items():
        assert back.tensors[name].dtype == tensor.dtype and torch.equal(back.tensors[name], tensor)
        back.tensors[name].zero_()  # memory of its own, and not read-only


def test_an_epoch_keeps_the_weights_to_judge_in_float32() -> None:
    run = runs.create(Config())
    with runs.writer(run) as write:
        write.event(begun())
        write.event(passed(1))
        write.checkpoint(State(tensors(10), {"step": 10, "epoch": 1}))
    found = load_safetensors(runs.weights(run, 1))
    assert list(found) == ["conv.weight"] and found["conv.weight"].dtype == torch.float32
    assert torch.equal(found["conv.weight"], tensors(10)["kept.conv.weight"].float())
    state = runs.checkpoint(run, 1)
    assert state is not None and torch.equal(state.network["conv.weight"], found["conv.weight"])
    assert state.facts == {"epoch": 1, "step": 10}
    with pytest.raises(runs.BadRun, match="epoch 2 of this run is not saved"):
        runs.weights(run, 2)


def test_only_the_end_of_an_epoch_is_an_epoch() -> None:
    run = runs.create(Config())
    with runs.writer(run) as write:
        write.event(begun())
        assert write.checkpoint(state(0)).epoch == 0
        write.event(stepped(5))
        write.checkpoint(state(5))
        write.event(passed(1))
        write.checkpoint(state(10))
        write.event(stepped(11))
        write.checkpoint(state(11))
    assert runs.summary(run).saved == (0, 1)
    assert runs.checkpoint(run).facts["step"] == 11
    told = [(event.epoch, event.step) for event in runs.events(run) if event.event == "saved"]
    assert told == [(0, 0), (0, 5), (1, 10), (1, 11)]
    assert len(list((runs.folder(run) / "checkpoints").glob("last-*.safetensors"))) == 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("where", ["network.weight", "kept.weight", "optimizer.weight"])
def test_a_checkpoint_that_is_not_finite_replaces_nothing(bad: float, where: str, trained: Trained) -> None:
    run = trained(epochs=1)
    with runs.writer(run) as write:
        write.event(passed(2))
        with pytest.raises(runs.NotSaved, match="no longer finite"):
            write.checkpoint(state(20, **{where: torch.tensor([1.0, bad])}))
    assert runs.checkpoint(run).facts["step"] == 10
    assert runs.summary(run).saved == (0, 1)


def test_going_on_forgets_what_came_later(trained: Trained) -> None:
    run = trained(epochs=3)
    with runs.writer(run) as write:
        write.event(begun(20))
        assert runs.summary(run).saved == (0, 1, 2) and runs.looks(run) == (0, 1, 2)
        write.event(passed(3, 0.9))
        write.checkpoint(state(30, size=7))
    assert runs.checkpoint(run, 3).tensors["network.weight"].shape == (7, 7)
    assert runs.summary(run).val_accuracy == 0.9


def test_a_worker_that_goes_on_knows_the_epochs_of_before(trained: Trained) -> None:
    run = trained(epochs=2)
    before = (runs.folder(run) / "checkpoints" / "epoch-0002.safetensors").stat().st_mtime_ns
    with runs.writer(run) as write:
        write.event(begun(20))
        assert write.checkpoint(state(20)).epoch == 2
    assert (runs.folder(run) / "checkpoints" / "epoch-0002.safetensors").stat().st_mtime_ns == before


def test_one_writer(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.runs.writing.PATIENCE", 0.05)
    run = trained()
    assert not runs.locked(run)
    with runs.writer(run):
        assert runs.locked(run)
        with pytest.raises(runs.Locked), runs.writer(run):
            pass
    with runs.lock(run):
        assert runs.locked(run)
    assert not runs.locked(run)


def test_many_epochs_stay_few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.runs.writing.MOST_LOOKS", 20)
    run = runs.create(Config())
    with runs.writer(run) as write:
        write.event(begun())
        for epoch in range(1, 121):
            write.event(passed(epoch, 0.9 if epoch == 77 else 0.1))
            write.event(look(epoch))
            write.checkpoint(state(10 * epoch))
    saved = runs.summary(run).saved
    assert len(saved) <= 40 and {1, 2, 3, 4, 77, 120} <= set(saved)
    assert max(b - a for a, b in pairwise(saved)) <= 4
    assert len(runs.looks(run)) <= 20 and 120 in runs.looks(run)
    assert all(runs.checkpoint(run, epoch) for epoch in saved)


def test_what_is_thinned_never_comes_back() -> None:
    kept: set[int] = set()
    for epoch in range(501):
        kept = worth_keeping({*kept, epoch}, best=None)
        assert len(kept) <= 40 and {0, epoch} <= kept
    assert {0, 1, 2, 3, 16, 32, 496, 500} <= kept


def test_classes_are_in_the_manifest(trained: Trained) -> None:
    import json

    card = json.loads((runs.folder(trained()) / "checkpoints" / "epoch-0002.json").read_bytes())
    assert tuple(card["classes"]) == CLASSES and card["epoch"] == 2


def test_left_over_parts_are_removed(trained: Trained) -> None:
    run = trained()
    left = runs.folder(run) / "checkpoints" / ".cnnviz-1-2-last.json.part"
    left.write_bytes(b"half")
    with runs.writer(run):
        assert not left.exists()
