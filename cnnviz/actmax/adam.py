"""Adam on one tensor, upwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Adam:
    """The rule of Kingma & Ba 2015 (https://arxiv.org/abs/1412.6980), with plus where they have minus: it climbs."""

    rate: float
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    steps: int = 0
    _mean: Tensor | None = field(default=None, repr=False)
    _square: Tensor | None = field(default=None, repr=False)

    def step(self, values: Tensor, gradient: Tensor) -> Tensor:
        """The next values, from the gradient of what should grow; neither argument changes."""
        first, second = self.betas
        self.steps += 1
        start = gradient.new_zeros(gradient.shape)
        self._mean = (start if self._mean is None else self._mean).lerp(gradient, 1 - first)
        old = start if self._square is None else self._square
        self._square = (second * old).addcmul_(gradient, gradient, value=1 - second)
        spread = (self._square / (1 - second**self.steps)).sqrt_().add_(self.eps)
        return values.addcdiv(self._mean, spread, value=self.rate / (1 - first**self.steps))
