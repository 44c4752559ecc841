"""Images per second of a training: the engine, the loop of a tutorial, and one batch again and again.

On the CPU, seconds of one thread; where there is a GPU also there, seconds between CUDA events.

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

# of one round: about a second of one core or more, so that the validation at its end counts for little
STEPS = {"convnetjs": 40, "cifar-resnet20": 4, "cifar-fast": 4}
FASTER = 10  # times as many steps in a round on a GPU


def steps_of(config: Config) -> int:
    """How many steps make a round."""
    return STEPS[config.network] * (FASTER if config.device == "cuda" else 1)


def ours(config: Config, splits: Splits) -> Round:
    """The engine as it runs: events four times a second, a validation that is too small to count."""
    few = Part(splits.validation.images[:10], splits.validation.labels[:10])
    config = dataclasses.replace(config, limit=steps_of(config) * config.batch, epochs=100)
    events = Training(config, dataclasses.replace(splits, validation=few), looking=False).events()

    def epoch() -> None:
        while not isinstance(next(events), Epoch):
            pass

    return timed(epoch, config.device)


def limit(config: Config, splits: Splits) -> Round:
    """One batch in memory, again and again: what the network itself costs."""
    device = torch.device(config.device)
    dtype = precision(config, device)
    net = NETWORKS[config.network].build(10).train().to(device, memory_format=torch.channels_last)
    trained = [parameter for parameter in net.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.001, momentum=0.9, nesterov=True, foreach=True)
    pixels = (
        torch.from_numpy(splits.train.images[: config.batch].copy()).to(device).permute(0, 3, 1, 2).float() / 64 - 2
    )
    labels = torch.from_numpy(splits.train.labels[: config.batch].copy()).to(device)

    def steps() -> None:
        for _ in range(steps_of(config)):
            optimizer.zero_grad()
            with torch.autocast(device.type, torch.bfloat16, enabled=dtype == torch.bfloat16):
                logits = net(pixels).float()
            F.cross_entropy(logits, labels, label_smoothing=config.smoothing).backward()
            optimizer.step()

    return timed(steps, config.device)


def measured(config: Config, splits: Splits) -> dict[str, list[float]]:
    """Images per second of each round; they take turns, and the first round does not count."""
    loop = Process(config.network, config.batch, steps_of(config), device=config.device)
    runs: dict[str, Round] = {"ours": ours(config, splits), "tutorial loop": loop, "limit": limit(config, splits)}
    images = steps_of(config) * config.batch
    speeds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(ROUNDS + 1):
        for name, run in runs.items():
            speed = images / run()
            if number:
                speeds[name].append(speed)
    loop.end()
    return speeds


def run() -> None:
    """One line per network on the CPU, and one on the GPU if there is one."""
    torch.set_num_threads(1)
    keep_freed_memory()  # as the worker and the command do
    splits = opened("shapes")
    for device in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
        for network in STEPS:
            own = dataclasses.replace(defaults(network), device=device, data="shapes", schedule="constant", lr=0.001)
            tell(own, measured(own, splits))


def tell(config: Config, speeds: dict[str, list[float]]) -> None:
    """The line of one network; ratios are medians of the ratios of neighbouring rounds."""

    def ratio(other: str) -> float:
        return round(statistics.median(a / b for a, b in zip(speeds["ours"], speeds[other], strict=True)), 3)

    where = "one thread" if config.device == "cpu" else torch.cuda.get_device_name()
    dtype = precision(config, torch.device(config.device))
    report(
        f"training {config.network}, batch {config.batch}, {where}",
        {name: statistics.median(values) for name, values in speeds.items()},
        agreement=f"{str(dtype).removeprefix('torch.')} as the limit",
        unit="images_per_s",
        ratios={name: ratio(name) for name in speeds if name != "ours"},
    )
