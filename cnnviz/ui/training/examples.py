"""The training lecture's examples: the demo of the deck, and settings that each go well or wrong in one way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnnviz.training.config import Config
from cnnviz.training.networks import defaults
from cnnviz.ui.presets import Preset
from cnnviz.ui.training.setup import CROP, values

HEART = Config(batch=32, limit=32, epochs=200, augmentation="", weight_decay=0.0, schedule="constant", warmup=0.0)
DEMO = Config(
    rule="adadelta",
    lr=1.0,
    batch=4,
    epochs=3,
    weight_decay=1e-4,
    schedule="constant",
    warmup=0.0,
    augmentation=f"{CROP} horizontal-flip",
)


def _set(config: Config) -> dict[str, Any]:
    return {key: value for key, value in values(config).items() if key != "train-stack"}


EXAMPLES = (
    Preset(
        "ConvNetJS network",
        _set(Config()),
        "22,466 parameters, as in the demo, with momentum and batches of 64: thousands of images per second where the "
        "demo in a browser tab sees about fifty. Loss begins at ln 10, where every network begins that knows nothing.",
        "Deck D1, slide on ConvNetJS",
    ),
    Preset(
        "D1: the demo's settings",
        _set(DEMO),
        "Adadelta, batches of 4, decay 0.0001, shifts of up to 2 pixels and mirroring, as the demo begins. D1 shows "
        "its page: “state of the art about 90 %” on CIFAR-10; today it is above 99 %, and people reach about 94 %.",
        "Deck D1, slide on ConvNetJS",
    ),
    Preset(
        "One batch by heart",
        _set(HEART),
        "32 images again and again: the loss must fall to 0. A network that cannot learn one batch by heart has a bug; "
        "try this first. The validation curve shows that nothing was understood.",
        "Karpathy 2019, A recipe for training neural networks",
    ),
    Preset(
        "Rate 100,000,000",
        _set(Config(lr=1e8, schedule="constant", warmup=0.0)),
        "One step throws every weight away, and the loss is no number any more. The run stops within a step, says so, "
        "and keeps the last finite weights.",
    ),
    Preset(
        "Rate 0.00001",
        _set(Config(lr=1e-5, schedule="constant", warmup=0.0)),
        "The loss stays near ln 10: the steps are right but far too short. Raise the rate while it runs, and the "
        "curve bends at the mark.",
    ),
    Preset(
        "Too few images",
        _set(Config(limit=1000, epochs=60, augmentation="", weight_decay=0.0)),
        "1,000 images without augmentation: training accuracy climbs to 100 %, validation stops far below, its loss "
        "rises again. Switch augmentation on and compare.",
    ),
    Preset(
        "Linear classifier",
        _set(replace(defaults("linear"))),
        "No hidden layer: one template of pixels per class. It learns something, and stays far below what a "
        "convolution reaches on the same images.",
        "Deck D1, slides on linear classifiers",
    ),
    Preset(
        "CIFAR-10, fast",
        _set(replace(defaults("cifar-fast"), data="cifar10")),
        "Whitened input, six convolutions, an average of the weights: made to learn in few passes. Jordan's net "
        "of this kind needs 2.6 s on an A100 for 94 %. The data is downloaded once, on request.",
        "Jordan 2024, https://arxiv.org/abs/2404.00498",
    ),
)
