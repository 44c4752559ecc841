"""Rules of the optimizer lecture that trainings take and ``torch.optim`` lacks, with the lecture's formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class Lion(torch.optim.Optimizer):
    r"""Chen et al. 2023, https://arxiv.org/abs/2302.06675: only the sign of the momentum counts.

    :math:`\theta \leftarrow \theta - \varepsilon(\mathrm{sign}(\beta_1 m + (1-\beta_1) g) + \lambda\theta)`, then
    :math:`m \leftarrow \beta_2 m + (1-\beta_2) g`.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move all parameters that have a gradient."""
        del closure  # the loss is computed once per step
        for group in self.param_groups:
            moved = [p for p in group["params"] if p.grad is not None]
            if moved:
                self._move(group, moved)

    def _move(self, group: dict[str, Any], moved: list[Tensor]) -> None:
        gradients = [p.grad for p in moved if p.grad is not None]
        memory = [self.state[p].setdefault("m", torch.zeros_like(p)) for p in moved]
        (first, second), lr = group["betas"], group["lr"]
        signs = [mixed.sign_() for mixed in torch._foreach_lerp(memory, gradients, 1 - first)]  # noqa: SLF001
        torch._foreach_mul_(moved, 1 - lr * group["weight_decay"])
        torch._foreach_add_(moved, signs, alpha=-lr)
        torch._foreach_lerp_(memory, gradients, 1 - second)
