"""State dicts of students: the right ones become networks, all others are refused before they take memory."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

from cnnviz.data.samples import sample
from cnnviz.models import NETWORKS, BadWeights, available, load, uploaded
from cnnviz.models.weights import FOLDER
from cnnviz.training.networks import defaults, spec_of


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


def state(name: str, classes: int = 10) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    spec = NETWORKS[name] if name in NETWORKS else spec_of(defaults(name))
    return {key: tensor.contiguous() for key, tensor in spec.build(classes).state_dict().items()}


def saved(tensors: dict[str, torch.Tensor], **metadata: str) -> bytes:
    return safetensors.torch.save(tensors, metadata or None)


def test_the_weights_that_ship_come_back_as_the_same_network() -> None:
    data = (FOLDER / "cifar-resnet20.safetensors").read_bytes()
    name = uploaded.admit(data, "cifar-resnet20")
    assert uploaded.is_own(name) and available(name) and uploaded.admit(data, "cifar-resnet20") == name
    mine, shipped = load(name), load("cifar-resnet20")
    assert mine.classes == shipped.classes and mine.layers == shipped.layers and mine.name == name
    picture = sample("cat")
    np.testing.assert_array_equal(mine.predict(picture), shipped.predict(picture))


@pytest.mark.parametrize("architecture", ["lenet5", "vgg-small", "cifar-fast", "convnetjs"])
def test_architectures_of_live_training_and_other_numbers_of_classes(architecture: str) -> None:
    if architecture in ("lenet5", "vgg-small"):  # stacks of ten classes
        tensors, count = state(architecture), 10
    else:
        tensors, count = state(architecture, 4), 4
    own = uploaded.own(uploaded.admit(saved(tensors), architecture))
    assert own is not None and len(own.classes) == count and str(count) in own.title


def test_classes_are_named_by_the_student_or_the_file() -> None:
    tensors = state("convnetjs", 3)
    named = uploaded.own(uploaded.admit(saved(tensors), "convnetjs", names="red,  dark\tgreen\nblue<b>"))
    assert named is not None and named.classes == ("red", "dark green", "blue<b>")
    written = uploaded.own(uploaded.admit(saved(tensors, classes=json.dumps(["a", "b", "c"])), "convnetjs"))
    assert written is not None and written.classes == ("a", "b", "c")
    plain = uploaded.own(uploaded.admit(saved(tensors), "convnetjs"))
    assert plain is not None and plain.classes == ("class 0", "class 1", "class 2")
    with pytest.raises(BadWeights, match="you named 2 classes, but the file has 3"):
        uploaded.admit(saved(tensors), "convnetjs", names="a, b")


def test_half_precision_and_missing_counters_are_taken() -> None:
    tensors = {k: t.half() for k, t in state("cifar-resnet20").items() if not k.endswith("num_batches_tracked")}
    network = load(uploaded.admit(saved(tensors), "cifar-resnet20"))
    assert network.predict(sample("cat")).shape == (1, 10)
    assert {t.dtype for t in network.model.state_dict().values()} == {torch.float32, torch.int64}


def changed(name: str, change: Any) -> bytes:
    tensors = state(name)
    change(tensors)
    return saved(tensors)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no safetensors file"),
        (b"PK\x03\x04" + bytes(100), "no safetensors file"),
        (struct.pack("<Q", 1 << 62) + b"{}", "no safetensors file"),
        (struct.pack("<Q", 4) + b"[[[]" + bytes(9), "no safetensors file"),
        (saved(state("cifar-fast")), "is missing in the file"),
        (saved({"a": torch.ones(2)}), "does not fit"),
        (changed("cifar-resnet20", lambda t: t.pop("stage1.0.conv1.weight")), "stage1.0.conv1.weight is missing"),
        (changed("cifar-resnet20", lambda t: t.update(extra=torch.ones(2))), "the file has extra"),
        (
            changed("cifar-resnet20", lambda t: t.update({"stem.0.weight": torch.ones(16, 3, 5, 5)})),
            "stem.0.weight is 16×3×5×5 in the file and 16×3×3×3 here",
        ),
        (changed("cifar-resnet20", lambda t: t["stem.0.weight"].fill_(float("nan"))), "not finite"),
        (changed("cifar-resnet20", lambda t: t.update({"stem.0.weight": torch.ones(16, 3, 3, 3).bool()})), "of a kind"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(data: bytes, told: str) -> None:
    with pytest.raises(BadWeights, match=told) as refused:
        uploaded.admit(data, "cifar-resnet20")
    assert len(str(refused.value)) <= 140


def test_huge_shapes_are_refused_before_anything_is_allocated() -> None:
    """A header may promise terabytes: nothing of that size is ever made."""
    huge = {"stem.0.weight": {"dtype": "F32", "shape": [1 << 40, 1 << 20], "data_offsets": [0, 4]}}
    huge["head.linear.weight"] = {"dtype": "F32", "shape": [1 << 40, 64], "data_offsets": [0, 4]}
    header = json.dumps(huge).encode()
    with pytest.raises(BadWeights):
        uploaded.admit(struct.pack("<Q", len(header)) + header + bytes(4), "cifar-resnet20")
    with pytest.raises(BadWeights, match="at most 50 MB"):
        uploaded.admit(bytes(uploaded.LARGEST + 1), "cifar-resnet20")


def test_the_last_ones_are_kept_and_a_changed_file_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(uploaded, "KEPT", 2)
    tensors = state("convnetjs", 3)
    names = [uploaded.admit(saved(tensors), "convnetjs", names=f"a{k}, b, c") for k in range(4)]
    kept = [name for name in names if uploaded.own(name)]
    assert len(kept) == 2 and len(list((tmp_path / "networks").iterdir())) == 4
    gone = next(name for name in names if name not in kept)
    with pytest.raises(BadWeights, match="no longer kept"):
        load(gone)
    path = tmp_path / "networks" / f"{kept[0]}.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(BadWeights, match="changed on disk"):
        load(kept[0])


@pytest.mark.parametrize("name", ["own-", "own-../../etc", "own-" + "0" * 17, "own-0123456789ABCDEF"])
def test_other_names_reach_no_path(name: str) -> None:
    assert not uploaded.is_own(name) and uploaded.own(name) is None
