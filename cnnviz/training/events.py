"""What a training tells: frozen records of Python numbers and small packed arrays, never a tensor, never the network.

Standard library and numpy only. On its way to a file or another process an event is one JSON object:
``{"event": "step", "step": 120, …}``.
"""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Packed:
    """An array on its way through JSON: ``dtype`` is ``u1``, ``<i4``, ``<f2`` or ``<f4``; ``data`` is base64."""

    shape: tuple[int, ...]
    dtype: str
    data: str

    def array(self) -> NDArray[Any]:
        """The array itself. Raises :class:`ValueError` if the bytes do not fill the shape."""
        if self.dtype not in {"u1", "<i4", "<f2", "<f4"}:
            raise ValueError(f"arrays of {self.dtype[:20]!r} are not packed")
        return np.frombuffer(base64.b64decode(self.data), np.dtype(self.dtype)).reshape(self.shape)


def pack(array: NDArray[Any], dtype: str) -> Packed:
    """Pack ``array`` as ``dtype``; a float beyond float16 becomes infinite."""
    with np.errstate(over="ignore"):
        stored = np.ascontiguousarray(array, dtype=np.dtype(dtype))
    return Packed(tuple(int(n) for n in stored.shape), dtype, base64.b64encode(stored.tobytes()).decode())


@dataclass(frozen=True)
class Begun:
    """The facts of a run when it begins, or goes on from ``step``; ``parameters`` counts trained numbers."""

    event: ClassVar[str] = "begun"
    step: int
    epoch: int
    epochs: int
    steps_per_epoch: int
    batch: int
    parameters: int
    classes: tuple[str, ...]
    training: int
    validation: int
    test: int
    device: str
    precision: str
    threads: int


@dataclass(frozen=True)
class Step:
    """The mean of the last steps up to ``step``, told a few times a second.

    ``epoch`` counts passes with a fraction, ``seconds`` the time spent training, without pauses.
    """

    event: ClassVar[str] = "step"
    step: int
    epoch: float
    loss: float
    accuracy: float
    lr: float
    images_per_s: float
    seconds: float


@dataclass(frozen=True)
class Epoch:
    """A whole pass over the training images, and what the network to keep does on the validation images."""

    event: ClassVar[str] = "epoch"
    epoch: int
    step: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    lr: float
    images_per_s: float
    seconds: float


@dataclass(frozen=True)
class Histogram:
    """Counts in equal bins from ``low`` to ``high``."""

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class LayerLook:
    """One layer at one moment. ``shape`` is (channels, height, width) or (features,) of what it gives for one image.

    ``gradient_norm`` and ``update_ratio`` (length of the last step over that of the weights) are 0 for layers without
    weights; ``zeros`` is the share of exactly zero outputs. ``maps`` are uint8 ``(channels ≤ 16, h ≤ 32, w ≤ 32)``,
    scaled per layer from ``low`` to ``high``, for the first image of the look; empty shape (0,) for vectors.
    """

    path: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    weight_norm: float
    gradient_norm: float
    update_ratio: float
    mean: float
    std: float
    zeros: float
    low: float
    high: float
    maps: Packed
    outputs: Histogram
    weights: Histogram
    gradients: Histogram


@dataclass(frozen=True)
class Pictures:
    """Validation images: pixels uint8 (N, H, W, 3), right labels, and probabilities float16 (N, classes)."""

    pixels: Packed
    labels: tuple[int, ...]
    probabilities: Packed


@dataclass(frozen=True)
class Look:
    """What the network is like after ``epoch``: kept in a file of its own, one per epoch.

    ``filters`` are the first layer's kernels, float16 (out, in, height, width). ``confusion`` counts validation images,
    int32 (right class, given class). ``worst`` are the most confident mistakes on them.
    """

    event: ClassVar[str] = "look"
    epoch: int
    step: int
    samples: Pictures
    worst: Pictures
    confusion: Packed
    filters: Packed
    layers: tuple[LayerLook, ...]


@dataclass(frozen=True)
class Changed:
    """Somebody changed the rate, the momentum or the decay at ``step``: all three as they are from then on."""

    event: ClassVar[str] = "changed"
    step: int
    lr: float
    momentum: float
    weight_decay: float


@dataclass(frozen=True)
class Note:
    """Something to tell in one sentence: a halved batch, a checkpoint that could not be written."""

    event: ClassVar[str] = "note"
    step: int
    text: str


@dataclass(frozen=True)
class Paused:
    """It waits at ``step``."""

    event: ClassVar[str] = "paused"
    step: int


@dataclass(frozen=True)
class Resumed:
    """It goes on from ``step`` after a pause."""

    event: ClassVar[str] = "resumed"
    step: int


@dataclass(frozen=True)
class Saved:
    """A checkpoint is on disk: after ``epoch`` whole epochs, at ``step``."""

    event: ClassVar[str] = "saved"
    epoch: int
    step: int


@dataclass(frozen=True)
class Ended:
    """It is over. ``state`` is done, stopped, diverged or failed.

    The test images are looked at here and nowhere else; loss and accuracy on them are nan unless it is done.
    """

    event: ClassVar[str] = "ended"
    state: str
    step: int
    seconds: float
    message: str
    test_loss: float
    test_accuracy: float


Event = Begun | Step | Epoch | Look | Changed | Note | Paused | Resumed | Saved | Ended
KINDS: dict[str, type[Any]] = {
    kind.event: kind for kind in (Begun, Step, Epoch, Look, Changed, Note, Paused, Resumed, Saved, Ended)
}
_NESTED: dict[str, type[Any]] = {
    "Packed": Packed,
    "Histogram": Histogram,
    "Pictures": Pictures,
    "tuple[LayerLook, ...]": LayerLook,
}
_PLAIN: dict[Any, Any] = {"int": int, "float": (int, float), "str": str}
LARGEST = 2**53  # of whole numbers: no step is later
_TUPLE = re.compile(r"tuple\[")


def told(event: Event) -> dict[str, Any]:
    """An event as JSON can hold it; non-finite numbers stay (Python's dialect of JSON knows them)."""
    return {"event": event.event, **dataclasses.asdict(event)}


def event_of(told: Mapping[str, Any]) -> Event:
    """The event that :func:`told` told. Raises :class:`ValueError` for anything else."""
    try:
        rest = dict(told)
        event: Event = _record(KINDS[rest.pop("event")], rest)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no event of a training ({type(error).__name__})") from None
    return event


def _record(kind: type[Any], told: Mapping[str, Any]) -> Any:
    """A record of dataclass ``kind``; its annotations are text here, so the nested kinds are found by name."""
    values = {}
    for field in dataclasses.fields(kind):
        value, nested = told[field.name], _NESTED.get(str(field.type))
        if not isinstance(value, _PLAIN.get(field.type, object)) or (type(value) is int and abs(value) > LARGEST):
            raise TypeError(field.name)
        if nested is not None and isinstance(value, (list, tuple)):
            value = tuple(_record(nested, each) for each in value)
        elif nested is not None:
            value = _record(nested, value)
        elif isinstance(value, list) and _TUPLE.match(str(field.type)):
            value = tuple(value)
        values[field.name] = value
    if len(told) != len(values):
        raise KeyError("unknown field")
    return kind(**values)
