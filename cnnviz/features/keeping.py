"""Best patches on disk: one file per network, layer and data set, whole or absent, dropped when it is damaged.

A file is the sha256 of the rest, then safetensors: scores, places, and for each unit its nine patches as one JPEG. Its
name is a digest of all that decides its content, the network's weights among it, so that it can be old but not wrong.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from cnnviz.data.images import encode_jpeg
from cnnviz.data.whole import write_whole
from cnnviz.features.cutting import strips
from cnnviz.paths import user_data

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn

    from cnnviz.features.pictures import Source
    from cnnviz.features.searching import Found
    from cnnviz.models import Network

VERSION = 1  # of what is searched for and of the file
COUNTS = (1000, 4000, 250)
"""How many pictures may be looked at; :func:`best` prefers the first that has been searched."""
KEPT = 40  # files, of some 5 MB at most; those not read for longest make room
_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True, eq=False)
class Best:
    """The best patches of one unit: ``jpeg`` holds them side by side, the best on the left, each 64×64.

    ``scores`` are the unit's peaks there, ``numbers`` those of the pictures, ``boxes`` ``(9, 4)`` top, left, height and
    width of what it sees in the picture as the network saw it. ``told`` says which pictures were looked at.
    """

    unit: int
    told: str
    scores: tuple[float, ...]
    numbers: tuple[int, ...]
    boxes: NDArray[np.int32] = field(repr=False)
    jpeg: bytes = field(repr=False)


def best(network: Network, layer: str, unit: int, data: str | None = None, *, seed: int = 0) -> Best | None:
    """The patches of ``data`` (by default what suits the network) that a unit answers most to, if they were found.

    Reads one file, about 10 ms the first time and nothing after that; computes nothing.
    """
    from cnnviz.features.pictures import default_data

    name = data or default_data(network)
    places = (address(network, layer, name, count=count, seed=seed) for count in COUNTS)
    return next((found for place in places if (found := best_in(place, unit)) is not None), None)


def best_in(place: Path, unit: int) -> Best | None:
    """The patches of one unit from the file at ``place``, if it is whole and has the unit."""
    found = read(place)
    return _unit(found, unit) if found is not None and 0 <= unit < len(found["scores"]) else None


def address(network: Network, layer: str, data: str, *, count: int, seed: int = 0) -> Path:
    """Where the best patches of a layer are, or would be."""
    told = json.dumps([VERSION, digest(network), layer, data, _edition(data), count, seed])
    return user_data() / "cache" / "patches" / f"{hashlib.sha256(told.encode()).hexdigest()[:24]}.bin"


_digests: WeakKeyDictionary[nn.Module, str] = WeakKeyDictionary()


def digest(network: Network) -> str:
    """The sha256 of a network's weights: its card's, which was verified, or of what it holds; remembered."""
    known = str(network.card.get("sha256", ""))
    if known:
        return known
    with network.lock:
        if network.model not in _digests:
            value = hashlib.sha256()
            for name, tensor in network.model.state_dict().items():
                value.update(name.encode())
                value.update(np.ascontiguousarray(tensor.detach().cpu().numpy()).tobytes())
            _digests[network.model] = value.hexdigest()
        return _digests[network.model]


def _edition(data: str) -> str:
    """What may change behind the name of a data set: the program's own are what their code draws."""
    from cnnviz.data.textures import VERSION as TEXTURES

    return str(TEXTURES) if data == "textures" else ""


def keep(place: Path, source: Source, found: Found) -> Iterator[float]:
    """Cut the patches of all units and write them to ``place``; yields the share that is done.

    Where nothing can be written, nothing is: the next one searches again.
    """
    for share, sheets in strips(source, found):
        yield 0.9 * share
        if sheets is None:
            continue
        jpegs = []
        for unit, sheet in enumerate(sheets):
            jpegs.append(encode_jpeg(sheet))
            if unit % 64 == 0:
                yield 0.9 + 0.1 * unit / len(sheets)
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, packed(source, found, jpegs))
            make_room(place.parent)


def packed(source: Source, found: Found, jpegs: list[bytes]) -> bytes:
    """The content of a file."""
    from safetensors.numpy import save

    units, kept = found.numbers.shape
    boxes = [[found.box(unit, place) for place in range(kept)] for unit in range(units)]
    tensors = {
        "scores": found.scores,
        "numbers": found.numbers,
        "boxes": np.array(boxes, np.int32).reshape(units, kept, 4),
        "ends": np.cumsum([len(jpeg) for jpeg in jpegs], dtype=np.int64),
        "jpegs": np.frombuffer(b"".join(jpegs), np.uint8),
    }
    content: bytes = save({name: np.ascontiguousarray(each) for name, each in tensors.items()}, {"told": source.told})
    return hashlib.sha256(content).digest() + content


def read(place: Path) -> dict[str, Any] | None:
    """What is in a file; None if it is absent, and if it is damaged, which removes it. Imports no torch."""
    try:
        known = place.stat()
        found = _read(place, known.st_mtime_ns, known.st_size)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        if found is None:
            place.unlink()
        else:
            os.utime(place, ns=(time.time_ns(), known.st_mtime_ns))
    return found


@lru_cache(maxsize=8)
def _read(place: Path, _modified: int, _size: int) -> dict[str, Any] | None:
    """The tensors and the words of a file of that date and size; None if its digest is another."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    content = place.read_bytes()
    if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
        return None
    try:
        tensors: dict[str, Any] = load(content[_DIGEST:])
        head = int.from_bytes(content[_DIGEST : _DIGEST + 8], "little")
        words = json.loads(content[_DIGEST + 8 : _DIGEST + 8 + head])["__metadata__"]
    except (SafetensorError, ValueError, KeyError):
        return None
    return tensors | {"told": str(words["told"])}


def _unit(found: dict[str, Any], unit: int) -> Best:
    start = int(found["ends"][unit - 1]) if unit else 0
    return Best(
        unit=unit,
        told=found["told"],
        scores=tuple(map(float, found["scores"][unit])),
        numbers=tuple(map(int, found["numbers"][unit])),
        boxes=found["boxes"][unit],
        jpeg=found["jpegs"][start : int(found["ends"][unit])].tobytes(),
    )


def make_room(folder: Path) -> None:
    """Remove the oldest files above the limit."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob("*.bin"), key=lambda path: path.stat().st_atime)
        for old in files[:-KEPT]:
            old.unlink(missing_ok=True)
