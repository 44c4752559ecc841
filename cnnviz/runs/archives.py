"""A run in one file: a zip archive with the files of its folder and a manifest that vouches for each of them.

``manifest.json`` holds the sha256 of every member and one over all of them. What comes back in is read in memory,
member by member and within limits; nothing of it is written as it came: settings, events, looks and weights are read,
checked and written anew, under a new id.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnnviz.data.whole import write_whole
from cnnviz.runs import foreign, sealed
from cnnviz.runs.errors import BadRun, sentence
from cnnviz.runs.looking import look_name, looks_of, save_look
from cnnviz.runs.places import CHECKPOINTS, CONFIG, EVENTS, ID, LOOKS, Run, home, source
from cnnviz.runs.records import facts_of, new_id, stand, write_facts
from cnnviz.runs.saving import epoch_name, sealed_epoch

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST, LARGEST_OPEN, MOST_MEMBERS = 64 * 10**6, 128 * 10**6, 250  # bytes packed and unpacked; 5 M weights are 20 MB
_ENTRY = b"PK\x01\x02"  # begins each entry of an archive's directory
DATE = (1980, 1, 1, 0, 0, 0)  # the same run gives the same bytes
NAME = re.compile(
    rf"{re.escape(CONFIG)}|{re.escape(EVENTS)}|{LOOKS}/epoch-\d{{4}}\.json\.gz"
    rf"|{CHECKPOINTS}/epoch-\d{{4}}\.(?:json|safetensors)",
    re.ASCII,
)
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    RuntimeError,
    struct.error,
)


def export(run: Run, *, all_looks: bool = False) -> bytes:
    """Settings, events, the last look (or all) and the weights of the last epoch. Raises :class:`BadRun`."""
    files = source(run)
    weights, card = sealed_epoch(files)
    epoch = int(card["epoch"])
    seen = looks_of(files)
    found = {epoch_name(epoch, "safetensors"): weights}
    try:
        for name in (CONFIG, EVENTS, epoch_name(epoch), *map(look_name, seen if all_looks else seen[-1:])):
            found[name] = files.read(name)
    except OSError as error:
        raise BadRun(f"{name} of this run cannot be read; see whether the disk is well") from error
    return packed(found)


def packed(found: dict[str, bytes]) -> bytes:
    """Members and their manifest as an archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in sorted({**found, MANIFEST: _manifest(found)}.items()):
            stored = name.endswith((".gz", ".safetensors"))  # they do not get smaller
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return target.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    """The members of an export, each as its manifest says; raises :class:`BadRun` for anything else."""
    if len(data) > LARGEST:
        raise BadRun(f"the file has {len(data) / 1e6:.0f} MB; exported runs have at most {LARGEST / 1e6:.0f}")
    try:
        found = dict(_members(data))
        manifest = found.pop(MANIFEST)
    except DAMAGED as error:
        raise BadRun("this file is no exported run; export one on the training page, and send it unchanged") from error
    if manifest != _manifest(found):
        raise BadRun("this exported run was changed on its way; export it again")
    return found


def admit(data: bytes) -> str:
    """Take in what :func:`export` gave, as a run that is done; returns its new id. Raises :class:`BadRun`, no torch."""
    from cnnviz.runs.recorded import Archive

    found = members(data)
    try:
        files = Archive(str(json.loads(found[CONFIG])["id"]), found)
    except DAMAGED as error:
        raise BadRun("this exported run has no settings; export it again") from error
    if ID.fullmatch(files.id) is None:
        raise BadRun("this exported run has no name of ours; export it again")
    config, weights = facts_of(files), foreign.weights_of(files)
    events, seen = foreign.events_of(files), foreign.looks_of(files)
    run = new_id()
    place = home() / f".new-{run}"
    try:
        place.mkdir(parents=True)
        write_whole(place / EVENTS, events)
        for look in seen:
            save_look(place, look)
        _write_weights(place, run, weights)
        write_facts(place, {**config, "id": run, "by": ""})
        stand(place, "done", "Taken in from a file.")
        place.replace(home() / run)
    except OSError as error:
        raise BadRun(sentence(error, "The run")) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return run


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents; raises :data:`DAMAGED`."""
    if data.count(_ENTRY) > MOST_MEMBERS:  # before each becomes an object
        raise ValueError("too many members")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        names = {info.filename for info in infos}
        if len(infos) > MOST_MEMBERS or len(names) < len(infos):
            raise ValueError("too many members, or two of one name")
        if sum(info.file_size for info in infos) > LARGEST_OPEN:
            raise ValueError("too large")
        for info in infos:
            if not (info.filename == MANIFEST or NAME.fullmatch(info.filename)) or info.flag_bits & 1:
                raise ValueError("a member that no export has")
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise ValueError("packed in a way that no export is")
            with archive.open(info) as file:
                yield info.filename, file.read(info.file_size)


def _manifest(found: dict[str, bytes]) -> bytes:
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(found.items())}
    whole = hashlib.sha256(json.dumps(digests).encode()).hexdigest()
    return json.dumps({"format": FORMAT, "members": digests, "sha256": whole}, indent=1).encode()


def _write_weights(place: Path, run: str, weights: foreign.Weights) -> None:
    manifest: dict[str, Any] = {**weights.facts, "run": run, "kind": "weights", "epoch": weights.epoch}
    content, card = sealed.seal(weights.tensors, manifest)
    target = place / epoch_name(weights.epoch)
    target.parent.mkdir(exist_ok=True)
    write_whole(target.with_suffix(".safetensors"), content)
    write_whole(target, card)
