"""Activation maximization as it climbs, in the worker process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.inspections.registry import INSPECTIONS, LOOKING, Task
from cnnviz.params import param

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.actmax import Climbed
    from cnnviz.models import Network

SHARP = 64  # pictures up to this side travel as PNG, pixel by pixel; larger ones as JPEG
SHOWN = 32  # steps between two pictures that are no milestone; they are made small
SMALL = 64  # pixels of their side
AT_ONCE = 4 * 160 * 160  # pixels of a batch: a step then takes a fifth of a second, and so does a stop


@dataclass(frozen=True)
class Settings:
    """What the student can change. ``size`` 0 and the words ``auto`` leave the choice to what suits the network."""

    network: str = param("photo", label="network", help="Whose unit, channel or class is to answer most.")
    objective: str = param("logit:dalmatian", label="objective", help="What should grow, such as channel:stage3:5.")
    parameterization: str = param(
        "fourier+decorrelated", label="parameterization", help="How the picture is written down: space and colour."
    )
    jitter: str = param("auto", label="jitter", help="How the picture is shaken before each look.")
    penalties: str = param("auto", label="penalties", help="What is subtracted: 0.5*tv + 0.1*l2 + 1*blur.")
    steps: int = param(256, low=1, high=512, step=1, label="steps", help="How often the picture moves uphill.")
    rate: float = param(0.0, low=0.0, high=1.0, step=0.01, label="step size", help="How far it moves; 0 is automatic.")
    size: int = param(0, low=0, high=224, step=16, label="side in pixels", help="Of the canvas; 0 is automatic.")
    count: int = param(1, low=1, high=9, label="pictures", help="Of the same objective, side by side.")
    seed: int = param(0, low=0, high=99, label="seed", help="Another start and other jitters.")


@dataclass(frozen=True)
class Event:
    """How far the climb is.

    ``image`` holds all pictures side by side as base64 of ``format`` (``png`` or ``jpeg``): ``count`` squares of
    ``side`` pixels at a ``milestone``, which belongs into the strip, smaller ones between; ``""`` is none. Numbers are
    those of step ``measured``, at most ``step``: ``each`` is the objective per picture, ``terms`` and ``values`` its
    parts and the penalties by name.
    """

    progress: float
    step: int
    steps: int
    milestone: bool
    measured: int
    value: float
    each: tuple[float, ...]
    terms: tuple[str, ...]
    values: tuple[float, ...]
    image: str
    format: str
    count: int
    side: int
    seconds: float


def run(settings: Settings) -> Iterator[Event]:
    """Climb, and tell of it."""
    from cnnviz.actmax import climb
    from cnnviz.actmax.costing import within
    from cnnviz.models import load

    network = load(settings.network)
    check_work(network, settings)
    climbing = climb(
        network,
        settings.objective,
        parameterization=settings.parameterization,
        jitters=None if settings.jitter == "auto" else settings.jitter,
        penalties=None if settings.penalties == "auto" else settings.penalties,
        steps=settings.steps,
        rate=settings.rate or None,
        size=settings.size or None,
        count=settings.count,
        seed=settings.seed,
        ticks=True,
    )
    yield from map(_event, within(climbing, settings.steps))


def check_work(network: Network, settings: Settings) -> None:
    """Refuse a batch whose steps are so long that nobody could stop in between."""
    from cnnviz.actmax import ClimbError, advice, parse_all

    objectives = parse_all(settings.objective)
    side = settings.size or advice(network, objectives).size
    pictures, most = settings.count * len(objectives), max(1, AT_ONCE // side**2)
    if pictures > most:
        raise ClimbError(f"{pictures} pictures of {side} pixels are too many; choose up to {most} or a smaller size")


def _event(climbed: Climbed) -> Event:
    image, kind = "", ""
    if climbed.milestone or (climbed.step % SHOWN == 0 and climbed.step == climbed.measured):
        image, kind = packed(climbed.image, small=not climbed.milestone)
    return Event(
        progress=climbed.progress,
        step=climbed.step,
        steps=climbed.steps,
        milestone=climbed.milestone,
        measured=climbed.measured,
        value=climbed.value,
        each=climbed.each,
        terms=tuple(text for text, _ in climbed.terms),
        values=tuple(value for _, value in climbed.terms),
        image=image,
        format=kind,
        count=len(climbed.image),
        side=climbed.image.shape[1],
        seconds=climbed.seconds,
    )


def packed(images: NDArray[np.uint8], *, small: bool = False) -> tuple[str, str]:
    """Pictures ``(N, h, w, 3)`` side by side as base64 text, and its format; at most 64 pixels high if ``small``."""
    import base64

    import numpy as np

    from cnnviz.data.images import encode_jpeg, encode_png, fit_shorter_side

    strip = np.concatenate(list(images), axis=1)
    sharp = len(strip) <= SHARP
    if small and len(strip) > SMALL:
        strip = fit_shorter_side(strip, SMALL)
    content = encode_png(strip) if sharp else encode_jpeg(strip)
    return base64.b64encode(content).decode("ascii"), "png" if sharp else "jpeg"


INSPECTIONS.add(
    Task(
        name="climb",
        title="Activation maximization",
        summary="Gradient ascent on a picture until a unit, channel or class answers as much as it can.",
        reference="Olah et al. 2017, https://distill.pub/2017/feature-visualization",
        settings=Settings,
        run=run,
        event=Event,
        seconds=240.0,  # twice what a climb may take: on a machine that is busy with other things
        examples=(
            Settings(parameterization="pixel+rgb", jitter="none"),
            Settings(parameterization="pixel+rgb"),
            Settings(jitter="none"),
        ),
        words=LOOKING,
    )
)
