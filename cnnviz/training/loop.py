"""The loop that trains by a recipe, and made the weights that ship: a flat generator of events."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.training.fused import fused
from cnnviz.training.moving import Muon
from cnnviz.training.recipe import Recipe
from cnnviz.training.schedules import factor
from cnnviz.training.teaching import answer

Batches = Iterator[tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Epoch:
    """One pass over the data: mean loss and accuracy on what the network was trained on, and the speed."""

    number: int
    loss: float
    accuracy: float
    lr: float
    images_per_second: float
    seconds: float


def learning_rate(recipe: Recipe, progress: float) -> float:
    """Linear warm-up over ``recipe.warmup``, then half a cosine to zero, or what ``ends`` says; ``progress`` in 0…1."""
    if recipe.ends is not None:
        return recipe.lr * float(np.interp(progress, (0, recipe.warmup, 1), (recipe.ends[0], 1, recipe.ends[1])))
    return recipe.lr * factor("cosine", progress, warmup=recipe.warmup)


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay for matrices and kernels only: batch norm's scale and shift and the biases go without."""
    trainable = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trainable if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in trainable if p.ndim <= 1], "weight_decay": 0.0},
    ]


def recipe_groups(model: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
    """The groups of a recipe, each with its ``rate``, a factor of the learning rate.

    With a ``shift_rate`` the shifts of batch norms are a group that decays as much per step as the kernels do, and so
    is the last linear layer with a ``head_rate``.
    """
    own: list[tuple[float, list[Tensor]]] = []
    if recipe.shift_rate != 1:
        own.append((recipe.shift_rate, [m.bias for m in model.modules() if isinstance(m, nn.BatchNorm2d)]))
    if recipe.head_rate != 1:
        own.append((recipe.head_rate, [m.weight for m in model.modules() if isinstance(m, nn.Linear)][-1:]))
    taken = {id(p) for _, parameters in own for p in parameters}
    groups = parameter_groups(model, recipe.weight_decay)
    for group in groups:
        group.update(params=[p for p in group["params"] if id(p) not in taken], rate=1.0)
    decay = recipe.weight_decay
    return groups + [{"params": some, "weight_decay": decay / rate, "rate": rate} for rate, some in own]


def optimizers(model: nn.Module, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """SGD with Nesterov momentum for all parameters; with ``recipe.muon`` Muon for the kernels and SGD for the rest."""
    groups = recipe_groups(model, recipe)
    made: list[torch.optim.Optimizer] = [Muon(groups[:1], lr=recipe.lr)] if recipe.muon else []
    rest = groups[len(made) :]
    return [*made, torch.optim.SGD(rest, lr=recipe.lr, momentum=recipe.momentum, nesterov=True, fused=True)]


def cutmix(pixels: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor, float]:
    """Paste a random box of another image into each (Yun et al. 2019). Returns pixels, the partners, the share kept."""
    n, _, height, width = pixels.shape
    partner = torch.from_numpy(rng.permutation(n))
    side = math.sqrt(1 - rng.uniform())
    h, w = int(height * side), int(width * side)
    top, left = int(rng.integers(0, height - h + 1)), int(rng.integers(0, width - w + 1))
    mixed = pixels.clone(memory_format=torch.preserve_format)
    mixed[:, :, top : top + h, left : left + w] = pixels[partner, :, top : top + h, left : left + w]
    return mixed, partner, 1 - h * w / (height * width)


def train(
    model: nn.Module,
    recipe: Recipe,
    epochs: Callable[[int, np.random.Generator], Batches],
    *,
    steps_per_epoch: int,
    teachers: Sequence[nn.Module] = (),
) -> Iterator[tuple[Epoch, nn.Module]]:
    """Train ``model`` in place by ``recipe``; after each epoch yield what happened and the network to keep.

    ``epochs(number, rng)`` gives the batches of one epoch: normalized float32 ``(B, 3, H, W)`` and labels ``(B,)``.
    What a recipe learns that is ``taught`` is the answers of the ``teachers``, not the labels.
    Convolutions in bfloat16 under autocast, weights in float32.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    movers = optimizers(model, recipe)
    average = copy.deepcopy(model) if recipe.averaging or recipe.lookahead else model
    forward, total, step = fused(model), recipe.epochs * steps_per_epoch, 0
    model.train()
    for number in range(recipe.epochs):
        start, tally = time.perf_counter(), Tally()
        resting = rest(model, recipe.still_at(number))
        for pixels, labels in epochs(number, rng):
            for group in (group for mover in movers for group in mover.param_groups):
                group["lr"] = group["rate"] * learning_rate(recipe, step / total)
            # the last tenth is trained on whole pictures, as they will be seen
            mixing = rng.random() < recipe.cutmix * (step < 0.9 * total)
            seen, partner, kept = cutmix(pixels, rng) if mixing else (pixels, None, 1.0)
            with torch.autocast("cpu", torch.bfloat16):
                logits = forward(seen).float()
            if recipe.taught:
                loss = F.cross_entropy(logits, answer(teachers, seen, rng))
            else:
                others = None if partner is None else labels[partner]
                loss = mixed_loss(logits, labels, others, kept=kept, smoothing=recipe.smoothing)
            model.zero_grad()
            loss.backward()
            for mover in movers:
                mover.step()
            step += 1
            tally.add(loss.detach(), logits.detach(), None if mixing else labels)
            if recipe.averaging and step % 5 == 0:
                blend(average, model, 1 - recipe.averaging**5)
            elif recipe.lookahead and (step % 5 == 0 or step == total):
                # at first the average is where the weights are, at the end it hardly moves (Jordan 2024)
                blend(average, model, 1 - 0.95**5 * (step / total) ** 3)
                blend(model, average, 1.0)
        for parameter in resting:
            parameter.requires_grad_(True)
        seconds = time.perf_counter() - start
        yield tally.epoch(number + 1, lr=learning_rate(recipe, step / total), seconds=seconds), average


def rest(model: nn.Module, last: str) -> list[nn.Parameter]:
    """Keep the parts of ``model`` up to ``last`` from learning; returns the parameters that did so far.

    The first layers are the first to be done, and the dearest: no gradient has to come down to them (Brock et al. 2017,
    https://arxiv.org/abs/1706.04983). Their batch norms go on counting.
    """
    if not last:
        return []
    names = [name for name, _ in model.named_children()]
    parts = list(model.children())[: names.index(last) + 1]
    found = [parameter for part in parts for parameter in part.parameters() if parameter.requires_grad]
    for parameter in found:
        parameter.requires_grad_(False)
    return found


class Tally:
    """Sums over an epoch, kept as tensors: nothing waits for a number before the epoch ends."""

    def __init__(self) -> None:
        self.loss, self.correct = torch.zeros(()), torch.zeros(())
        self.steps = self.images = self.judged = 0

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor | None) -> None:
        """Count a batch; ``labels`` is None for a mixed one, whose accuracy means nothing."""
        self.loss, self.steps, self.images = self.loss + loss, self.steps + 1, self.images + len(logits)
        if labels is not None:
            self.correct, self.judged = self.correct + (logits.argmax(1) == labels).sum(), self.judged + len(labels)

    def epoch(self, number: int, *, lr: float, seconds: float) -> Epoch:
        """The event that tells it."""
        loss, accuracy = float(self.loss) / max(self.steps, 1), float(self.correct) / max(self.judged, 1)
        return Epoch(number, loss, accuracy, lr, self.images / seconds, seconds)


def mixed_loss(logits: Tensor, labels: Tensor, others: Tensor | None, *, kept: float, smoothing: float) -> Tensor:
    """Cross-entropy, shared out by the area ``kept`` between an image's label and that of its cutmix partner."""
    loss = F.cross_entropy(logits, labels, label_smoothing=smoothing)
    if others is None:
        return loss
    other = F.cross_entropy(logits, others, label_smoothing=smoothing)
    return kept * loss + (1 - kept) * other


@torch.no_grad()
def blend(average: nn.Module, model: nn.Module, share: float) -> None:
    """Move the parameters and buffers of ``average`` by ``share`` towards those of ``model``."""
    for kept, new in (
        (list(average.parameters()), list(model.parameters())),
        (list(average.buffers()), list(model.buffers())),
    ):
        floats = [(k, n) for k, n in zip(kept, new, strict=True) if k.is_floating_point()]
        if floats:
            torch._foreach_lerp_([k for k, _ in floats], [n for _, n in floats], share)
