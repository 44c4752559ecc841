"""Gradient ascent on a picture: the weights stay, the picture moves. Imports torch."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from cnnviz.actmax import jittering
from cnnviz.actmax.adam import Adam
from cnnviz.actmax.canvas import Canvas, canvas
from cnnviz.actmax.defaults import advice
from cnnviz.actmax.errors import ClimbError
from cnnviz.actmax.expressions import IMAGE, SCORES, Objective
from cnnviz.actmax.parsing import parse_all, penalty
from cnnviz.probe import reach_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.models import Network

MILESTONES = (1, 4, 16, 64, 128, 256, 512)
"""Steps whose pictures are kept for the strip, besides the last."""

SILENT, ROUGHEST = 2, 64.0  # looks without an answer before another start, and how much rougher that may be
EVERY = 4  # steps between two measurements: each costs a third of a step
MOST_STEPS, MOST_PIXELS, SMALLEST, LARGEST = 512, 16 * 160 * 160, 8, 320


@dataclass(frozen=True, eq=False)
class Climbed:
    """How far a climb is after ``step`` of ``steps``.

    ``value`` is the objective without penalties, the mean over the batch, ``each`` image's own and ``terms`` every term
    of the objective and of the penalties by its text (mean over the images that have it, without its factor), all
    measured on the ``image`` shown, without jitter. ``image`` is uint8 ``(N, h, w, 3)``, ``seconds`` the time so far.
    Numbers and image are those of step ``measured``, the last one that was measured.
    """

    progress: float
    step: int
    steps: int
    milestone: bool
    measured: int
    value: float
    each: tuple[float, ...]
    terms: tuple[tuple[str, float], ...]
    image: NDArray[np.uint8] = field(repr=False)
    seconds: float = 0.0


def climb(  # noqa: PLR0913 (one keyword per choice, each with a default)
    network: Network,
    objective: Objective | str | Sequence[Objective],
    *,
    parameterization: str = "fourier+decorrelated",
    jitters: str | None = None,
    steps: int = 256,
    rate: float | None = None,
    size: int | None = None,
    count: int = 1,
    seed: int = 0,
    penalties: str | Objective | None = None,
    every: int = EVERY,
    ticks: bool = False,
    precision: torch.dtype = torch.float32,
) -> Iterator[Climbed]:
    """Pictures that make ``objective`` grow: events at the milestones, at the end and ``every`` few steps between.

    Erhan et al. 2009, with what Olah et al. 2017 (https://distill.pub/2017/feature-visualization) found to give
    pictures that people can read. With several objectives (``"channel:stem:0; channel:stem:1"``) each gets ``count``
    images of the batch. ``jitters``, ``rate``, ``size`` and ``penalties`` that are not given are
    :func:`~cnnviz.actmax.advice` for the network. ``precision=torch.bfloat16`` is faster on processors that have it.
    With ``ticks`` the other steps are told too, with the numbers measured last: for those who may want to stop.

    The network's lock is held for a step at a time; nothing of it is changed.

    Raises:
        ClimbError, UnknownClass: the network has no such thing, or settings out of range; before the first event.
    """
    wanted = _objectives(objective)
    hints = advice(network, wanted)
    side = size or hints.size
    _check(steps=steps, side=side, images=count * len(wanted), rate=hints.rate if rate is None else rate)
    less = hints.penalties if penalties is None else penalties
    against = penalty(less) if isinstance(less, str) else less
    plan = _Plan(network, wanted, against, count=count, precision=precision)
    run = _Run(
        plan,
        canvas(parameterization, (len(wanted) * count, side, side)),
        jittering.chosen(hints.jitter if jitters is None else jitters),
        rate=hints.rate if rate is None else rate,
        seed=seed,
    )
    return _events(run, steps, every=max(1, every), ticks=ticks)


def _objectives(objective: Objective | str | Sequence[Objective]) -> tuple[Objective, ...]:
    if isinstance(objective, str):
        return parse_all(objective)
    return (objective,) if isinstance(objective, Objective) else tuple(objective)


def _check(*, steps: int, side: int, images: int, rate: float) -> None:
    if not 1 <= steps <= MOST_STEPS:
        raise ClimbError(f"there are {steps} steps; choose 1 to {MOST_STEPS}")
    if not SMALLEST <= side <= LARGEST:
        raise ClimbError(f"the size is {side} pixels; choose {SMALLEST} to {LARGEST}")
    if images < 1 or images * side * side > MOST_PIXELS:
        most = MOST_PIXELS // (side * side)
        raise ClimbError(f"{images} pictures of {side} pixels are too many; choose 1 to {most} or a smaller size")
    if not (math.isfinite(rate) and 0 < rate <= 10):
        raise ClimbError(f"the step is {rate:g}; choose one above 0, up to 10")


def _events(run: _Run, steps: int, *, every: int, ticks: bool) -> Iterator[Climbed]:
    start = time.monotonic()
    told: Climbed | None = None
    for step in range(1, steps + 1):
        run.step()
        milestone = step in MILESTONES or step == steps
        if told is None or milestone or step % every == 0:
            value, each, terms = run.measured()
            spent = time.monotonic() - start
            told = Climbed(step / steps, step, steps, milestone, step, value, each, terms, run.image(), spent)
            yield told
        elif ticks:
            spent = time.monotonic() - start
            yield replace(told, progress=step / steps, step=step, milestone=False, seconds=spent)


class _Plan:
    """What is climbed: which layers answer for which images of the batch."""

    def __init__(
        self,
        network: Network,
        objectives: Sequence[Objective],
        penalties: Objective | None,
        *,
        count: int,
        precision: torch.dtype,
    ) -> None:
        self.network = network
        self.wanted = []  # (images, factor, term, text, is it a penalty)
        for k, each in enumerate(objectives):
            images = slice(k * count, (k + 1) * count)
            whole = [(part, False) for part in zip(each.parts, each.bound(network).parts, strict=True)]
            if penalties is not None:
                less = zip(penalties.parts, penalties.bound(network).parts, strict=True)
                whole += [(part, True) for part in less]
            for ((_, named), (factor, term)), against in whole:
                self.wanted.append((images, -factor if against else factor, term, str(named), against))
        self.layers = tuple({term.layer for _, _, term, _, _ in self.wanted} - {IMAGE})
        # batch norms folded where no answer that counts changes; bfloat16 only then, and where the processor has it
        self._model = network.looking_at(*(each for each in self.layers if each != SCORES))
        if precision == torch.bfloat16 and self._model is not network.model:
            self._model = network.half
        self._kind = next(self._model.parameters()).dtype
        self._cast = precision if self._kind == torch.float32 else torch.float32
        with torch.inference_mode(mode=False):  # a caller may be in it, and its tensors could not be differentiated
            std, mean = (torch.tensor(values).view(1, 3, 1, 1) for values in (network.spec.std, network.spec.mean))
            self._scale, self._shift = 1 / std, -mean / std

    def values(self, pixels: Tensor, looked: Tensor) -> Iterator[tuple[slice, float, Tensor, str, bool]]:
        """Every term's worth for its images: layers see ``looked``, penalties the ``pixels`` before the jitter."""
        found = self._answers(looked)
        for images, factor, term, text, against in self.wanted:
            answer = pixels if term.layer == IMAGE else found[term.layer]
            yield images, factor, term.values(answer[images].float()), text, against

    def _answers(self, looked: Tensor) -> dict[str, Tensor]:
        if not self.layers:
            return {}
        inputs = (looked * self._scale + self._shift).to(self._kind, memory_format=torch.channels_last)
        try:
            low = self._cast != torch.float32
            with self.network.lock, torch.autocast("cpu", self._cast if low else None, enabled=low):
                found = reach_all(self._model, self.layers, inputs)
                return {layer: answer for layer, (_, answer) in found.items()}
        except RuntimeError as error:
            side, own = looked.shape[-1], self.network.spec.side
            if side == own:
                raise
            told = f"{self.network.name} takes no pictures of {side} pixels here; set the size to {own}"
            raise ClimbError(told) from error


class _Run:
    """The picture on its way up."""

    def __init__(self, plan: _Plan, picture: Canvas, jitters: jittering.Chosen, *, rate: float, seed: int) -> None:
        self.plan, self.picture, self.jitters = plan, picture, jitters
        self.generator = torch.Generator().manual_seed(seed)
        self.rule = Adam(rate)
        self.silent = torch.zeros(picture.shape[0], dtype=torch.long)  # looks in a row without any answer, per image
        self.restarts = 0
        with torch.inference_mode(mode=False):
            self.numbers = picture.start(self.generator)

    def step(self) -> None:
        """Draw a jitter, look, and move up the slope."""
        with torch.inference_mode(mode=False), torch.enable_grad():
            drawn = jittering.draw(self.jitters, self.picture.shape[0], self.generator)
            pixels = self.picture.pixels(self.numbers)
            looked = jittering.apply(pixels, drawn)
            found = list(self.plan.values(pixels, looked))
            total = sum((factor * worth).sum() for _, factor, worth, _, _ in found)
            assert isinstance(total, Tensor)  # noqa: S101 (an objective has a term)
            with self.plan.network.lock:
                (slope,) = torch.autograd.grad(total, [self.numbers])
        answered = torch.zeros(self.picture.shape[0])
        for images, _, worth, _, against in found:
            answered[images] += 0 if against else worth.detach().abs()
        self.silent = (self.silent + 1) * (answered == 0)
        with torch.inference_mode(mode=False), torch.no_grad():
            moved = self.rule.step(self.numbers, slope.nan_to_num())
            self.numbers = self._awoken(moved).requires_grad_()

    def _awoken(self, numbers: Tensor) -> Tensor:
        """The numbers, with another and rougher start for images to which a unit behind a ReLU gave no answer at all.

        Where it is silent it has no slope: nothing would ever change.
        """
        again = self.silent >= SILENT
        if not bool(again.any()):
            return numbers
        self.restarts, self.silent = self.restarts + 1, self.silent * ~again
        rougher = self.picture.start(self.generator).detach() * min(ROUGHEST, 2.0**self.restarts)
        return torch.where(again.view(-1, *[1] * (numbers.ndim - 1)), rougher, numbers)

    def measured(self) -> tuple[float, tuple[float, ...], tuple[tuple[str, float], ...]]:
        """The objective's mean, each image's, and every term's, on the picture without jitter."""
        each = np.zeros(self.picture.shape[0])
        terms: dict[str, list[float]] = {}
        with torch.inference_mode(mode=False), torch.no_grad():
            pixels = self.picture.pixels(self.numbers)
            for images, factor, worth, text, against in self.plan.values(pixels, pixels):
                found = worth.double().nan_to_num().numpy()
                terms.setdefault(text, []).extend(found.tolist())
                if not against:
                    each[images] += factor * found
        means = tuple((text, float(np.mean(found))) for text, found in terms.items())
        return float(each.mean()), tuple(each.tolist()), means

    def image(self) -> NDArray[np.uint8]:
        """The pictures, uint8 ``(N, h, w, 3)``."""
        with torch.inference_mode(mode=False), torch.no_grad():
            pixels = self.picture.pixels(self.numbers).nan_to_num()
        return (pixels * 255).round_().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()
