"""The loop of PyTorch's CIFAR-10 tutorial in a process of its own.

``python -m bench.tutorial NETWORK BATCH STEPS DEVICE``: a data set that opens a PIL picture per image, a DataLoader
without workers, float32, ``loss.item()`` at each step; the C library's memory as it comes. For each line of its input
it trains so many steps and prints the seconds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import IO, cast

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from cnnviz.data.sets import Part, opened
from cnnviz.models import NETWORKS

Round = Callable[[], float]


def timed(work: Callable[[], None], device: str = "cpu") -> Round:
    """CPU seconds of ``work``; on a GPU the seconds from its first to its last kernel."""

    def spent() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    def on_gpu() -> float:
        first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        first.record()
        work()
        last.record()
        torch.cuda.synchronize()
        return float(first.elapsed_time(last)) / 1000

    return on_gpu if device == "cuda" else spent


class Pictures(Dataset[tuple[Tensor, int]]):
    """Images as torchvision's CIFAR10 hands them out: a PIL picture each, transformed one by one."""

    def __init__(self, part: Part) -> None:
        self.images, self.labels = part.images, part.labels.tolist()
        self.transform = transforms.Compose(
            [
                transforms.ToPILImage(),
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize((0.5, 0.5, 0.5), (0.25, 0.25, 0.25)),
            ]
        )

    def __len__(self) -> int:
        """How many images."""
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """One image and its label."""
        return self.transform(self.images[index]), self.labels[index]


def tutorial(network: str, batch: int, steps: int, device: str) -> Round:
    """The loop that beginners are shown."""
    train = opened("shapes").train
    few = Part(train.images[: 10 * batch], train.labels[: 10 * batch])
    loader = DataLoader(Pictures(few), batch_size=batch, shuffle=True, num_workers=0, drop_last=True)
    net, criterion = NETWORKS[network].build(10).train().to(device), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)
    batches = endless(loader)

    def work() -> None:
        running_loss = 0.0
        for _ in range(steps):
            inputs, labels = (each.to(device) for each in next(batches))
            optimizer.zero_grad()
            loss = criterion(net(inputs), labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()

    return timed(work, device)


def endless(loader: DataLoader[tuple[Tensor, int]]) -> Iterator[list[Tensor]]:
    """Epoch after epoch."""
    while True:
        yield from loader


class Process:
    """The loop in its own process; calling it trains one round and gives its seconds."""

    def __init__(self, network: str, batch: int, steps: int, *, device: str) -> None:
        command = [sys.executable, "-m", "bench.tutorial", network, str(batch), str(steps), device]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self._orders, self._answers = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)

    def __call__(self) -> float:
        """One round."""
        self._orders.write("go\n")
        self._orders.flush()
        return float(self._answers.readline())

    def end(self) -> None:
        """Let it go."""
        self._process.communicate()


def main(network: str, batch: str, steps: str, device: str) -> None:
    """Train a round for each line."""
    torch.set_num_threads(1)
    work = tutorial(network, int(batch), int(steps), device)
    for _ in sys.stdin:
        print(work(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
