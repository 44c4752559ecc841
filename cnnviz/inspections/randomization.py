"""The maps of a network that forgets what it learned, layer by layer, as the worker process makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cnnviz.inspections.registry import INSPECTIONS, LOOKING, Task
from cnnviz.params import param

LONGEST = 64  # cells along the longer side of each map of the strip


@dataclass(frozen=True)
class Settings:
    """Which map is tested."""

    network: str = param("photo", label="network", help="What looks at the picture.")
    picture: str = param("sample:cat", label="picture", help="A sample, or what the network sees of an upload.")
    method: str = param("cam", label="method", help="A class activation method or an attribution.")
    layer: str = param("", label="layer", help="Where a class activation map is taken; empty: the last map.")
    target: int = param(-1, low=-1, high=100_000, label="class", help="Its number; −1: the most probable.")
    seed: int = param(0, low=0, high=99, label="seed", help="Other random weights.")


@dataclass(frozen=True)
class Event:
    """One map of the cascade: ``map`` is text for :class:`cnnviz.trust.packing.Packed`, "" when only time has passed.

    ``stage`` is the lowest layer that was randomized, "" for the trained network.
    """

    progress: float
    stage: str = ""
    correlation: float = 0.0
    similarity: float = 0.0
    probability: float = 0.0
    map: str = ""
    rows: int = 0
    columns: int = 0
    scale: float = 1.0


def run(settings: Settings) -> Iterator[Event]:
    """The trained network's map, then one per stage."""
    from cnnviz.inspections.views import unpacked
    from cnnviz.models import load
    from cnnviz.trust import Question, randomization
    from cnnviz.trust.packing import pack

    network = load(settings.network)
    view = unpacked(settings.picture, network)
    progress = 0.0
    asked = Question(settings.method, settings.layer, settings.target, settings.seed)
    for found in randomization(network, view, asked):
        if found is None:
            yield Event(progress)
            continue
        progress = found.progress
        small = pack(found.map, longest=LONGEST)
        numbers = found.correlation, found.similarity, found.probability
        yield Event(progress, found.stage, *numbers, small.text, small.rows, small.columns, small.scale)


INSPECTIONS.add(
    Task(
        name="randomization",
        title="Weights randomized from the top",
        summary="The map again and again while the network forgets, layer by layer, what it learned.",
        reference="Adebayo et al. 2018, https://arxiv.org/abs/1810.03292",
        settings=Settings,
        run=run,
        event=Event,
        order=41,
        words=LOOKING,
    )
)
