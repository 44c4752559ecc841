"""The run in sight as a plain PyTorch loop that runs as it stands, and as a command line that repeats it exactly."""

from __future__ import annotations

import dataclasses
import shlex
from typing import Any

from cnnviz.optim import RULES, settings_of
from cnnviz.params import params
from cnnviz.training.config import BadConfig, Config
from cnnviz.training.networks import defaults
from cnnviz.ui.racing.code import arguments

ELSEWHERE = ("cutmix", "averaging")  # what the plain loop leaves out


def changed(config: Config, base: Config) -> dict[str, Any]:
    """The settings that are not those of ``base``."""
    names = [field.name for field in dataclasses.fields(Config)]
    return {name: getattr(config, name) for name in names if getattr(config, name) != getattr(base, name)}


def program(config: Config) -> str:
    """The loop: the same data, network, rule, schedule and augmentation; ``losses`` are those of the steps."""
    settings = "".join(f"\n    {name}={value!r}," for name, value in changed(config, Config()).items())
    without = [name for name in ELSEWHERE if getattr(config, name)]
    note = f"# Left out of this plain loop: {', '.join(without)}.\n" if without else ""
    return f"""import numpy as np
import torch
from torch.nn import functional as F

from cnnviz.augment import batch
from cnnviz.data.sets import opened
from cnnviz.training.augmentation import parse
from cnnviz.training.config import Config
from cnnviz.training.feeding import Feeding
from cnnviz.training.fresh import fresh
from cnnviz.training.networks import spec_of
from cnnviz.training.schedules import factor

{note}config = Config({settings}{chr(10) if settings else ""})
splits = opened(config.data)
images, labels = splits.train.images, torch.tensor(splits.train.labels)
if config.limit:
    images, labels = images[: config.limit], labels[: config.limit]
torch.manual_seed(config.seed)
rng = np.random.default_rng(config.seed)
spec = spec_of(config)
whole = Feeding(splits.train, mean=spec.mean, std=spec.std, device=torch.device("cpu"))
net = fresh(spec, config, classes=len(splits.classes), images=whole)
mean, std = (torch.tensor(v).view(3, 1, 1) for v in (spec.mean, spec.std))


def pixels(images):
    return (torch.tensor(images).permute(0, 3, 1, 2) / 255 - mean) / std


matrices = [p for p in net.parameters() if p.requires_grad and p.ndim > 1]  # biases and batch norm do not decay
others = [p for p in net.parameters() if p.requires_grad and p.ndim <= 1]
groups = [{{"params": matrices, "weight_decay": {config.weight_decay!r}}}, {{"params": others, "weight_decay": 0.0}}]
optimizer = {_optimizer(config)}
size = min(config.batch, len(labels))
steps = config.epochs * (len(labels) // size)
losses = []
for epoch in range(config.epochs):
    net.train()
    for chosen in torch.randperm(len(labels)).split(size):
        if len(chosen) < size:
            continue
        rate = config.lr * factor(config.schedule, (len(losses) + 0.5) / steps, warmup=config.warmup)
        for group in optimizer.param_groups:
            group["lr"] = rate
        x = pixels(batch(images[chosen.numpy()], parse(config.augmentation), rng))
        loss = F.cross_entropy(net(x), labels[chosen], label_smoothing=config.smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    net.eval()
    with torch.no_grad():
        scores = torch.cat([net(pixels(part)) for part in np.array_split(splits.validation.images, 8)])
    right = (scores.argmax(1) == torch.tensor(splits.validation.labels)).float().mean().item()
    print(f"epoch {{epoch + 1}}: loss {{losses[-1]:.3f}}, validation accuracy {{right:.3f}}")
"""


def _optimizer(config: Config) -> str:
    rule = RULES[config.rule]
    known = {p.name for p in params(rule.settings)}
    values = dataclasses.asdict(settings_of(config.rule, {}))
    values |= {name: config.momentum for name in ("momentum", "beta1") if name in known}
    given = {**arguments(rule, values), "lr": config.lr}
    given.pop("weight_decay", None)
    return f"torch.optim.{rule.torch}(groups, {', '.join(f'{name}={value!r}' for name, value in given.items())})"


def command(config: Config) -> str:
    """The same run from the shell: what the network's own defaults say is left out."""
    try:
        base = dataclasses.replace(defaults(config.network), data=Config().data)
    except BadConfig:
        base = Config()
    parts = ["cnnviz", "train", "--network", config.network]
    for name, value in changed(config, base).items():
        if name != "network":
            parts += [f"--{name.replace('_', '-')}", f"{value:.9g}" if isinstance(value, float) else str(value)]
    return shlex.join(parts)
