"""Deeper and deeper networks with batch norm, plain and residual, trained for the same steps on the same points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from cnnviz.data.points import KINDS
from cnnviz.params import param
from cnnviz.training.tasks.registry import TASKS, Task

if TYPE_CHECKING:
    from torch import Tensor

DEPTHS = (10, 20, 30, 40)
NETS = tuple((depth, residual) for residual, depth in product((False, True), DEPTHS))  # plain ones first
TOLD = 30  # events in a run
POINTS, NOISE, MOMENTUM = 256, 0.1, 0.9


@dataclass(frozen=True)
class Settings:
    """What the student can change."""

    data: str = param("spirals", choices=KINDS, label="points to learn", help="Two classes in the plane.")
    width: int = param(16, low=8, high=32, step=4, label="units per layer", help="How wide every layer is.")
    steps: int = param(100, low=40, high=200, step=20, label="training steps", help="The same for every network.")
    rate: float = param(0.05, low=0.005, high=0.1, step=0.005, label="learning rate", help="Of SGD with momentum 0.9.")
    seed: int = param(0, low=0, high=9, label="seed", help="Other first weights and other points.")


@dataclass(frozen=True)
class Event:
    """One look at all networks, in the order of :data:`NETS`.

    ``loss`` is the training cross-entropy before step ``step`` and ``accuracy`` the share of training points that are
    right. ``gradient``, in the first and the last event only, holds ‖∂ℓ/∂W‖ of every layer, first layer first.
    """

    progress: float
    step: int
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    gradient: tuple[tuple[float, ...], ...] = ()


class _Deep:
    """Dense layers in blocks of two, as He et al. have them: batch norm after each, ReLU after the sum."""

    def __init__(self, settings: Settings, depth: int, *, residual: bool) -> None:
        import torch
        from torch import nn

        torch.manual_seed(settings.seed)  # the plain network and its residual twin start with the same weights
        width = settings.width
        self.residual = residual
        self.layers = [nn.Linear(width, width, bias=False) for _ in range(depth)]
        for layer in self.layers:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        self.norms = [nn.BatchNorm1d(width) for _ in range(depth)]
        self.first, self.last = nn.Linear(2, width), nn.Linear(width, 2)
        modules = (*self.layers, *self.norms, self.first, self.last)
        weights = [weight for module in modules for weight in module.parameters()]
        self.optimizer = torch.optim.SGD(weights, lr=settings.rate, momentum=MOMENTUM)

    def scores(self, x: Tensor) -> Tensor:
        """The scores of the two classes, ``(N, 2)``."""
        a = self.first(x).relu()
        for k in range(0, len(self.layers), 2):
            inner = self.norms[k](self.layers[k](a)).relu()
            inner = self.norms[k + 1](self.layers[k + 1](inner))
            a = (inner + a if self.residual else inner).relu()
        return self.last(a)  # type: ignore[no-any-return]

    def step(self, x: Tensor, y: Tensor) -> tuple[float, float]:
        """One update with all points; loss and accuracy before it."""
        from torch.nn.functional import cross_entropy

        scores = self.scores(x)
        loss = cross_entropy(scores, y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item(), (scores.argmax(1) == y).float().mean().item()

    def gradient(self) -> tuple[float, ...]:
        """‖∂ℓ/∂W‖ of every layer in the step just made."""
        return tuple(float(layer.weight.grad.norm()) for layer in self.layers if layer.weight.grad is not None)


def run(settings: Settings) -> Iterator[Event]:
    """Train all eight in step, so that their curves grow together."""
    import torch

    from cnnviz.data.points import points

    torch.set_num_threads(1)
    xy, labels = points(settings.data, POINTS, noise=NOISE, seed=settings.seed)
    x, y = torch.from_numpy(xy).float(), torch.from_numpy(labels)
    nets = [_Deep(settings, depth, residual=residual) for depth, residual in NETS]
    every = max(1, settings.steps // TOLD)
    for step in range(settings.steps + 1):
        told = [net.step(x, y) for net in nets]
        end = step in (0, settings.steps)
        if end or step % every == 0:
            yield _event(nets, step, told, progress=step / settings.steps, gradient=end)


def _event(
    nets: Sequence[_Deep], step: int, told: Sequence[tuple[float, float]], *, progress: float, gradient: bool
) -> Event:
    loss, accuracy = zip(*told, strict=True)
    return Event(progress, step, loss, accuracy, tuple(net.gradient() for net in nets) if gradient else ())


TASKS.add(
    Task(
        name="depth",
        title="Plain or residual depth",
        summary="Networks of 10 to 40 layers with batch norm, plain and residual, trained for the same steps.",
        reference="He et al. 2016, §4, https://arxiv.org/abs/1512.03385",
        settings=Settings,
        run=run,
        event=Event,
    )
)
