"""A network on its device, the rule that moves it, and the average of its weights that is kept."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from cnnviz.training import rules
from cnnviz.training.config import Config
from cnnviz.training.fused import fused
from cnnviz.training.loop import blend, mixed_loss
from cnnviz.training.parallel import ALONE, Peers

EVERY = 5  # steps between two blends of the average


class Learner:
    """Takes steps. ``kept`` is the network to judge and save: the average if one is asked for, else ``model`` itself.

    The weights of the last ``memory`` steps are at hand, so that it can go back to the last that were any good.
    """

    def __init__(
        self, model: nn.Module, config: Config, *, dtype: torch.dtype, memory: int, peers: Peers = ALONE
    ) -> None:
        self.model, self.config, self.dtype, self._peers = model, config, dtype, peers
        self.device = next(model.parameters()).device
        self.kept = copy.deepcopy(model).eval() if config.averaging else model
        self._forward = peers.joined(fused(model))
        self.optimizer = self._optimizer(config)
        self.step = 0
        self._tensors = _floats(model) + (_floats(self.kept) if self.kept is not model else [])
        self._ring = [[tensor.clone() for tensor in self._tensors] for _ in range(memory)]

    def _optimizer(self, config: Config) -> torch.optim.Optimizer:
        return rules.optimizer(
            config.rule, self.model, lr=config.lr, momentum=config.momentum, weight_decay=config.weight_decay
        )

    def gradients(
        self, pixels: Tensor, labels: Tensor, *, others: Tensor | None, kept: float, weight: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """Forward and back: the loss and the logits, on the device.

        ``others`` are the labels of cutmix's partners, ``kept`` the area that is left to an image. ``weight`` makes
        the mean over the peers' shares that of the batch: the loss is the whole batch's, the logits are of this share.
        """
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.dtype == torch.bfloat16):
            logits = self._forward(pixels).float()
        loss = mixed_loss(logits, labels, others, kept=kept, smoothing=self.config.smoothing) * weight
        loss.backward()
        return self._peers.mean(loss.detach()), logits.detach()

    def update(self, lr: float) -> None:
        """One step of the rule, by the gradients that are there."""
        torch._foreach_copy_(self._ring[self.step % len(self._ring)], self._tensors)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        self.step += 1
        if self.kept is not self.model and self.step % EVERY == 0:
            # as far back as there are steps, so that a short training is not judged by its first weights
            decay = min(self.config.averaging, (1 + self.step) / (10 + self.step))
            blend(self.kept, self.model, 1 - decay**EVERY)

    def back_to(self, step: int) -> None:
        """The weights as they were before update number ``step`` (from 0), and a rule that remembers nothing."""
        with torch.no_grad():
            torch._foreach_copy_(self._tensors, self._ring[max(0, step) % len(self._ring)])
        self.optimizer = self._optimizer(self.config)

    def remember(self) -> None:
        """Take the weights as they are for those of all past steps."""
        for past in self._ring:
            torch._foreach_copy_(past, self._tensors)

    def before(self) -> dict[str, Tensor]:
        """The weights of ``kept`` as they were before the last step, by name."""
        last = self._ring[(self.step - 1) % len(self._ring)]
        names = _names(self.kept)
        return dict(zip(names, last[-len(names) :], strict=True))

    def release(self) -> None:
        """Give back what a step that failed has left in the device's memory."""
        self.optimizer.zero_grad(set_to_none=True)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def _named(model: nn.Module) -> Iterable[tuple[str, Tensor]]:
    yield from ((name, p.detach()) for name, p in model.named_parameters() if p.requires_grad)
    yield from ((name, b) for name, b in model.named_buffers() if b.is_floating_point())


def _names(model: nn.Module) -> list[str]:
    return [name for name, _ in _named(model)]


def _floats(model: nn.Module) -> list[Tensor]:
    """All that a step changes."""
    return [tensor for _, tensor in _named(model)]
