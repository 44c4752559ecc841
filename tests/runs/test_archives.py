"""A run in one file: what was exported comes back in equal, and nothing else does."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz import runs
from cnnviz.runs import archives, foreign
from cnnviz.runs.archives import packed
from cnnviz.runs.log import line_of
from cnnviz.runs.looking import look_name
from cnnviz.runs.sealed import seal
from cnnviz.training.events import Note, Packed
from tests.runs.made import begun, look, stepped

Trained = Callable[..., str]
Change = Callable[[dict[str, bytes]], object]


def refused(data: bytes) -> str:
    before = sorted(runs.places.home().rglob("*"))
    with pytest.raises(runs.BadRun) as error:
        runs.admit(data)
    assert 20 < len(str(error.value)) <= 140
    assert sorted(runs.places.home().rglob("*")) == before  # nothing was written, nothing is left
    return str(error.value)


def test_it_comes_back_under_a_new_id(trained: Trained) -> None:
    run = trained(epochs=3, label="<b>mine</b>")
    new = runs.admit(runs.export(run))
    one, other = runs.summary(run), runs.summary(new)
    assert new != run and (other.label, other.config) == (one.label, one.config)
    assert (other.state, other.saved, other.epoch, other.val_accuracy) == ("done", (3,), 3, 0.3)
    assert not other.resumable and runs.checkpoint(new) is None
    assert repr(runs.events(new)) == repr(runs.events(run))
    assert runs.looks(new) == (3,) and runs.look(new) == runs.look(run)
    first, second = runs.checkpoint(run, 3), runs.checkpoint(new, 3)
    assert first.tensors.keys() == second.tensors.keys()
    assert all(torch.equal(first.tensors[name], second.tensors[name]) for name in first.tensors)
    assert runs.admit(runs.export(new)) not in {run, new}


def test_with_all_looks(trained: Trained) -> None:
    run = trained(epochs=3)
    assert runs.looks(runs.admit(runs.export(run, all_looks=True))) == (0, 1, 2, 3)


def test_the_same_run_gives_the_same_bytes(trained: Trained) -> None:
    run = trained()
    assert runs.export(run) == runs.export(run)


def test_a_run_without_weights_is_not_exported() -> None:
    run = runs.create(runs.records.Config())
    with pytest.raises(runs.BadRun, match="no epoch"):
        runs.export(run)


def test_every_byte_counts(trained: Trained) -> None:
    """Flipped bytes: refused, or of no meaning (an archive holds dates and names twice), then the run is the same."""
    run = trained(epochs=1)
    data, rng = runs.export(run), np.random.default_rng(1)
    taken = 0
    for at in rng.integers(len(data), size=300):
        changed = bytearray(data)
        changed[at] ^= 1 << int(rng.integers(8))
        try:
            new = runs.admit(bytes(changed))
        except runs.BadRun:
            continue
        taken += 1
        assert runs.weights(run)[-64:] == runs.weights(new)[-64:] and repr(runs.events(new)) == repr(runs.events(run))
        runs.delete(new)
        runs.purge(-1)
    assert taken < 60
    for cut in rng.integers(len(data), size=60):
        refused(data[:cut])


@pytest.mark.parametrize(
    "data", [b"", b"PK\x05\x06" + b"\0" * 18, b"\x89PNG", pickle.dumps({1: 2}), b"PK\x03\x04" * 99]
)
def test_what_is_no_archive(data: bytes, home: Path) -> None:
    home.mkdir(parents=True)
    refused(data)


def changed(run: str, change: Change) -> bytes:
    """An export in which something was changed, and vouched for again as if it were ours."""
    found = archives.members(runs.export(run))
    change(found)
    return packed(found)


def put(name: str, content: bytes) -> Change:
    return lambda found: found.update({name: content})


def config(**values: Any) -> Change:
    def change(found: dict[str, bytes]) -> None:
        told = json.loads(found["run.json"])
        told["config"].update(values)
        found["run.json"] = json.dumps(told).encode()

    return change


def resealed(**changes: Any) -> Change:
    """Weights and manifest made up, digests and all."""

    def change(found: dict[str, bytes]) -> None:
        name = "checkpoints/epoch-0002"
        card = json.loads(found[f"{name}.json"])
        tensors = changes.pop("tensors", {"w": np.ones(3, np.float32)})
        del card["sha256"]
        found[f"{name}.safetensors"], found[f"{name}.json"] = seal(tensors, {**card, **changes})

    return change


BAD_LOOK = dataclasses.replace(look(2), confusion=Packed((2, 2), "<i4", look(2).confusion.data))
HOSTILE: dict[str, Change] = {
    "a path upwards": put("../../evil", b"x"),
    "an absolute path": put("/evil", b"x"),
    "a file of no run": put("evil.py", b"x"),
    "a whole state": put("checkpoints/last.json", b"{}"),
    "another format": put("run.json", b'{"format": 2}'),
    "no settings": lambda found: found.pop("run.json"),
    "no events": lambda found: found.pop("events.jsonl"),
    "no weights": lambda found: found.pop("checkpoints/epoch-0002.safetensors"),
    "no manifest of the weights": lambda found: found.pop("checkpoints/epoch-0002.json"),
    "settings that are none": put("run.json", b"[]"),
    "deep settings": put("run.json", b"[" * 100_000),
    "an unknown setting": config(evil=1),
    "a setting out of range": config(lr=-1.0),
    "a setting of another type": config(epochs="many"),
    "a text without end": config(stack="x" * 5000),
    "events that are none": put("events.jsonl", b"evil\n"),
    "an event too many fields": put("events.jsonl", b'{"event":"paused","step":1,"evil":2}\n'),
    "a number that is text": put("events.jsonl", b'{"event":"paused","step":"<script>"}\n'),
    "a negative step": put("events.jsonl", b'{"event":"paused","step":-1}\n'),
    "a long note": put("events.jsonl", line_of(Note(1, "x" * 5000))),
    "control characters": put("events.jsonl", line_of(Note(1, "a\x1b[31m"))),
    "a long line": put("events.jsonl", line_of(Note(1, "x" * 200_000))),
    "classes without end": put("events.jsonl", line_of(dataclasses.replace(begun(), classes=("x",) * 9000))),
    "nested lists": put("events.jsonl", b'{"event":"paused","step":[[1]]}\n'),
    "a look that is none": put(look_name(2), gzip.compress(b"{}")),
    "a look of another epoch": put(look_name(2), runs.looking.packed(look(1))),
    "a look that never ends": put(look_name(2), gzip.compress(b" " * 50_000_000)),
    "a look of shapes that do not fit": put(look_name(2), runs.looking.packed(BAD_LOOK)),
    "no gzip": put(look_name(2), b"evil"),
    "weights of another type": resealed(tensors={"w": np.ones(3, np.float64)}),
    "weights that are not finite": resealed(tensors={"w": np.array([np.nan], np.float32)}),
    "no tensor": resealed(tensors={}),
    "another run": resealed(run="0123456789ab"),
    "another epoch": resealed(epoch=3),
    "an epoch that is text": resealed(epoch="../2"),
    "classes that are none": resealed(classes=[["x"]]),
    "means that are none": resealed(mean=["x", 1, 2]),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_made_up_exports_are_refused(kind: str, trained: Trained) -> None:
    data = changed(trained(), HOSTILE[kind])
    refused(data)


def test_the_way_it_is_made_up_would_be_taken(trained: Trained) -> None:
    """The tests above refuse what they change, not that they changed it."""
    run = trained()
    assert runs.admit(changed(run, lambda found: None))
    assert runs.admit(changed(run, resealed()))
    assert runs.admit(changed(run, config(lr=0.5)))
    assert runs.admit(changed(run, put("events.jsonl", line_of(stepped(1)))))
    assert runs.admit(changed(run, put(look_name(1), runs.looking.packed(look(1)))))


def test_an_id_in_the_archive_is_no_path(trained: Trained) -> None:
    def change(found: dict[str, bytes]) -> None:
        found["run.json"] = json.dumps({**json.loads(found["run.json"]), "id": "../../../evil"}).encode()

    refused(changed(trained(), change))


def archive(*members: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", kind) as file:
        for name, content in members:
            file.writestr(name, content)
    return target.getvalue()


BEYOND: dict[str, Callable[[], bytes]] = {
    "bomb": lambda: archive(("events.jsonl", b"\n" * 200_000_000)),
    "many": lambda: archive(*((look_name(k), b"") for k in range(300))),
    "twice": lambda: archive(("run.json", b"1"), ("run.json", b"2")),
    "lzma": lambda: archive(("run.json", b"1"), kind=zipfile.ZIP_LZMA),
    "manifest": lambda: archive(("manifest.json", b"{}")),
    "folder": lambda: archive(("events.jsonl/", b"")),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", BEYOND)
def test_archives_beyond_the_limits(kind: str, home: Path) -> None:
    home.mkdir(parents=True)
    refused(BEYOND[kind]())


def test_too_large_is_said_with_the_limit(monkeypatch: pytest.MonkeyPatch, trained: Trained) -> None:
    data = runs.export(trained())
    monkeypatch.setattr(archives, "LARGEST", 1000)
    assert "MB" in refused(data)


def test_no_more_events_than_fit(monkeypatch: pytest.MonkeyPatch, trained: Trained) -> None:
    data = runs.export(trained())
    monkeypatch.setattr(foreign, "MOST_EVENTS", 3)
    refused(data)
