"""A patch slid over a picture, in the worker process: maps that fill from coarse to fine."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.inspections.registry import INSPECTIONS, LOOKING, BadSettings, Task
from cnnviz.occlusion import FILLS, MOST_SECONDS, Occlusion, Patch
from cnnviz.occlusion.result import Box
from cnnviz.params import param

BOX = re.compile(r"(\d{1,4}),(\d{1,4}),(\d{1,4}),(\d{1,4})")
MOST_BOXES = 32


@dataclass(frozen=True)
class Settings:
    """A picture, a network, a class and a patch; lengths in pixels of what the network sees."""

    network: str = param("photo", help="Whose answers.")
    picture: str = param("sample:cat", help="A sample, or what the network sees of an upload.")
    target: int = param(-1, low=-1, high=99_999, help="The class by number; -1 is the most probable one.")
    height: int = param(32, low=1, high=224, label="patch height", help="Rows covered.")
    width: int = param(32, low=1, high=224, label="patch width", help="Columns covered.")
    stride_down: int = param(16, low=1, high=224, label="stride down", help="From one row of windows to the next.")
    stride_across: int = param(16, low=1, high=224, label="stride across", help="From one column to the next.")
    fill: str = param("gray", help="What the covered part shows: gray, black, mean, blur or noise.")
    seed: int = param(0, low=0, high=9999, help="Other random pixels for the fill noise.")
    covered: str = param(
        "", help="Boxes covered all the while, such as 0,16,32,32;48,16,32,32: top, left, height, width."
    )
    bfloat16: bool = param(False, help="Faster, if the processor can and the numbers agree.")


@dataclass(frozen=True)
class Event:
    """What is known so far; :func:`occlusion_of` gives it as an :class:`~cnnviz.occlusion.Occlusion`.

    ``probability``, ``logit`` (float32) and ``predicted`` (int16), one per window row by row, and ``clean`` (float32,
    one per class) are little-endian bytes in base64. ``agreement`` is 0 where nothing was compared.
    """

    progress: float
    done: int
    rows: int
    columns: int
    probability: str
    logit: str
    predicted: str
    clean: str
    score: float
    target: int
    tops: tuple[int, ...]
    lefts: tuple[int, ...]
    patch: tuple[int, int]
    size: tuple[int, int]
    seconds: float
    exact: bool
    agreement: float


def run(settings: Settings) -> Iterator[Event]:
    """Slide the patch. Raises what :func:`cnnviz.occlusion.occlude` and ``load`` raise, and :class:`BadSettings`."""
    import torch

    from cnnviz.inspections.views import unpacked
    from cnnviz.models import load
    from cnnviz.occlusion import occlude

    if settings.fill not in FILLS:
        raise BadSettings(f"no fill is called {settings.fill[:20]!r}; there are: {', '.join(FILLS)}")
    torch.set_num_threads(1)
    network = load(settings.network)
    found = occlude(
        network,
        unpacked(settings.picture, network),
        Patch(settings.height, settings.width, settings.stride_down, settings.stride_across, settings.fill),
        target=None if settings.target < 0 else settings.target,
        seed=settings.seed,
        covered=boxes(settings.covered),
        precision="bf16" if settings.bfloat16 else "float32",
    )
    yield from map(told, found)


def boxes(text: str) -> tuple[Box, ...]:
    """Boxes from ``"0,16,32,32;48,16,32,32"``; :class:`BadSettings` where they cannot be read."""
    found = [BOX.fullmatch(part) for part in text.split(";")] if text else []
    if len(found) > MOST_BOXES or None in found:
        raise BadSettings(f"covered are at most {MOST_BOXES} boxes such as 0,16,32,32;48,16,32,32")
    return tuple((int(m[1]), int(m[2]), int(m[3]), int(m[4])) for m in found if m is not None)


def told(found: Occlusion) -> Event:
    """What the worker process says of ``found``."""
    return Event(
        progress=found.progress,
        done=found.done,
        rows=found.rows,
        columns=found.columns,
        probability=_text(found.probability, "<f4"),
        logit=_text(found.logit, "<f4"),
        predicted=_text(found.predicted, "<i2"),
        clean=_text(found.clean, "<f4"),
        score=found.score,
        target=found.target,
        tops=tuple(found.tops.tolist()),
        lefts=tuple(found.lefts.tolist()),
        patch=found.patch,
        size=found.size,
        seconds=round(found.seconds, 3),
        exact=found.exact,
        agreement=found.agreement or 0.0,
    )


def occlusion_of(event: Event) -> Occlusion:
    """The answer that an event tells of."""
    shape = (event.rows, event.columns)
    return Occlusion(
        progress=event.progress,
        done=event.done,
        rows=event.rows,
        columns=event.columns,
        probability=_numbers(event.probability, "<f4").reshape(shape),
        logit=_numbers(event.logit, "<f4").reshape(shape),
        predicted=_numbers(event.predicted, "<i2").reshape(shape).astype(np.int64),
        clean=_numbers(event.clean, "<f4"),
        score=event.score,
        target=event.target,
        tops=np.array(event.tops, np.int64),
        lefts=np.array(event.lefts, np.int64),
        patch=event.patch,
        size=event.size,
        seconds=event.seconds,
        exact=event.exact,
        agreement=event.agreement or None,
    )


def _text(values: NDArray[np.generic], kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")


def _numbers(text: str, kind: str) -> NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(text), kind)


INSPECTIONS.add(
    Task(
        name="occlusion",
        title="Occlusion",
        summary="A patch covers every place of a picture in turn: where the score falls, and where it rises.",
        reference="Zeiler & Fergus 2014, https://arxiv.org/abs/1311.2901",
        settings=Settings,
        run=run,
        event=Event,
        seconds=4 * MOST_SECONDS,  # on a machine that is busy with other things
        words=LOOKING,
        order=4,
    )
)
