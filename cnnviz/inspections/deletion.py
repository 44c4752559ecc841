"""Deletion and insertion curves of one map, as they are measured in the worker process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cnnviz.inspections.registry import INSPECTIONS, LOOKING, Task
from cnnviz.params import param

FILLS = ("paper", "blur", "mean")


@dataclass(frozen=True)
class Settings:
    """Which map is tested, and how."""

    network: str = param("photo", label="network", help="What looks at the picture.")
    picture: str = param("sample:cat", label="picture", help="A sample, or what the network sees of an upload.")
    method: str = param("cam", label="method", help="A class activation method or an attribution.")
    layer: str = param("", label="layer", help="Where a class activation map is taken; empty: the last map.")
    target: int = param(-1, low=-1, high=100_000, label="class", help="Its number; −1: the most probable.")
    fill: str = param(
        "paper",
        choices=FILLS,
        label="holes are filled with",
        help="paper: deletion to the mean colour, insertion into a blurred picture; or one of them for both.",
    )
    steps: int = param(24, low=8, high=48, step=8, label="steps", help="Pictures per curve.")
    seed: int = param(0, low=0, high=99, label="seed", help="Other random maps.")


@dataclass(frozen=True)
class Event:
    """Newly measured points: rows of (way, order, step of ``steps``, probability); see :class:`cnnviz.trust.Points`."""

    progress: float
    steps: int
    points: tuple[tuple[str, str, int, float], ...]


def run(settings: Settings) -> Iterator[Event]:
    """Make the map, then measure: coarse curves first."""
    from cnnviz.inspections.views import unpacked
    from cnnviz.models import load
    from cnnviz.trust import Plan, Question, deletion
    from cnnviz.trust.maps import mapping, settled

    network = load(settings.network)
    view = unpacked(settings.picture, network)
    asked = settled(network, view, Question(settings.method, settings.layer, settings.target, settings.seed))
    making = mapping(network, view, asked)
    while True:
        try:
            next(making)
        except StopIteration as done:
            values = done.value
            break
        yield Event(0.0, settings.steps, ())
    plan = Plan(fill=settings.fill, steps=settings.steps, seed=settings.seed)
    for told in deletion(network, view, values, target=asked.target, plan=plan):
        yield Event(told.progress, told.steps, tuple((w, o, k, round(p, 5)) for w, o, k, p in told.points))


INSPECTIONS.add(
    Task(
        name="deletion",
        title="Deletion and insertion",
        summary="The class's probability while pixels go, and come, in the order of a map.",
        reference="Petsiuk et al. 2018, https://arxiv.org/abs/1806.07421",
        settings=Settings,
        run=run,
        event=Event,
        order=40,
        words=LOOKING,
    )
)
