"""Rules of the optimizer lecture that trainings or recipes take and ``torch.optim`` lacks."""

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


class Muon(torch.optim.Optimizer):
    r"""Jordan et al. 2024, https://kellerjordan.github.io/posts/muon: a kernel moves by its momentum made orthogonal.

    The kernel ``(O, I, H, W)`` is a matrix ``(O, I·H·W)``, its momentum :math:`U \Sigma V^\top`; it moves by about
    :math:`\varepsilon\, U V^\top`, the same length in every direction. ``torch.optim.Muon`` takes matrices only.

    A batch norm follows each kernel that this is for, so its length means nothing: before each step it is set to
    :math:`\sqrt{O}`, which takes the place of weight decay.
    """

    def __init__(self, params: Iterable[Any], *, lr: float, momentum: float = 0.6) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move all kernels that have a gradient."""
        del closure  # the loss is computed once per step
        for group in self.param_groups:
            for kernel in group["params"]:
                if kernel.grad is not None:
                    self._move(kernel, kernel.grad, lr=group["lr"], momentum=group["momentum"])

    def _move(self, kernel: Tensor, gradient: Tensor, *, lr: float, momentum: float) -> None:
        memory = self.state[kernel].setdefault("m", torch.zeros_like(kernel))
        memory.mul_(momentum).add_(gradient)
        ahead = gradient.add(memory, alpha=momentum)  # Nesterov
        kernel.mul_(len(kernel) ** 0.5 / kernel.norm())
        kernel.sub_(orthogonal(ahead.flatten(1)).view(kernel.shape), alpha=lr)


def orthogonal(matrix: Tensor, *, steps: int = 3) -> Tensor:
    r"""About :math:`U V^\top` of ``matrix`` :math:`U \Sigma V^\top`, in bfloat16, by Newton-Schulz iterations.

    Each step applies :math:`\sigma \mapsto 3.4445\sigma - 4.775\sigma^3 + 2.0315\sigma^5` to the singular values,
    which are at most 1 at first: five steps bring all but the smallest to 0.7…1.2, three the larger ones.
    """
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x: Tensor = wide.bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = 3.4445 * x + torch.addmm(gram, gram, gram, beta=-4.7750, alpha=2.0315) @ x
    return x if wide is matrix else x.T
