"""A linear classifier learns the generated shapes: its loss starts at ln 10, and templates emerge from gray."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.params import param
from cnnviz.training.tasks.registry import TASKS, Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TRAINED_ON, TESTED_ON = 4000, 1000
BATCH = 64
SIDE = 16  # pixels a template travels with: half of its own
MILESTONES = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)  # shares of the run after which the templates are shown
EVENTS = 30


@dataclass(frozen=True)
class Settings:
    """How it learns."""

    steps: int = param(400, low=50, high=800, step=50, help="How many batches of 64 pictures it learns from.")
    rate: float = param(
        0.005,
        choices=(0.0002, 0.001, 0.005, 0.02, 0.1, 1.0),
        label="learning rate",
        help="How far each step goes; it falls to zero along a half cosine.",
    )
    decay: float = param(
        0.3,
        choices=(0.0, 0.03, 0.3, 3.0),
        label="weight decay",
        help="How hard every weight is pulled towards 0: more gives smoother templates.",
    )
    scale: float = param(
        0.0,
        choices=(0.0, 0.001, 0.01, 0.1),
        label="size of the first weights",
        help="Standard deviation of the random weights it starts from. With 0 the loss starts at ln 10.",
    )
    seed: int = param(0, low=0, high=9, help="Another order of the batches, and other first weights.")


@dataclass(frozen=True)
class Event:
    """After ``step`` steps. ``templates`` is "" but at milestones: base64 of uint8 ``(10, 16, 16, 3)``, zero is gray.

    ``loss`` is the mean over the batches since the last event, at step 0 that of the first batch, in nats;
    ``test_loss`` and ``accuracy`` are those of pictures that are not learned from.
    """

    progress: float
    step: int
    loss: float
    test_loss: float
    accuracy: float
    largest: float
    templates: str


def run(settings: Settings) -> Iterator[Event]:
    """Softmax regression by mini-batch gradient descent, in numpy: no torch is needed for one matrix."""
    import numpy as np

    from cnnviz.data.generated import shapes
    from cnnviz.scores.fitting import Recipe, fit, measured

    train, test = shapes(TRAINED_ON, seed=100 + settings.seed), shapes(TESTED_ON, seed=99)
    unseen = np.stack(test.images)
    recipe = Recipe(settings.steps, BATCH, settings.rate, settings.decay, scale=settings.scale, seed=settings.seed)
    told = {round(settings.steps * k / EVENTS) for k in range(EVENTS + 1)}
    shown = {round(settings.steps * share) for share in MILESTONES}
    losses: list[float] = []
    for learned in fit(np.stack(train.images), train.labels, train.classes, recipe=recipe):
        losses.append(learned.loss)
        if learned.step in told | shown:
            loss, share = measured(learned.classifier, unseen, test.labels)
            weights = learned.classifier.weights
            yield Event(
                progress=learned.step / settings.steps,
                step=learned.step,
                loss=float(np.mean(losses)),
                test_loss=loss,
                accuracy=share,
                largest=float(np.abs(weights).max()),
                templates=packed(weights) if learned.step in shown else "",
            )
            losses.clear()


def packed(weights: NDArray[np.float64]) -> str:
    """Rows of W as pictures of 16×16, each to its own largest weight, as base64 text of 10 kB."""
    import numpy as np

    from cnnviz.scores.classifier import SIDE as WHOLE
    from cnnviz.scores.classifier import pictures

    fold = WHOLE // SIDE
    planes = weights.reshape(len(weights), 3, SIDE, fold, SIDE, fold).mean(axis=(3, 5))
    finite = np.nan_to_num(planes, nan=0.0, posinf=0.0, neginf=0.0)
    return base64.b64encode(pictures(finite.reshape(len(weights), -1), side=SIDE).tobytes()).decode("ascii")


TASKS.add(
    Task(
        name="linear",
        title="A linear classifier learns the generated shapes",
        summary="Softmax regression from zero weights: the loss starts at ln 10, and ten templates emerge.",
        reference="Deck D1, linear classification; Bishop 2006, §4.3.4",
        settings=Settings,
        run=run,
        event=Event,
    )
)
