"""The same small network with and without batch norm, at four learning rates side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.params import param
from cnnviz.training.tasks.registry import TASKS, Task

if TYPE_CHECKING:
    from torch import Tensor, nn

RATES = (0.03, 0.3, 1.0, 3.0)
ACTIVATIONS = ("relu", "tanh", "sigmoid")
PLACES = ("before", "after")
DRAWN, TESTED, NOISE = 600, 500, 0.1  # points for training and testing, and how much they scatter
TOLD = 40  # events in a run
DIVERGED = 1e4  # a loss from which no run comes back
NAN = float("nan")


@dataclass(frozen=True)
class Size:
    """How large the network and its training are."""

    depth: int = param(5, low=2, high=8, label="hidden layers", help="Deeper is harder to train without batch norm.")
    width: int = param(16, low=4, high=32, step=4, label="units per layer", help="Each has its own γ and β.")
    batch: int = param(64, low=2, high=128, step=2, label="points per batch", help="μ and σ² come from these alone.")
    steps: int = param(240, low=80, high=480, step=80, label="steps", help="How often the weights are updated.")
    seed: int = param(0, low=0, high=9, label="seed", help="Other first weights and another order of the points.")


@dataclass(frozen=True)
class Settings(Size):
    """What the student can change."""

    activation: str = param("relu", choices=ACTIVATIONS, label="activation", help="What bends the numbers.")
    place: str = param(
        "before", choices=PLACES, label="batch norm stands", help="Before the activation as in the paper, or after it."
    )


@dataclass(frozen=True)
class Event:
    """The curves so far, one row per run: the four rates without batch norm, then the same with it.

    ``loss`` is the mean cross-entropy of the batches since the last of ``steps``, NaN once a run has diverged. ``mean``
    and ``deviation`` are of the numbers that enter the last activation, over one batch and all units. ``accuracy`` on
    unseen points comes with the last event, in evaluation mode.
    """

    progress: float
    rates: tuple[float, ...]
    normalized: tuple[bool, ...]
    steps: tuple[int, ...]
    loss: tuple[tuple[float, ...], ...]
    mean: tuple[tuple[float, ...], ...]
    deviation: tuple[tuple[float, ...], ...]
    accuracy: tuple[float, ...] = ()


class _Run:
    """One network with its rate and its curves."""

    def __init__(self, settings: Settings, rate: float, *, normalized: bool) -> None:
        import torch

        torch.manual_seed(settings.seed)  # the same first weights for every run
        self.net, self.last = _network(settings, normalized=normalized)
        self.rate, self.normalized, self.alive = rate, normalized, True
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=rate)
        self.recent: list[float] = []  # losses since the curves got their last point
        self.curves: tuple[list[float], list[float], list[float]] = ([], [], [])

    def step(self, x: Tensor, y: Tensor, *, told: bool) -> None:
        """One update; the curves get a point if ``told``."""
        from torch.nn.functional import cross_entropy

        if not self.alive:
            return self.point(NAN, NAN, NAN) if told else None
        entering = self.net[: self.last](x)
        loss = cross_entropy(self.net[self.last :](entering), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.recent.append(loss.item())
        self.alive = self.recent[-1] < DIVERGED  # false for NaN too
        if told:
            mean = sum(self.recent) / len(self.recent) if self.alive else NAN
            self.point(mean, entering.mean().item(), entering.std().item())
        return None

    def point(self, *values: float) -> None:
        """Let the curves grow by one point each."""
        for curve, value in zip(self.curves, values, strict=True):
            curve.append(value)
        self.recent.clear()

    def accuracy(self, x: Tensor, y: Tensor) -> float:
        """The share of ``x`` that the network gets right with its running statistics; NaN if it diverged."""
        import torch

        if not self.alive:
            return NAN
        with torch.inference_mode():
            return float((self.net.eval()(x).argmax(1) == y).float().mean())


def run(settings: Settings) -> Iterator[Event]:
    """Train all eight in step, so that their curves grow together."""
    import torch

    torch.set_num_threads(1)
    x, y = _points(DRAWN, 0)
    runs = [_Run(settings, rate, normalized=normalized) for normalized in (False, True) for rate in RATES]
    order = torch.Generator().manual_seed(settings.seed)
    every = max(1, settings.steps // TOLD)
    told: list[int] = []
    for step in range(1, settings.steps + 1):
        chosen = torch.randint(len(x), (settings.batch,), generator=order)
        now = step % every == 0 or step in (1, settings.steps)
        for each in runs:
            each.step(x[chosen], y[chosen], told=now)
        if now:
            told.append(step)
            yield _event(runs, told, 0.95 * step / settings.steps)
    x, y = _points(TESTED, 1)
    yield _event(runs, told, 1.0, accuracy=tuple(each.accuracy(x, y) for each in runs))


def _event(runs: Sequence[_Run], steps: Sequence[int], progress: float, accuracy: tuple[float, ...] = ()) -> Event:
    loss, mean, deviation = (tuple(tuple(each.curves[k]) for each in runs) for k in range(3))
    return Event(
        progress,
        tuple(each.rate for each in runs),
        tuple(each.normalized for each in runs),
        tuple(steps),
        loss,
        mean,
        deviation,
        accuracy,
    )


def _points(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Two spirals, each coordinate with mean 0 and spread 1 over the training points."""
    import torch

    from cnnviz.data.points import points

    at, labels = points("spirals", count, noise=NOISE, seed=seed)
    trained, _ = points("spirals", DRAWN, noise=NOISE, seed=0)
    at = (at - trained.mean(axis=0)) / trained.std(axis=0)  # unseen points are scaled as those of the training
    return torch.from_numpy(at).float(), torch.from_numpy(labels)


def _network(settings: Settings, *, normalized: bool) -> tuple[nn.Sequential, int]:
    """Linear layers with an activation and, if asked, batch norm; and where the last activation stands."""
    from torch import nn

    kind = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[settings.activation]
    layers: list[nn.Module] = []
    for k in range(settings.depth):
        layers.append(nn.Linear(settings.width if k else 2, settings.width))
        norm = [nn.BatchNorm1d(settings.width)] if normalized else []
        layers += [*norm, kind()] if settings.place == "before" else [kind(), *norm]
    last = max(k for k, layer in enumerate(layers) if isinstance(layer, kind))
    return nn.Sequential(*layers, nn.Linear(settings.width, 2)), last


TASKS.add(
    Task(
        name="batch-norm",
        title="With and without batch norm",
        summary="The same small network at four learning rates, each with and without batch norm.",
        reference="Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167",
        settings=Settings,
        run=run,
        event=Event,
        examples=tuple(Settings(activation=kind, place=place) for kind in ACTIVATIONS for place in PLACES)[1:],
    )
)
