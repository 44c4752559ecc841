"""Exported runs made by hand, byte by byte: slips, links, bombs, lies. None is taken, none costs much."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import pickle
import stat
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz import runs
from cnnviz.runs import archives
from cnnviz.runs.looking import look_name
from tests.promises import quick_and_full
from tests.runs.test_archives import archive, refused

Trained = Callable[..., str]
Figure = Callable[[str], None]
ENTRY = struct.Struct("<4s6H3L5H2L")  # of a zip's directory


class Evil:
    """Unpickled, it would leave a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def member(name: str, content: bytes = b"x", mode: int = 0) -> bytes:
    """An archive of one member with the rights of ``mode``."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        file.writestr(info, content)
    return target.getvalue()


def lying(size: int) -> bytes:
    """A directory that says another length than what is there."""
    data = bytearray(archive(("events.jsonl", b"\n" * 1000)))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<L", size)
    return bytes(data)


def crowded(count: int) -> bytes:
    """A directory of many entries that all lead to one member."""
    one = archive(("events.jsonl", b"\n"))
    at, end = one.rfind(b"PK\x01\x02"), one.rfind(b"PK\x05\x06")
    entries = one[at:end] * count
    return (
        one[:at]
        + entries
        + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count % 65536, count % 65536, len(entries), at, 0)
    )


def tarred(name: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as file:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(info)
    return target.getvalue()


# fmt: off
NAMES = (
         "../run.json", "/run.json", "C:\\run.json", "looks/../run.json", "run.json\0.txt", "\u202enosj.nur",
         "RUN.JSON",
         "./run.json", "run.json/", "looks//epoch-0001.json.gz", "checkpoints/last.json", "lock", "x" * 60_000, "",
         "..\\..\\run.json", "looks/epoch-\u0661\u0661\u0661\u0661.json.gz",
         "~/run.json", "run.json ", ".trash/x")
# fmt: on
MADE: dict[str, Callable[[], bytes]] = {
    **{f"a member {name[:20]!r}": (lambda name=name: member(name)) for name in NAMES},
    "a link": lambda: member("run.json", b"/etc/passwd", stat.S_IFLNK | 0o777),
    "a pipe": lambda: member("run.json", b"", stat.S_IFIFO | 0o777),
    "a device": lambda: member("run.json", b"", stat.S_IFCHR | 0o777),
    "a bomb": lambda: archive(("events.jsonl", b"\n" * 130_000_000)),
    "a bomb in a look": lambda: archive((look_name(1), gzip.compress(b"\0" * 60_000_000))),
    "a zip in a zip": lambda: archive(("run.json", archive(("run.json", b"{}")))),
    "10^5 entries": lambda: crowded(100_000),
    "a million entries": lambda: crowded(1_000_000),
    "less than there is": lambda: lying(1),
    "more than there is": lambda: lying(100_000_000),
    "4 GB": lambda: lying(2**32 - 1),
    "a tar": lambda: tarred("run.json"),
    "a torch file": lambda: archive(("archive/data.pkl", pickle.dumps({})), ("archive/version", b"3")),
    "a comment": lambda: archive(("run.json", b"{}")) + b"PK\x05\x06" * 1000,
    "no directory": lambda: archive(("run.json", b"{}"))[:60],
    "only a directory": lambda: struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 9000, 0, 0),
    "zip64 lies": lambda: b"PK\x06\x06" + b"\xff" * 52 + b"PK\x06\x07" + b"\xff" * 16 + b"PK\x05\x06" + b"\xff" * 18,
}  # fmt: skip


@pytest.mark.promise("hostile")
def test_archives_made_by_hand_are_refused(home: Path, figure: Figure) -> None:
    home.mkdir(parents=True)
    worst, seconds = "", 0.0
    for name, make in MADE.items():
        data = make()
        start = time.process_time()
        if len(data) <= archives.LARGEST:
            refused(data)
        spent = time.process_time() - start
        worst, seconds = (name, spent) if spent > seconds else (worst, seconds)
    assert seconds <= 0.5, f"{worst}: {seconds:.2f} s"
    figure(f"{len(MADE)} archives made by hand: 0 taken, nothing written, at most {seconds:.2f} s of CPU ({worst})")


@pytest.mark.promise("hostile")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", quick_and_full(150, 3000))
def test_mutated_exports_are_refused_or_the_same(count: int, trained: Trained, figure: Figure) -> None:
    """Members changed inside and packed well again: their manifest tells; and bytes of the archive itself."""
    run = trained(epochs=1)
    data, rng, taken = runs.export(run), np.random.default_rng(count), 0
    for _ in range(count):
        changed = bytearray(data)
        at, kind = int(rng.integers(len(data))), rng.integers(3)
        if kind == 0:
            changed[at] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            del changed[at : at + int(rng.integers(1, 40))]
        else:
            changed[at:at] = rng.bytes(int(rng.integers(1, 40)))
        try:
            new = runs.admit(bytes(changed))
        except runs.BadRun as error:
            taken += len(str(error)) > 140
            continue
        same = runs.weights(run)[-64:] == runs.weights(new)[-64:] and repr(runs.events(new)) == repr(runs.events(run))
        taken += not same
        runs.delete(new)
        runs.purge(-1)
    assert taken == 0
    figure(f"{count} mutations of an exported run: {taken} taken as something else")


@pytest.mark.promise("hostile")
def test_no_pickle_is_ever_run(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """Under every name that the program reads, bare, in a zip, a tar, an array of objects: its file is not there."""
    from cnnviz.models import BadWeights, uploaded, weights

    trap = tmp_path / "trap"
    bare = pickle.dumps(Evil(trap))
    target = io.BytesIO()
    np.save(target, np.array([Evil(trap)], dtype=object), allow_pickle=True)
    forms = {"bare": bare, "npy": target.getvalue(), "gzip": gzip.compress(bare)}
    forms["torch"] = archive(("archive/data.pkl", bare), ("archive/version", b"3"))
    forms["sized"] = struct.pack("<Q", len(bare)) + bare
    run, tries = trained(), 0
    folder = runs.folder(run)
    names = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lock"]
    asks = (runs.checkpoint, runs.weights, runs.look, runs.curve, runs.export, runs.summary)
    for content in forms.values():
        for name in names:
            kept = (folder / name).read_bytes()
            (folder / name).write_bytes(content)
            for ask in asks:
                tries += quiet(lambda ask=ask: ask(run), runs.BadRun)
            (folder / name).write_bytes(kept)
        tries += quiet(lambda content=content: runs.admit(content), runs.BadRun)
        tries += quiet(lambda content=content: uploaded.admit(content, "convnetjs"), BadWeights)
        for ending in ("safetensors", "json"):
            (tmp_path / f"convnetjs.{ending}").write_bytes(content)
        tries += quiet(lambda: weights.read_embedded("convnetjs", tmp_path), BadWeights)
        tries += caches(content, tmp_path)
    assert not trap.exists() and tries > 200
    pickle.loads(bare)  # noqa: S301 (it would have worked)
    assert trap.exists()
    figure(f"a pickle that writes a file, in {len(forms)} forms under {tries // len(forms)} doors: 0 of {tries} ran")


def caches(content: bytes, tmp_path: Path) -> int:
    """What else is read from disk: prepared sets, with sums that are right, and best patches."""
    import hashlib
    import zlib

    from cnnviz.data import stored
    from cnnviz.features import keeping

    place = tmp_path / "set"
    place.mkdir(exist_ok=True)
    files = [f"{part}-{kind}.npy" for part in stored.PARTS for kind in ("images", "labels")]
    for file in files:
        (place / file).write_bytes(content)
    sums = {file: [len(content), zlib.crc32(content)] for file in files}
    (place / stored.CARD).write_text(json.dumps({"name": "x", "title": "x", "classes": ["a"], "sums": sums}))
    assert stored.read(place) is None and stored.first_part(place) is None
    patches = tmp_path / "patches.bin"
    patches.write_bytes(hashlib.sha256(content).digest() + content)
    assert keeping.read(patches) is None
    return 3


def quiet(read: Callable[[], object], ours: type[Exception]) -> int:
    """1; anything but an answer or our own sentence is raised."""
    with contextlib.suppress(ours):
        read()
    return 1
