"""One run on several GPUs of one machine: data-parallel, by torch's own tools.

    torchrun --standalone --nproc-per-node 4 -m cnnviz train --network cifar-resnet20 --batch 512

Every process walks through the same batches and takes its share of each; torch's DistributedDataParallel averages the
gradients, so that all take the same step. The first process leads: it validates, looks, writes the run and says before
each step whether there is one, and with which rate. Batch norm sees the share of its own process, as is usual.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn

from cnnviz.training.config import Config

PATIENCE = timedelta(days=2)  # those who follow wait while the first one validates, or is paused


@dataclass(frozen=True)
class Peers:
    """The processes of a run: this one's number, and how many there are. One alone does everything itself."""

    rank: int = 0
    world: int = 1

    def share(self, count: int) -> slice:
        """The part of a batch of ``count`` images that is this process's; shares differ by one image at most."""
        return slice(count * self.rank // self.world, count * (self.rank + 1) // self.world)

    def weight(self, count: int) -> float:
        """The factor by which the mean over a share counts in the mean over all processes."""
        rows: int = len(range(count)[self.share(count)])
        return rows * self.world / count

    def joined(self, model: nn.Module) -> nn.Module:
        """The same network; its gradients are the mean over all processes, its weights begin as those of the first."""
        if self.world == 1:
            return model
        return nn.parallel.DistributedDataParallel(model)

    def mean(self, value: Tensor) -> Tensor:
        """The mean of a number over all processes."""
        if self.world > 1:
            value = value.clone()
            distributed.all_reduce(value)
            value /= self.world
        return value

    def lead(self, live: Config | None) -> None:
        """The first process tells that there is a step, with these settings; None: that there is none any more."""
        if self.world > 1 and not self.rank:
            self._agree([0.0] * 4 if live is None else [1.0, live.lr, live.momentum, live.weight_decay])

    def follow(self, live: Config) -> Config | None:
        """Wait for what the first process tells: ``live`` with its settings for the next step, or None."""
        go, lr, momentum, weight_decay = self._agree([0.0] * 4)
        return dataclasses.replace(live, lr=lr, momentum=momentum, weight_decay=weight_decay) if go else None

    def _agree(self, told: Sequence[float]) -> list[float]:
        numbers = torch.tensor(told, dtype=torch.float64)
        distributed.broadcast(numbers, 0)
        return [float(number) for number in numbers]


ALONE = Peers()


def join() -> Peers:
    """The processes that torchrun started, this one on the GPU of its number; one alone if it was not torchrun."""
    world = int(os.environ.get("WORLD_SIZE") or 1)
    if world == 1:
        return ALONE
    gpu = torch.cuda.is_available()
    if gpu:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK") or 0))
    if not distributed.is_initialized():
        # what is agreed on stays on the CPU: a GPU must not wait for it
        distributed.init_process_group("cpu:gloo,cuda:nccl" if gpu else "gloo", timeout=PATIENCE)
    return Peers(distributed.get_rank(), world)


def part() -> None:
    """Leave the others; does nothing where there are none."""
    if distributed.is_initialized():
        distributed.destroy_process_group()
