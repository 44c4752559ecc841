"""A small network that learns few noisy points by heart, and what keeps it from that."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnviz.data.points import KINDS, points
from cnnviz.params import param
from cnnviz.training.tasks.registry import TASKS, Task

if TYPE_CHECKING:
    from torch import Tensor, nn

GRID, EXTENT = 40, 1.5
"""The decision surface: GRID × GRID probabilities over ±EXTENT in both directions, top row first, as bytes."""
VALIDATION, TEST = 100, 2000
FRESH = 10_000  # added to the seed for points that are not trained on
MILESTONES, LOOKS = 20, 200  # how often, at most, the surface is drawn and the losses are measured
MOMENTUM = 0.9
SERIES = ("train", "validation", "test", "train_right", "validation_right", "test_right", "norm")


@dataclass(frozen=True)
class Overfit:
    """How few points, how large a network, and what holds it back."""

    kind: str = param("moons", choices=KINDS, label="data", help="What the two classes look like.")
    points: int = param(
        40, low=20, high=400, step=20, label="training points", help="More points: less to learn by heart."
    )
    noise: float = param(0.3, low=0.0, high=0.4, step=0.05, help="How far points stray: the classes overlap.")
    width: int = param(
        64,
        choices=(2, 4, 8, 16, 32, 64, 128),
        label="units per layer",
        help="A wider network bends around every point.",
    )
    decay: float = param(
        0.0,
        choices=(0.0, 0.001, 0.003, 0.01, 0.03, 0.1),
        label="weight decay λ",
        help="Pulls every weight towards 0 in every step: a smoother boundary.",
    )
    dropout: float = param(
        0.0,
        low=0.0,
        high=0.8,
        step=0.1,
        label="dropout",
        help="Leaves out each unit with this probability in every step.",
    )
    rate: float = param(
        0.05, choices=(0.01, 0.02, 0.05, 0.1), label="learning rate", help="How far a step goes. Momentum is 0.9."
    )
    steps: int = param(2000, choices=(400, 1000, 2000, 4000), label="steps", help="Each step looks at all points once.")
    seed: int = param(5, low=0, high=99, help="Other points, and other first weights.")


@dataclass(frozen=True)
class Overfitted:
    """What happened since the event before: one number per look, and the surface as it is now.

    ``train``, ``validation``, ``test`` are mean cross-entropies in evaluation mode, ``*_right`` the shares of right
    answers, ``norm`` is ‖w‖² over all weights and biases. ``surface`` is base64 of GRID·GRID bytes, 255 = class 1.
    ``best`` is the step with the lowest validation loss so far.
    """

    progress: float
    step: tuple[int, ...]
    train: tuple[float, ...]
    validation: tuple[float, ...]
    test: tuple[float, ...]
    train_right: tuple[float, ...]
    validation_right: tuple[float, ...]
    test_right: tuple[float, ...]
    norm: tuple[float, ...]
    surface: str
    best: int


def looks(steps: int) -> range:
    """The steps at which the losses are measured: evenly, so that a patience is a number of looks."""
    return range(0, steps + 1, steps // LOOKS)


def milestones(steps: int) -> list[int]:
    """The looks at which the surface is drawn too: closer together at the start, where most happens."""
    every = steps // LOOKS
    return sorted({every * round(LOOKS * (k / (MILESTONES - 1)) ** 1.8) for k in range(MILESTONES)})


def run(settings: Overfit) -> Iterator[Overfitted]:
    """Train, and look at training, validation and test points on the way."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as loss

    torch.manual_seed(settings.seed)
    net = network(settings).double()  # so that another processor's rounding stays small over 4,000 steps
    rule = torch.optim.SGD(net.parameters(), lr=settings.rate, momentum=MOMENTUM, weight_decay=settings.decay)
    x, y = _tensors(settings.kind, settings.points, settings.noise, settings.seed)
    watch, drawn, seen = _Watch(settings, net), set(milestones(settings.steps)), set(looks(settings.steps))
    for step in range(settings.steps + 1):
        if step in seen:
            watch.look(step)
        if step in drawn:
            yield watch.event(step)
        rule.zero_grad()
        loss(net(x), y).backward()
        rule.step()


def network(settings: Overfit) -> nn.Module:
    """Two hidden layers of ReLU units with dropout after each, and one logit."""
    from torch import nn

    width = settings.width
    return nn.Sequential(
        *(nn.Linear(2, width), nn.ReLU(), nn.Dropout(settings.dropout)),
        *(nn.Linear(width, width), nn.ReLU(), nn.Dropout(settings.dropout)),
        *(nn.Linear(width, 1), nn.Flatten(0)),
    )


def _tensors(kind: str, count: int, noise: float, seed: int) -> tuple[Tensor, Tensor]:
    import torch

    xy, labels = points(kind, count, noise=noise, seed=seed)
    return torch.tensor(xy), torch.tensor(labels, dtype=torch.float64)


@dataclass
class _Watch:
    """Looks at the network in evaluation mode and collects the numbers of the next event."""

    settings: Overfit
    net: nn.Module
    rows: list[tuple[float, ...]] = field(default_factory=list)
    best: tuple[float, int] = (float("inf"), 0)

    def __post_init__(self) -> None:
        s = self.settings
        self.sets: list[Any] = [_tensors(s.kind, s.points, s.noise, s.seed)]
        self.sets += [_tensors(s.kind, VALIDATION, s.noise, s.seed + FRESH)]
        self.sets += [_tensors(s.kind, TEST, s.noise, s.seed + 2 * FRESH)]
        self.cells = _cells()

    def look(self, step: int) -> None:
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits as loss

        self.net.eval()
        with torch.no_grad():
            asked = [(self.net(x), y) for x, y in self.sets]
            losses = [float(loss(z, y)) for z, y in asked]
            right = [float(((z > 0) == (y > 0.5)).float().mean()) for z, y in asked]
            norm = float(sum((w**2).sum() for w in self.net.parameters()))
        self.net.train()
        self.best = min(self.best, (losses[1], step))
        self.rows.append((step, *losses, *right, norm))

    def event(self, step: int) -> Overfitted:
        import torch

        self.net.eval()
        with torch.no_grad():
            surface = (torch.sigmoid(self.net(self.cells)) * 255).round().to(torch.uint8).numpy().tobytes()
        self.net.train()
        rows, self.rows = self.rows, []
        step_at, *series = (tuple(column) for column in zip(*rows, strict=True))
        series_of = dict(zip(SERIES, series, strict=True))
        text = base64.b64encode(surface).decode("ascii")
        done = step / self.settings.steps
        return Overfitted(progress=done, step=step_at, surface=text, best=self.best[1], **series_of)


def _cells() -> Tensor:
    """The centres of the surface's cells, top row first, ``(GRID², 2)``."""
    import torch

    at = (torch.arange(GRID, dtype=torch.float64) + 0.5) / GRID * 2 * EXTENT - EXTENT
    y, x = torch.meshgrid(-at, at, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


EXAMPLES = {
    "It overfits": Overfit(),
    "Weight decay": Overfit(decay=0.01),
    "Dropout": Overfit(dropout=0.5),
    "More data": Overfit(points=400),
    "A smaller network": Overfit(width=2),
    "Spirals": Overfit(kind="spirals", points=60, noise=0.1, decay=0.003, seed=0),
}
"""What the lecture's examples train, by their titles."""

TASKS.add(
    Task(
        name="overfit",
        title="Overfitting",
        summary="A small network learns few noisy points by heart; weight decay, dropout or more points hold it back.",
        reference="Goodfellow et al. 2016, chapter 7, https://www.deeplearningbook.org",
        settings=Overfit,
        run=run,
        event=Overfitted,
        examples=tuple(EXAMPLES.values())[1:],
    )
)
