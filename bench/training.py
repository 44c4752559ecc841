"""Images per CPU second of a training, one thread: the engine, the loop of a tutorial, and one batch again and again.

The tutorial's loop (:mod:`bench.tutorial`) runs in a process of its own, as it is run by those who copy it; the three
take turns. The limit is the same network at the same precision on one batch that lies in memory, normalized, without
augmentation. All three train the same images with SGD and momentum.
"""

from __future__ import annotations

import dataclasses
import statistics

import torch
from torch.nn import functional as F

from bench.measure import ROUNDS, report
from bench.tutorial import Process, Round, timed
from cnnviz.data.sets import Part, Splits, opened
from cnnviz.models import NETWORKS
from cnnviz.training.config import Config
from cnnviz.training.device import precision
from cnnviz.training.engine import Training
from cnnviz.training.events import Epoch
from cnnviz.training.memory import keep_freed_memory
from cnnviz.training.networks import defaults

STEPS = {"convnetjs": 40, "cifar-resnet20": 4, "cifar-fast": 1}  # of one round: about a second


def ours(config: Config, splits: Splits) -> Round:
    """The engine as it runs: events four times a second, a validation that is too small to count."""
    few = Part(splits.validation.images[:10], splits.validation.labels[:10])
    config = dataclasses.replace(config, limit=STEPS[config.network] * config.batch, epochs=100)
    events = Training(config, dataclasses.replace(splits, validation=few), looking=False).events()

    def epoch() -> None:
        while not isinstance(next(events), Epoch):
            pass

    return timed(epoch)


def limit(config: Config, splits: Splits) -> Round:
    """One batch in memory, again and again: what the network itself costs."""
    device = torch.device("cpu")
    dtype = precision(config, device)
    net = NETWORKS[config.network].build(10).train().to(memory_format=torch.channels_last)
    trained = [parameter for parameter in net.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.001, momentum=0.9, nesterov=True, foreach=True)
    pixels = torch.from_numpy(splits.train.images[: config.batch].copy()).permute(0, 3, 1, 2).float() / 64 - 2
    labels = torch.from_numpy(splits.train.labels[: config.batch].copy())

    def steps() -> None:
        for _ in range(STEPS[config.network]):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
                logits = net(pixels).float()
            F.cross_entropy(logits, labels, label_smoothing=config.smoothing).backward()
            optimizer.step()

    return timed(steps)


def measured(config: Config, splits: Splits) -> dict[str, list[float]]:
    """Images per CPU second of each round; they take turns, and the first round does not count."""
    loop = Process(config.network, config.batch, STEPS[config.network])
    runs: dict[str, Round] = {"ours": ours(config, splits), "tutorial loop": loop, "limit": limit(config, splits)}
    images = STEPS[config.network] * config.batch
    speeds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(ROUNDS + 1):
        for name, run in runs.items():
            speed = images / run()
            if number:
                speeds[name].append(speed)
    loop.end()
    return speeds


def run() -> None:
    """One line per network; ratios are medians of the ratios of neighbouring rounds."""
    torch.set_num_threads(1)
    keep_freed_memory()  # as the worker and the command do
    splits = opened("shapes")
    for network in STEPS:
        config = dataclasses.replace(defaults(network), device="cpu", data="shapes", schedule="constant", lr=0.001)
        speeds = measured(config, splits)

        def ratio(other: str, speeds: dict[str, list[float]] = speeds) -> float:
            return round(statistics.median(a / b for a, b in zip(speeds["ours"], speeds[other], strict=True)), 3)

        report(
            f"training {network}, batch {config.batch}, one thread",
            {name: statistics.median(values) for name, values in speeds.items()},
            agreement=f"{str(precision(config, torch.device('cpu'))).removeprefix('torch.')} as the limit",
            unit="images_per_s",
            ratios={name: ratio(name) for name in speeds if name != "ours"},
        )
