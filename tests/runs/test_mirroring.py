"""A run's folder copied piece by piece while it is written: equal in the end, and usable after every single piece."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from cnnviz.data.whole import write_whole
from cnnviz.runs.mirroring import BadPiece, Piece, Source, mirror, needed, seen, sign


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("here", "there"):
        (tmp_path / name / "checkpoints").mkdir(parents=True)
    return tmp_path / "here", tmp_path / "there"


def save(folder: Path, number: int) -> None:
    """A checkpoint as a run writes it: weights, what names them, away with the one before; then it is told."""
    places = folder / "checkpoints"
    write_whole(places / f"last-{number:x}.safetensors", str(number).encode() * 1000)
    write_whole(places / "last.json", json.dumps(number).encode())
    for old in places.glob("last-*"):
        if old.name != f"last-{number:x}.safetensors":
            old.unlink()
    with (folder / "events.jsonl").open("ab") as log:
        log.write(f"{number}\n".encode())


def usable(folder: Path) -> None:
    """The checkpoint that counts is whole, and is at least the last one told."""
    last = folder / "checkpoints" / "last.json"
    number = json.loads(last.read_bytes()) if last.exists() else -1
    assert number < 0 or (last.parent / f"last-{number:x}.safetensors").read_bytes() == str(number).encode() * 1000
    log = folder / "events.jsonl"
    told = [int(line) for line in log.read_text().split()] if log.exists() else []
    assert told == list(range(len(told))) and len(told) - 1 <= number


def test_after_every_piece_one_could_go_on(folders: tuple[Path, Path]) -> None:
    here, there = folders
    source, chance, number = Source(here), random.Random(0), 0
    for _ in range(40):
        pieces = source.changes()
        for piece in pieces:
            if chance.random() < 0.3:  # it is written while it is read
                save(here, number)
                number += 1
            mirror(there, piece)
            usable(there)
        if chance.random() < 0.5:
            save(here, number)
            number += 1
    for piece in source.changes():
        mirror(there, piece)
    assert content(there) == content(here) and number > 20
    assert not list(source.changes())


def test_only_the_new_end_of_a_log_travels(folders: tuple[Path, Path]) -> None:
    here, there = folders
    source = Source(here)
    save(here, 0)
    for piece in source.changes():
        mirror(there, piece)
    with (here / "events.jsonl").open("ab") as log:
        log.write(b"more")
    assert list(source.changes()) == [Piece("events.jsonl", b"more", at=2)]
    os.truncate(here / "events.jsonl", 1)
    assert list(source.changes()) == [Piece("events.jsonl", b"0")]  # one that became shorter is sent whole


def test_what_was_there_before_is_not_sent_but_missed(folders: tuple[Path, Path]) -> None:
    here, there = folders
    for folder in folders:
        (folder / "looks").mkdir()
        (folder / "looks" / "epoch-0001.json.gz").write_bytes(b"look")
    source = Source(here)
    assert not list(source.changes())
    (here / "looks" / "epoch-0001.json.gz").unlink()
    for piece in source.changes():
        mirror(there, piece)
    assert content(there) == {}


def test_what_a_machine_needs_to_go_on(folders: tuple[Path, Path]) -> None:
    here, there = folders
    (here / "looks").mkdir()
    files = {
        "run.json": b"config",
        "state.json": b"queued",
        "events.jsonl": b"events\n",
        "checkpoints/last.json": b"manifest",
        "checkpoints/last-12.safetensors": b"state",
        "checkpoints/epoch-0001.json": b"manifest",
        "checkpoints/epoch-0001.safetensors": b"weights",
        "looks/epoch-0001.json.gz": b"look",
    }
    cut_short = {"events.jsonl": b"events\nand half of o"}
    for name, data in {**files, **cut_short, "lock": b"", ".cnnviz-1-x.part": b"half"}.items():
        (here / name).write_bytes(data)
    for piece in needed(here):
        mirror(there, piece)
    old = {name for name in files if "epoch" in name}
    assert content(there) == {name: b"" if name in old else data for name, data in files.items()}


@pytest.mark.parametrize(
    "name",
    [
        "../run.json",
        "/etc/run.json",
        "looks/../../run.json",
        "looks//a.json",
        "./run.json",
        ".hidden.json",
        "run.json/",
        "run.py",
        "lock",
        "a/b/c/d.json",
        "C:\\run.json",
        "Run.json",
        "run.json\n",
        "",
        "x" * 70 + ".json",
    ],
)
def test_no_piece_leaves_the_folder(folders: tuple[Path, Path], name: str) -> None:
    _, there = folders
    for piece in (Piece(name, b"x"), Piece(name, b"x", at=0), Piece(name, None)):
        with pytest.raises(BadPiece, match="no file of a run is called"):
            mirror(there, piece)
    assert content(there.parent) == {}


def test_a_missing_part_is_noticed(folders: tuple[Path, Path]) -> None:
    _, there = folders
    mirror(there, Piece("events.jsonl", b"0\n"))
    for at in (3, -1):
        with pytest.raises(BadPiece, match="is missing"):
            mirror(there, Piece("events.jsonl", b"2\n", at=at))
    mirror(there, Piece("events.jsonl", b"1\n", at=2))
    assert content(there) == {"events.jsonl": b"0\n1\n"}


def test_who_sees_the_same_disk(folders: tuple[Path, Path]) -> None:
    here, there = folders
    with sign(here) as word:
        assert seen(here, word) and not seen(there, word) and not seen(here, "") and not seen(here, "other")
    assert not seen(here, word) and not list(here.glob(".*"))
