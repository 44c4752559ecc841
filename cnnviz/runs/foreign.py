"""What a file from elsewhere may hold: every value of the type and within the size that a training of ours gives."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.runs import looking, sealed
from cnnviz.runs.errors import BadRun
from cnnviz.runs.log import LONGEST, event_in, line_of
from cnnviz.runs.places import EVENTS, Source
from cnnviz.runs.saving import sealed_epoch
from cnnviz.training.events import Event, Histogram, LayerLook, Look, Packed, Pictures

MOST_EVENTS, MOST_TENSORS, LONGEST_TEXT, MOST_ITEMS = 200_000, 2000, 400, 4096
LARGEST_STEP = 2**53
BAD = "this exported run holds something that no training tells; export it again"


@dataclass(frozen=True)
class Weights:
    """Tensors of one epoch, and the facts of their manifest."""

    epoch: int
    tensors: Mapping[str, NDArray[Any]]
    facts: Mapping[str, Any]


def weights_of(files: Source) -> Weights:
    """The weights of the one epoch that is there; raises :class:`BadRun`."""
    content, manifest = sealed_epoch(files)
    tensors = sealed.arrays_of(content)
    epoch, step, classes = (manifest.get(name) for name in ("epoch", "step", "classes"))
    facts: dict[str, Any] = {name: manifest[name] for name in ("mean", "std") if name in manifest}
    if not all(isinstance(v, list) and len(v) == 3 and all(map(_real, v)) for v in facts.values()):
        raise BadRun(BAD)
    if not (isinstance(classes, list) and len(classes) <= MOST_ITEMS and all(map(_text, classes))):
        raise BadRun(BAD)
    if not (_whole(epoch) and _whole(step) and 0 < len(tensors) <= MOST_TENSORS):
        raise BadRun(BAD)
    if not all(t.dtype.kind in "iub" or (t.dtype == np.float32 and np.isfinite(t).all()) for t in tensors.values()):
        raise BadRun("the weights of this run are not finite numbers in float32; export it again")
    return Weights(int(manifest["epoch"]), tensors, {**facts, "step": step, "classes": classes})


def events_of(files: Source) -> bytes:
    """The log, every event read and written anew; raises :class:`BadRun`."""
    try:
        lines = files.read(EVENTS).splitlines()
    except OSError as error:
        raise BadRun(BAD) from error
    if len(lines) > MOST_EVENTS or any(len(line) > LONGEST for line in lines):
        raise BadRun(BAD)
    events = [event_in(line) for line in lines]
    if not all(event is not None and sound(event) for event in events):
        raise BadRun(BAD)
    return b"".join(line_of(event) for event in events if event is not None)


def looks_of(files: Source) -> list[Look]:
    """All looks; raises :class:`BadRun`."""
    found = []
    for epoch in looking.looks_of(files):
        try:
            look = looking.unpacked(files.read(looking.look_name(epoch)))
        except OSError:
            look = None
        if look is None or look.epoch != epoch or not sound(look) or not _fits(look):
            raise BadRun(BAD)
        found.append(look)
    return found


def sound(record: Event | Histogram | LayerLook | Pictures) -> bool:
    """Whether every field of a record holds what its annotation says, and not too much of it."""
    return all(_of_type(str(field.type), getattr(record, field.name)) for field in dataclasses.fields(record))


def _of_type(annotation: str, value: Any) -> bool:
    if annotation.startswith("tuple["):
        each = annotation.removeprefix("tuple[").removesuffix(", ...]")
        return isinstance(value, tuple) and len(value) <= MOST_ITEMS and all(_of_type(each, v) for v in value)
    checks = {"int": _whole, "float": _real_or_not, "str": _text, "Packed": _packed}
    if annotation in checks:
        return checks[annotation](value)
    return type(value).__name__ == annotation and isinstance(value, (Histogram, LayerLook, Pictures)) and sound(value)


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_STEP


def _real_or_not(value: Any) -> bool:
    return type(value) is float or (type(value) is int and abs(value) <= LARGEST_STEP)


def _real(value: Any) -> bool:
    return _real_or_not(value) and math.isfinite(value)


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and (value.isprintable() or not value)


def _packed(value: Any) -> bool:
    try:
        return isinstance(value, Packed) and all(_whole(n) for n in value.shape) and value.array().size >= 0
    except (ValueError, TypeError):
        return False


def _fits(look: Look) -> bool:
    """Whether the arrays of a look have the shapes that belong together."""
    classes = look.confusion.shape[0] if look.confusion.shape else 0
    pictures = all(_pictures_fit(each, classes) for each in (look.samples, look.worst))
    maps = all(layer.maps.dtype == "u1" and len(layer.maps.shape) in (1, 3) for layer in look.layers)
    filters = len(look.filters.shape) == 4 or look.filters.shape == (0,)
    return pictures and maps and filters and look.confusion.shape == (classes, classes)


def _pictures_fit(pictures: Pictures, classes: int) -> bool:
    count = len(pictures.labels)
    if not count:
        return 0 in pictures.pixels.shape
    pixels, shape = pictures.pixels, pictures.pixels.shape
    right = pixels.dtype == "u1" and len(shape) == 4 and shape[0] == count and shape[3] == 3
    return right and pictures.probabilities.shape == (count, classes) and max(pictures.labels) < classes
