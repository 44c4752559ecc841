"""captum's attributions of one class to the pixels, as the worker process computes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cnnviz.inspections.registry import INSPECTIONS, LOOKING, Task
from cnnviz.params import param

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.attribution import Attribution
    from cnnviz.models import Network

ALL = "all"
TOLD = (0.0, 0.2, 1.0)  # a map is told when its progress passes one of these


@dataclass(frozen=True)
class Settings:
    """What is attributed."""

    network: str = param("photo", label="network", help="What looks at the picture.")
    picture: str = param("sample:cat", label="picture", help="A sample, or what the network sees of an upload.")
    method: str = param(ALL, label="method", help="An attribution, or all of them, the cheapest first.")
    target: int = param(-1, low=-1, high=100_000, label="class", help="Its number; −1: the most probable.")
    seed: int = param(0, low=0, high=99, label="seed", help="Other noise.")


@dataclass(frozen=True)
class Event:
    """An attribution so far: ``map`` is text for :class:`cnnviz.trust.packing.Packed`, "" when only time has passed.

    ``total`` is the sum of the attributions, ``share`` how far this method is. ``refused`` says in a sentence why the
    network does not allow it.
    """

    progress: float
    method: str = ""
    share: float = 0.0
    total: float = 0.0
    logit: float = 0.0
    baseline: float = 0.0
    map: str = ""
    rows: int = 0
    columns: int = 0
    scale: float = 1.0
    refused: str = ""


def run(settings: Settings) -> Iterator[Event]:
    """One method, or all of them in the order of their cost."""
    from cnnviz.attribution import ATTRIBUTIONS
    from cnnviz.inspections.views import unpacked
    from cnnviz.models import load

    network = load(settings.network)
    view = unpacked(settings.picture, network)
    names = [*ATTRIBUTIONS] if settings.method == ALL else [settings.method]
    methods = sorted((ATTRIBUTIONS[name] for name in names), key=lambda method: method.passes)
    total, done = sum(method.passes for method in methods), 0
    for method in methods:
        for event in _one(network, view, method.name, settings):
            yield replace(event, progress=(done + event.share * method.passes) / total)
        done += method.passes


def _one(network: Network, view: NDArray[np.uint8], name: str, settings: Settings) -> Iterator[Event]:
    from cnnviz.attribution import BadAttribution, attribute

    told = -1.0
    try:
        for found in attribute(network, view, method=name, target=settings.target, seed=settings.seed):
            new = any(told < mark <= found.progress for mark in TOLD)
            told = found.progress if new else told
            yield _event(found, shown=new)
    except BadAttribution as refused:
        yield Event(0.0, name, 1.0, refused=str(refused))


def _event(found: Attribution, *, shown: bool) -> Event:
    from cnnviz.trust.packing import pack

    numbers = found.progress, found.total, found.logit, found.baseline
    if not shown:
        return Event(0.0, found.method, *numbers)
    small = pack(found.map)
    return Event(0.0, found.method, *numbers, small.text, small.rows, small.columns, small.scale)


INSPECTIONS.add(
    Task(
        name="attribution",
        title="Other attributions",
        summary="Saliency, SmoothGrad, integrated gradients, guided backprop and DeepLift of one class.",
        reference="captum: Kokhlikyan et al. 2020, https://arxiv.org/abs/2009.07896",
        settings=Settings,
        run=run,
        event=Event,
        order=42,
        words=LOOKING,
    )
)
