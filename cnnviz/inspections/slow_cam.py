"""Score-CAM and Ablation-CAM where they run the network once per channel: the map while it grows."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.inspections.registry import INSPECTIONS, LOOKING, Task
from cnnviz.params import param

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.cam import Progress

SECONDS = 180.0
"""What a map may cost on one core; more is refused after the first few pictures."""

MAPS = 24
"""How many stages carry the map; the others only tell how far it is."""


@dataclass(frozen=True)
class Settings:
    """Which map to compute, of which picture."""

    network: str = param("photo", help="The network to ask.")
    picture: str = param("sample:cat", help="A sample picture, or the pixels that the network sees.")
    method: str = param("score-cam", choices=("score-cam", "ablation-cam"), help="How the channels are weighted.")
    layer: str = param("", help="Path of the layer; empty for the first one listed.")
    target: int = param(-1, low=-1, high=99999, help="Number of the class to explain; -1 for the most probable.")
    fast: bool = param(False, help="Score-CAM in bfloat16, where the processor computes in it: about half the time.")
    seed: int = param(0, low=0, high=9, help="Nothing here is random.")


@dataclass(frozen=True)
class Event:
    """After ``done`` of ``total`` forward passes, about ``seconds_left`` before the end (-1: not known yet).

    ``map`` is "" between two stages of the map, else base64 of float32 ``(rows, columns)``: see :func:`values`.
    ``channels`` are the five that contribute most so far: index, weight, mean activation, contribution.
    """

    progress: float
    done: int
    total: int
    seconds_left: float
    layer: str
    target: int
    name: str
    probability: float
    logit: float
    rows: int
    columns: int
    map: str
    channels: tuple[tuple[int, float, float, float], ...]


def run(settings: Settings) -> Iterator[Event]:
    """The stages of the map, each within a fraction of a second."""
    from cnnviz.cam import explain_in_steps
    from cnnviz.inspections.views import unpacked
    from cnnviz.models import load

    network = load(settings.network)
    stages = explain_in_steps(
        network,
        unpacked(settings.picture, network),
        method=settings.method,
        target=None if settings.target < 0 else settings.target,
        layer=settings.layer or None,
        framed=True,
        half=settings.fast,
        limit=SECONDS,
    )
    shown = -1
    for progress in stages:
        stage = int(progress.share * MAPS)
        yield _event(progress, with_map=stage > shown)
        shown = stage


def values(event: Event) -> NDArray[np.float32]:
    """The map ``(rows, columns)`` of an event that carries one."""
    import numpy as np

    return np.frombuffer(base64.b64decode(event.map), np.float32).reshape(event.rows, event.columns)


def _event(progress: Progress, *, with_map: bool) -> Event:
    found = progress.explanation
    rows, columns = found.map.shape
    return Event(
        progress=progress.share,
        done=progress.done,
        total=progress.total,
        seconds_left=-1.0 if progress.left is None else round(progress.left, 2),
        layer=found.layer,
        target=found.target.index,
        name=found.target.name,
        probability=found.target.probability,
        logit=found.logit,
        rows=rows,
        columns=columns,
        map=base64.b64encode(found.map.tobytes()).decode("ascii") if with_map else "",
        channels=tuple((c.index, c.weight, c.activation, c.contribution) for c in found.channels()) if with_map else (),
    )


INSPECTIONS.add(
    Task(
        name="slow-cam",
        title="A class activation map, channel by channel",
        summary="Score-CAM or Ablation-CAM: one forward pass per channel, the map growing on the way.",
        reference="Wang et al. 2020, https://arxiv.org/abs/1910.01279",
        settings=Settings,
        run=run,
        event=Event,
        seconds=SECONDS + 60,
        words=LOOKING,
    )
)
