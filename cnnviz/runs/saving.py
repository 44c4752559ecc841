"""Checkpoints in a run's folder: whole or absent, verified when read.

``checkpoints/epoch-0003.safetensors`` with ``.json`` holds the weights to look at after three epochs, nothing else, so
that many epochs stay small. ``last-<first digits of its sha256>.safetensors`` holds the whole state, from which the
training goes on bit for bit; ``last.json`` says which one is valid, and replacing it is the moment at which the new one
counts: until then the one before is untouched.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.data.whole import write_whole
from cnnviz.runs.errors import BadRun
from cnnviz.runs.places import CHECKPOINTS, Folder, Run, Source, source
from cnnviz.runs.sealed import manifest_of, seal, tensors_of, verify
from cnnviz.training.state import State

if TYPE_CHECKING:
    from torch import Tensor

LAST = f"{CHECKPOINTS}/last.json"
MOST_EPOCHS = 40
_EPOCH = re.compile(r"epoch-(\d{4})\.json", re.ASCII)


def epoch_name(epoch: int, ending: str = "json") -> str:
    """``checkpoints/epoch-0003.json``."""
    return f"{CHECKPOINTS}/epoch-{epoch:04d}.{ending}"


def saved_epochs(files: Source) -> tuple[int, ...]:
    """The epochs whose weights are there, ascending."""
    found = (_EPOCH.fullmatch(name) for name in files.names(CHECKPOINTS))
    return tuple(int(each[1]) for each in found if each)


def save_epoch(folder: Path, weights: Mapping[str, Tensor], manifest: Mapping[str, Any]) -> None:
    """Write the weights after ``manifest["epoch"]`` epochs in float32, unless they are there.

    Raises :class:`OSError`.
    """
    if _is_saved(Folder(folder), manifest):
        return
    single = {name: t.float() if t.is_floating_point() else t for name, t in weights.items()}
    content, card = seal(single, {**manifest, "kind": "weights"})
    target = folder / epoch_name(manifest["epoch"])
    target.parent.mkdir(exist_ok=True)
    # without a manifest there is no checkpoint: so it goes first and comes last
    target.unlink(missing_ok=True)
    write_whole(target.with_suffix(".safetensors"), content)
    write_whole(target, card)


def save_last(folder: Path, state: State, manifest: Mapping[str, Any]) -> None:
    """Write all of ``state``; the one before stays until this one counts. Raises :class:`OSError`."""
    content, card = seal(state.tensors, {**manifest, "kind": "state", "facts": dict(state.facts)})
    target = folder / LAST
    target.parent.mkdir(exist_ok=True)
    name = _weights_of(manifest_of(card))
    write_whole(target.with_name(name), content)
    write_whole(target, card)
    with contextlib.suppress(OSError):  # the next one tries again
        for old in target.parent.glob("last-*.safetensors"):
            if old.name != name:
                old.unlink()


def _is_saved(files: Source, manifest: Mapping[str, Any]) -> bool:
    """Whether the weights of this epoch were saved at this very step: a run that goes on there has the same."""
    try:
        return bool(manifest_of(files.read(epoch_name(manifest["epoch"])))["step"] == manifest["step"])
    except (OSError, BadRun, KeyError):
        return False


def last_manifest(files: Source) -> dict[str, Any] | None:
    """The manifest of the last whole state, if there is one that can be read; the weights are not looked at."""
    try:
        return manifest_of(files.read(LAST))
    except (OSError, BadRun):
        return None


def checkpoint(run: Run, epoch: int | None = None) -> State | None:
    """The state to go on from, verified; None if there is none yet, and it begins. Imports torch.

    With ``epoch`` only the weights after that many epochs. Raises :class:`BadRun` for files that were changed.
    """
    if epoch is not None:
        content, manifest = sealed_epoch(source(run), epoch)
        named = {f"network.{name}": tensor for name, tensor in tensors_of(content).items()}
        return State(named, {"epoch": epoch, "step": manifest["step"]})
    files = source(run)
    try:
        manifest = manifest_of(files.read(LAST))
        content = files.read(f"{CHECKPOINTS}/{_weights_of(manifest)}")
    except FileNotFoundError:
        if LAST.rpartition("/")[2] in files.names(CHECKPOINTS):
            raise BadRun("the checkpoint of this run is gone; start a new one with its settings") from None
        return None
    except OSError as error:
        raise BadRun("the checkpoint of this run cannot be read; see whether the disk is well") from error
    verify(content, manifest, run=files.id, kind="state")
    facts = manifest.get("facts")
    if not isinstance(facts, dict):
        raise BadRun("the checkpoint of this run says nothing of where it stood; take another epoch")
    state = State(tensors_of(content), facts)
    if not state.finite:
        raise BadRun("the checkpoint of this run holds numbers that are not finite; take another epoch")
    return state


def weights(run: Run, epoch: int | None = None) -> bytes:
    """The verified weights after ``epoch`` (the last saved) as safetensors. No torch; raises :class:`BadRun`."""
    return sealed_epoch(source(run), epoch)[0]


def sealed_epoch(files: Source, epoch: int | None = None) -> tuple[bytes, dict[str, Any]]:
    """Verified weights and their manifest; raises :class:`BadRun`."""
    there = saved_epochs(files)
    if not there:
        raise BadRun("no epoch of this run is saved yet; wait for its first")
    epoch = there[-1] if epoch is None else epoch
    if epoch not in there:
        raise BadRun(f"epoch {str(epoch)[:8]} of this run is not saved; saved are {_some(there)}")
    try:
        manifest = manifest_of(files.read(epoch_name(epoch)))
        content = files.read(epoch_name(epoch, "safetensors"))
    except OSError as error:
        raise BadRun(f"the weights of epoch {epoch} cannot be read; take another epoch") from error
    verify(content, manifest, run=files.id, kind="weights", epoch=epoch)
    if not isinstance(manifest.get("step"), int) or not isinstance(manifest.get("classes"), list):
        raise BadRun("the manifest of a checkpoint lacks its step or its classes; take another epoch")
    return content, manifest


def worth_keeping(epochs: Iterable[int], best: int | None, most: int = MOST_EPOCHS) -> set[int]:
    """At most ``most`` of ``epochs``: the first four, the best, the last, and every k-th, k a power of two."""
    there = sorted(epochs)
    always = {*there[:4], *there[-1:]} | ({best} & set(there) if best is not None else set())
    k = 1
    while len(always | {each for each in there if each % k == 0}) > most:
        k *= 2
    return always | {each for each in there if each % k == 0}


def drop_epoch(folder: Path, epoch: int) -> None:
    """Remove the weights of an epoch, manifest first."""
    for ending in ("json", "safetensors"):
        (folder / epoch_name(epoch, ending)).unlink(missing_ok=True)


def best_epoch(values: Mapping[int, float]) -> int | None:
    """The epoch of the highest finite value."""
    finite = {epoch: value for epoch, value in values.items() if math.isfinite(value)}
    return max(finite, key=lambda epoch: finite[epoch]) if finite else None


def _weights_of(manifest: Mapping[str, Any]) -> str:
    """The file that holds the last whole state: hexadecimal digits only, whatever the manifest says."""
    digits = re.sub(r"[^0-9a-f]", "", str(manifest["sha256"]))[:16]
    return f"last-{digits}.safetensors"


def _some(epochs: tuple[int, ...]) -> str:
    shown = ", ".join(str(each) for each in epochs[:6])
    return shown if len(epochs) <= 6 else f"{shown} … {epochs[-1]}"
