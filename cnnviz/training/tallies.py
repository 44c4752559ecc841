"""Running sums of a training, and numbers that are still on their way from the device."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor


@dataclass
class Sums:
    """Loss per step, images, right answers among so many, and seconds, since some moment."""

    loss: float = 0.0
    steps: int = 0
    images: int = 0
    right: int = 0
    answers: int = 0
    seconds: float = 0.0

    def add(self, loss: float, images: int) -> None:
        """Count the loss of one step."""
        self.loss, self.steps, self.images = self.loss + loss, self.steps + 1, self.images + images

    def add_answers(self, right: int, answers: int) -> None:
        """Count the answers of some steps."""
        self.right, self.answers = self.right + right, self.answers + answers

    @property
    def mean_loss(self) -> float:
        """Of the steps."""
        return self.loss / max(1, self.steps)

    @property
    def accuracy(self) -> float:
        """Share of the answers."""
        return self.right / max(1, self.answers)

    @property
    def speed(self) -> float:
        """Images per second."""
        return self.images / self.seconds if self.seconds > 0 else 0.0

    def told(self) -> dict[str, float]:
        """As JSON can hold it."""
        return asdict(self)


class Arriving:
    """The loss of a step, copied while the device goes on; on the CPU it is there at once."""

    def __init__(self, step: int, images: int, *, lr: float, loss: Tensor) -> None:
        self.step, self.images, self.lr = step, images, lr
        self._host = loss.to("cpu", non_blocking=True)
        self._event = torch.cuda.Event() if loss.is_cuda else None
        if self._event is not None:
            self._event.record()

    def read(self) -> float:
        """The number; waits for this step and no later one."""
        if self._event is not None:
            self._event.synchronize()
        return float(self._host)


class Answers:
    """What the network said in the last steps, counted when somebody asks: four kernels less in every step."""

    MOST = 64

    def __init__(self) -> None:
        self._said: list[tuple[Tensor, Tensor]] = []
        self._right: Tensor | int = 0
        self._count = 0

    def add(self, logits: Tensor, labels: Tensor) -> None:
        """Keep the scores ``(B, classes)`` of a step."""
        self._said.append((logits, labels))
        if len(self._said) >= self.MOST:
            self._sum()

    def _sum(self) -> None:
        if self._said:
            logits, labels = (torch.cat(parts) for parts in zip(*self._said, strict=True))
            self._right, self._count = self._right + (logits.argmax(1) == labels).sum(), self._count + len(labels)
            self._said.clear()

    def read(self) -> tuple[int, int]:
        """How many are right, of how many, since the last time; waits for the device."""
        self._sum()
        found, self._right, self._count = (int(self._right), self._count), 0, 0
        return found
