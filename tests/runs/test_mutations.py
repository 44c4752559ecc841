"""A checkpoint that was changed, exchanged or made up is refused in a sentence; nothing is unpickled on the way."""

from __future__ import annotations

import hashlib
import json
import pickle
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from cnnviz import runs
from cnnviz.runs.sealed import fingerprint, seal
from tests.promises import quick_and_full
from tests.runs.made import CLASSES, state

Trained = Callable[..., str]


def refused(read: Callable[[], object]) -> bool:
    """Whether reading ends in our sentence; any other exception is a failure of the test."""
    try:
        read()
    except runs.BadRun as error:
        return 10 < len(str(error)) <= 140
    return False


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Bits flipped, bytes cut, added, repeated, overwritten; never the same bytes."""
    data, kind = bytearray(content), int(rng.integers(6))
    at = int(rng.integers(len(data)))
    if kind == 0:
        data[at] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del data[at:]
    elif kind == 2:
        data[at:at] = rng.bytes(int(rng.integers(1, 9)))
    elif kind == 3:
        del data[at : at + int(rng.integers(1, 9))]
    elif kind == 4:
        data[:8] = struct.pack("<Q", (0, 1, 2**31, 2**63, 2**64 - 1, len(data))[int(rng.integers(6))])
    else:
        data += data[at:]
    return bytes(data)


@pytest.mark.promise("hostile")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", quick_and_full(400, 3000))
def test_mutations(count: int, trained: Trained, figure: Callable[[str], None]) -> None:
    run = trained()
    folder = runs.folder(run) / "checkpoints"
    last = next(folder.glob("last-*.safetensors"))
    asks: dict[Path, Callable[[], object]] = {
        last: lambda: runs.checkpoint(run),
        folder / "last.json": lambda: runs.checkpoint(run),
        folder / "epoch-0002.safetensors": lambda: runs.weights(run),
        folder / "epoch-0002.json": lambda: runs.weights(run),
    }
    rng, accepted, same = np.random.default_rng(count), [], 0
    for number in range(count):
        path, ask = list(asks.items())[number % len(asks)]
        content = path.read_bytes()
        change = mutated(content, rng)
        path.write_bytes(change)
        if _same_facts(content, change):
            same += 1
        elif not refused(ask):
            accepted.append((path.name, number))
        path.write_bytes(content)
    assert accepted == []
    assert runs.checkpoint(run) is not None and runs.weights(run)
    figure(f"{count} mutations of weights, state and manifests: {len(accepted)} accepted, {same} of no meaning")


def _same_facts(one: bytes, other: bytes) -> bool:
    """Whether nothing was changed, or a manifest says the same: a blank more between two words of JSON is no change."""
    if one == other:
        return True
    try:
        return repr(json.loads(one)) == repr(json.loads(other))
    except (ValueError, RecursionError):
        return False


def test_files_of_another_epoch_or_run_are_not_taken(trained: Trained) -> None:
    one, other = trained(), trained()
    mine, theirs = (runs.folder(run) / "checkpoints" for run in (one, other))

    def copied(source: Path, target: Path, endings: tuple[str, ...]) -> bool:
        kept = {ending: target.with_suffix(ending).read_bytes() for ending in endings}
        for ending in endings:
            target.with_suffix(ending).write_bytes(source.with_suffix(ending).read_bytes())
        right = refused(lambda: runs.weights(one, 2))
        for ending, content in kept.items():
            target.with_suffix(ending).write_bytes(content)
        return right

    for endings in ((".json",), (".safetensors",), (".json", ".safetensors")):
        assert copied(mine / "epoch-0001", mine / "epoch-0002", endings)
        assert endings == (".safetensors",) or copied(theirs / "epoch-0002", mine / "epoch-0002", endings)
    for path in theirs.glob("last*"):
        (mine / path.name).write_bytes(path.read_bytes())
    assert refused(lambda: runs.checkpoint(one))


class Evil:
    """Unpickled, it would leave a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def header(**tensors: Any) -> bytes:
    told = json.dumps(tensors).encode()
    return struct.pack("<Q", len(told)) + told


TWICE = b'"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
FLAT = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
CRAFTED = {
    "empty": b"",
    "no header": b"\0" * 8,
    "a header without end": struct.pack("<Q", 2**62) + b"{}",
    "deep": struct.pack("<Q", 200_000) + b"[" * 200_000,
    "no object": struct.pack("<Q", 2) + b"[]",
    "huge": header(w={"dtype": "F32", "shape": [2**40, 2**20], "data_offsets": [0, 4]}) + b"\0" * 4,
    "negative": header(w={"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}) + b"\0" * 4,
    "beyond the end": header(w={"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}) + b"\0" * 4,
    "overlapping": header(v=FLAT, w=FLAT) + b"\0" * 4,
    "of no type": header(w={**FLAT, "dtype": "OBJ"}) + b"\0" * 4,
    "a torch file": b"PK\x03\x04" + b"\0" * 60,
    "a header of all": struct.pack("<Q", 2**64 - 1) + b"{}",
    "a header of blanks": struct.pack("<Q", 3_000_000) + b" " * 3_000_000,
    "deep objects": struct.pack("<Q", 600_000) + b'{"a":{' * 100_000,
    "digits": struct.pack("<Q", 100_010) + b'{"w":{"a":' + b"9" * 100_000,
    "a billion": header(w={"dtype": "F32", "shape": [10**18], "data_offsets": [0, 10**18]}),
    "no numbers": header(w={**FLAT, "shape": [float("nan")], "data_offsets": [float("inf"), 0]}),
    "backwards": header(w={**FLAT, "data_offsets": [4, 0]}) + b"\0" * 4,
    "a hole": header(w={**FLAT, "data_offsets": [4, 8]}) + b"\0" * 8,
    "two of one name": struct.pack("<Q", 2 * len(TWICE) + 3) + b"{" + TWICE + b"," + TWICE + b"}" + b"\0" * 4,
    "another dtype": header(w={**FLAT, "dtype": "F64"}) + b"\0" * 4,
    "names": header(**{"../../w": FLAT, "w\0": {**FLAT, "data_offsets": [4, 8]}}) + b"\0" * 8,
    "metadata that is none": header(__metadata__=["x"], w=FLAT) + b"\0" * 4,
    "metadata of metadata": header(__metadata__={"manifest": {"a": 1}}, w=FLAT) + b"\0" * 4,
    "no shape": header(w={"dtype": "F32", "data_offsets": [0, 4]}) + b"\0" * 4,
    "no text": struct.pack("<Q", 4) + b"\xff\xfe\xfd\xfc",
}


@pytest.mark.parametrize("kind", [*CRAFTED, "pickle"])
@pytest.mark.parametrize("vouched", [False, True])
def test_crafted_weights(kind: str, vouched: bool, trained: Trained, tmp_path: Path) -> None:
    """Also with a manifest that says their digest: then their header still lacks that of the manifest."""
    run, trap = trained(), tmp_path / "trap"
    content = CRAFTED.get(kind, pickle.dumps(Evil(trap)))
    folder = runs.folder(run) / "checkpoints"
    (folder / "epoch-0002.safetensors").write_bytes(content)
    if vouched:
        card = json.loads((folder / "epoch-0002.json").read_bytes())
        card["sha256"] = hashlib.sha256(content).hexdigest()
        (folder / "epoch-0002.json").write_text(json.dumps(card))
    assert refused(lambda: runs.weights(run)) and refused(lambda: runs.checkpoint(run, 2))
    assert refused(lambda: runs.export(run)) and not trap.exists()
    assert runs.checkpoint(run, 1) is not None  # the others are not touched


def resealed(run: str, name: str, content: bytes, facts: Mapping[str, object] = MappingProxyType({})) -> None:
    """Exchange the weights under ``name`` as somebody who knows how we seal: digests, fingerprint and all."""
    folder = runs.folder(run) / "checkpoints"
    card = {**json.loads((folder / f"{name}.json").read_bytes()), **facts}
    card = {key: value for key, value in card.items() if value is not None}
    length = struct.unpack("<Q", content[:8])[0]
    told = json.loads(content[8 : 8 + length])
    told["__metadata__"] = {"manifest": fingerprint(card)}
    head = json.dumps(told).encode()
    content = struct.pack("<Q", len(head)) + head + content[8 + length :]
    card["sha256"] = hashlib.sha256(content).hexdigest()
    weights = f"last-{card['sha256'][:16]}" if name == "last" else name
    (folder / f"{weights}.safetensors").write_bytes(content)
    (folder / f"{name}.json").write_text(json.dumps(card))


PARSED = ("huge", "negative", "beyond the end", "overlapping", "of no type", "a billion", "backwards", "a hole")


@pytest.mark.promise("hostile")
def test_headers_crafted_by_one_who_knows_how_we_seal(trained: Trained, figure: Callable[[str], None]) -> None:
    """Nothing then tells it from ours but what the format allows: no crash, no memory, one sentence."""
    run, count = trained(), 0
    for kind in (*PARSED, "another dtype", "no shape"):
        resealed(run, "epoch-0002", CRAFTED[kind])
        resealed(run, "last", CRAFTED[kind])
        assert refused(lambda: runs.checkpoint(run, 2)), kind
        assert refused(lambda: runs.checkpoint(run)), kind
        count += 2
    good = header(w=FLAT) + b"\0" * 4
    for facts in ({"facts": None}, {"facts": []}, {"facts": "x"}, {"run": "x"}, {"kind": "weights"}, {"kind": None}):
        resealed(run, "last", good, facts)
        assert refused(lambda: runs.checkpoint(run)), facts
        count += 1
    for facts in ({"step": None}, {"step": "1"}, {"classes": None}, {"epoch": "2"}, {"epoch": 1}, {"kind": "state"}):
        resealed(run, "epoch-0002", good, facts)
        assert refused(lambda: runs.weights(run)) and refused(lambda: runs.checkpoint(run, 2)), facts
        count += 1
        resealed(run, "epoch-0002", good, {"step": 20, "classes": list(CLASSES), "epoch": 2, "kind": "weights"})
        assert runs.weights(run)  # what is refused is the fact, not that it was sealed anew
    figure(f"{count + 2 * len(CRAFTED)} crafted headers and manifests, {count} of them sealed as ours are: 0 accepted")


@pytest.mark.parametrize("sha256", ["../../../etc/passwd", "", None, 7, "a" * 64, ["x"], "\0", "/" * 64])
def test_a_manifest_names_no_path(sha256: object, trained: Trained, tmp_path: Path) -> None:
    run = trained()
    path = runs.folder(run) / "checkpoints" / "last.json"
    card = json.loads(path.read_bytes())
    path.write_text(json.dumps({**card, "sha256": sha256}))
    assert refused(lambda: runs.checkpoint(run))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"format": 2}', b"[" * 100_000, b"\xff" * 9])
def test_a_manifest_that_is_none(content: bytes, trained: Trained) -> None:
    run = trained()
    for name in ("last.json", "epoch-0002.json"):
        (runs.folder(run) / "checkpoints" / name).write_bytes(content)
    assert refused(lambda: runs.checkpoint(run)) and refused(lambda: runs.weights(run))
    assert runs.summary(run).saved == (0, 1, 2)


def test_a_whole_checkpoint_that_is_not_finite_is_not_gone_on_from(trained: Trained) -> None:
    """One that was written by another program, digest and all."""
    run = trained()
    folder = runs.folder(run) / "checkpoints"
    import torch

    tensors = {**state(20).tensors, "network.weight": torch.tensor([float("nan")])}
    content, card = seal(tensors, {"run": run, "kind": "state", "step": 20, "epoch": 2, "facts": {}})
    digest = json.loads(card)["sha256"]
    (folder / f"last-{digest[:16]}.safetensors").write_bytes(content)
    (folder / "last.json").write_bytes(card)
    assert refused(lambda: runs.checkpoint(run))
