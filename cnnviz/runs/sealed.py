"""Weights and their manifest: two files that vouch for each other, so that a change to either is found.

The manifest holds the sha256 of the weights, the header of the weights that of the manifest's content. Nothing is
parsed before the digest is right, and nothing is ever unpickled: tensors are safetensors, everything else is JSON.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.runs.errors import BadRun

if TYPE_CHECKING:
    from torch import Tensor

Array = NDArray[Any]
FORMAT = 1
LARGEST_HEADER = 4_000_000  # bytes: 40,000 tensors


def seal(tensors: Mapping[str, Tensor] | Mapping[str, Array], manifest: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The two files: weights as safetensors, and ``manifest`` completed with format and sha256.

    Imports torch only for tensors.
    """
    # through JSON and back: the digest is that of what a reader will find
    card = json.loads(json.dumps({**manifest, "format": FORMAT}))
    content = _stored(tensors, {"manifest": fingerprint(card)})
    card["sha256"] = hashlib.sha256(content).hexdigest()
    return content, json.dumps(card).encode()


def _stored(tensors: Mapping[str, Any], metadata: dict[str, str]) -> bytes:
    if all(isinstance(tensor, np.ndarray) for tensor in tensors.values()):
        import safetensors.numpy

        return safetensors.numpy.save({name: np.asarray(t, order="C") for name, t in tensors.items()}, metadata)
    import safetensors.torch

    stored = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return safetensors.torch.save(stored, metadata)


def manifest_of(told: bytes) -> dict[str, Any]:
    """A manifest as it stands in its file; raises :class:`BadRun` if it is none."""
    try:
        card = json.loads(told)
    except (ValueError, RecursionError):
        card = None
    if not isinstance(card, dict) or card.get("format") != FORMAT or not isinstance(card.get("sha256"), str):
        raise BadRun("the manifest of a checkpoint was changed or is of another version; take another epoch")
    return card


def verify(content: bytes, manifest: Mapping[str, Any], **expected: Any) -> None:
    """Raise :class:`BadRun` unless both files are as they were saved, and for what is ``expected`` (run, kind, epoch).

    Needs no torch: 24 MB take about 20 ms.
    """
    fine = hashlib.sha256(content).hexdigest() == manifest["sha256"]
    fine = fine and all(manifest.get(name) == value for name, value in expected.items())
    if not fine or _header(content).get("manifest") != fingerprint(manifest):
        raise BadRun("a checkpoint of this run was changed after it was saved; take another epoch")


def tensors_of(content: bytes) -> dict[str, Tensor]:
    """The tensors of verified weights, each with memory of its own; raises :class:`BadRun`. Imports torch."""
    import safetensors.torch

    with _readable():
        # what is loaded lives in the file's buffer
        return {name: tensor.clone() for name, tensor in safetensors.torch.load(content).items()}


def arrays_of(content: bytes) -> dict[str, Array]:
    """The same as arrays, without torch."""
    import safetensors.numpy

    with _readable():
        return dict(safetensors.numpy.load(content))


@contextmanager
def _readable() -> Iterator[None]:
    from safetensors import SafetensorError

    try:
        yield
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError, RuntimeError) as error:
        raise BadRun("the weights of this run are no safetensors file; take another epoch") from error


def fingerprint(card: Mapping[str, Any]) -> str:
    """sha256 of a manifest's content but for ``sha256`` itself."""
    content = {key: value for key, value in card.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _header(content: bytes) -> dict[str, Any]:
    """The metadata of a safetensors file; empty if there is none."""
    try:
        (length,) = struct.unpack("<Q", content[:8])
        if length > LARGEST_HEADER:
            return {}
        told = json.loads(content[8 : 8 + length])
        metadata = told.get("__metadata__") or {}
    except (ValueError, struct.error, AttributeError, RecursionError):
        return {}
    return metadata if isinstance(metadata, dict) else {}
