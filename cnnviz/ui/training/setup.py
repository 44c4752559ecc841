"""The controls that decide the next training: few in sight, the rest under More."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.optim import RULES
from cnnviz.params import param
from cnnviz.training.augmentation import parse
from cnnviz.training.config import DEVICES, PRECISIONS, SCHEDULES, BadConfig, Config
from cnnviz.training.networks import TRAINABLE, defaults, trainable
from cnnviz.training.stackable import checked
from cnnviz.ui import state
from cnnviz.ui.controls import choose, controls
from cnnviz.ui.training import sets, stack
from cnnviz.ui.training.ladders import ladder, written

KEY = "train"
START = Config()
# the far ends are there to be tried: a rate that does nothing, and one that blows everything up at once
RATES = (1e-8, 1e-6, 1e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100, 1e8)
DECAYS = (0.0, 1e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
LIMITS = (0, 32, 64, 128, 256, 512, 1000, 2000, 5000, 10_000, 20_000, 50_000, 10_000_000)
AVERAGES = (0.0, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
CROP = "random-crop:border=6.25,filled=mirror"
AUGMENTATIONS = {
    "": "none",
    "horizontal-flip": "mirror left and right",
    f"{CROP} horizontal-flip": "shift by 2 pixels, mirror",
    "random-crop:border=12.5,filled=mirror horizontal-flip": "shift by 4 pixels, mirror",
    f"{CROP} horizontal-flip colour-jitter": "shift, mirror, colours",
    f"{CROP} horizontal-flip cutout": "shift, mirror, a hole",
}
TITLES = {"constant": "stays", "cosine": "cosine to 0", "steps": "in steps", "one-cycle": "one cycle"}
CHOICES = {"schedule": SCHEDULES, "device": DEVICES, "precision": PRECISIONS}
LADDERS = ("lr", "weight_decay", "batch", "limit", "averaging")  # numbers that the link carries as text


@dataclass(frozen=True)
class Further:
    """What is seldom changed, beside the ladders under More."""

    momentum: float = param(0.9, low=0.0, high=0.999, step=0.01, help="How much of the last step is kept.")
    warmup: float = param(0.05, low=0.0, high=0.5, step=0.01, help="Share of the steps in which the rate rises.")
    smoothing: float = param(
        0.0, low=0.0, high=0.4, step=0.05, label="label smoothing", help="Share taken from the right class."
    )
    dropout: float = param(0.0, low=0.0, high=0.9, step=0.05, help="Share of the last features that is dropped.")
    cutmix: float = param(0.0, low=0.0, high=1.0, step=0.1, help="Share of the batches in which images are mixed.")


@dataclass(frozen=True)
class Wanted:
    """The next training. ``told`` is the sentence that says why it cannot start, or nothing."""

    config: Config
    told: str = ""


def values(config: Config) -> dict[str, Any]:
    """What every control holds when it says ``config``, by its key."""
    told = config.told()
    if config.network != "stack":  # the layers of one's own stay for later
        del told["stack"]
    return {key(name): written(value) if name in LADDERS else value for name, value in told.items()}


def key(name: str) -> str:
    """The key of the control of a field, which is its name in the link."""
    return f"{KEY}-{name}"


def adopt(config: Config) -> None:
    """Set all controls to ``config``; in a callback, or before they are drawn."""
    for name, value in values(config).items():
        state.put(name, value)


def choose_config() -> Wanted:
    """Draw the controls; the layers of one's own are edited below them."""
    own = stack.text(key=key("stack"))
    given: dict[str, Any] = {"data": sets.choose_set(key("data")), "network": _network()}
    given["stack"] = own if given["network"] == "stack" else ""
    left, right = st.columns(2, gap="small")
    with left:
        given["rule"] = choose(
            "Rule",
            _rules(),
            key=key("rule"),
            default=START.rule,
            title=lambda n: RULES[n].title,
            help="How the gradient becomes a step; the lecture on optimizers races them.",
        )
    with right:
        given["schedule"] = _choice("schedule", "Rate in time", TITLES, "How the rate changes to the end.")
    given["lr"] = ladder("Learning rate", RATES, key=key("lr"), default=START.lr, help="How far each step goes.")
    left, right = st.columns(2, gap="small")
    with left:
        given["batch"] = int(
            ladder(
                "Batch size",
                BATCHES,
                key=key("batch"),
                default=START.batch,
                help="Images behind each step.",
                menu="0",
            )
        )
    with right:
        state.remember_default(key("epochs"), START.epochs)
        given["epochs"] = st.number_input(
            "Epochs",
            1,
            500,
            START.epochs,
            key=key("epochs"),
            bind=state.binding(key("epochs")),
            help="How often all training images are seen.",
        )
    given["augmentation"] = _augmentation()
    with st.expander("More"):
        given |= _further()
    return _checked(given)


def _network() -> str:
    items = {each.name: each for each in trainable()}
    name = state.linked(key("network"), START.network, items)
    notes = "\n\n".join(f"**{item.title}**: {item.summary}" for item in items.values())
    st.selectbox(
        "Network",
        list(items),
        format_func=lambda name: items[name].title,
        key=key("network"),
        on_change=_take_defaults,
        help=f"Choosing one sets the rate and the rest to what suits it.\n\n{notes}",
    )
    return name


def _take_defaults() -> None:
    """A network was chosen: all but the data, the layers of one's own and the seed as suits it; a callback."""
    suited = values(defaults(str(state.get(key("network")))))
    kept = {key(name) for name in ("data", "stack", "seed", "epochs", "limit", "device", "precision")}
    for name, value in suited.items():
        if name not in kept:
            state.put(name, value)


def _rules() -> list[str]:
    """Rules that torch has too: only they can train a network here."""
    return [name for name, rule in RULES.items() if rule.torch and not rule.bug]


def _choice(name: str, label: str, titles: Mapping[str, str], help: str) -> str:
    return choose(
        label, CHOICES[name], key=key(name), default=getattr(START, name), title=lambda n: titles.get(n, n), help=help
    )


def _augmentation() -> str:
    text = state.linked(key("augmentation"), START.augmentation, _is_augmentation)
    offered = [*AUGMENTATIONS, *([] if text in AUGMENTATIONS else [text])]
    st.selectbox(
        "Each image is changed by",
        offered,
        format_func=lambda each: AUGMENTATIONS.get(each, each),
        key=key("augmentation"),
        help="Drawn anew each time an image is seen; the lecture on augmentation shows what each does.",
    )
    return text


def _is_augmentation(text: str) -> bool:
    try:
        parse(text)
    except BadConfig:
        return False
    return len(text) <= 300


def _further() -> dict[str, Any]:
    weight_decay = ladder(
        "Weight decay",
        DECAYS,
        key=key("weight_decay"),
        default=START.weight_decay,
        help="How strongly weights are pulled to zero.",
    )
    further = controls(Further, key=KEY)
    averaging = ladder(
        "Average of the weights",
        AVERAGES,
        key=key("averaging"),
        default=START.averaging,
        help="Decay per step of the average that is judged; 0 judges the weights themselves.",
        menu="none",
    )
    limit = ladder(
        "Training images at most",
        LIMITS,
        key=key("limit"),
        default=START.limit,
        help="0 takes all; 32 is one batch, to learn by heart.",
        menu="all",
    )
    state.remember_default(key("seed"), START.seed)
    seed = st.number_input(
        "Seed",
        0,
        2**31 - 1,
        START.seed,
        key=key("seed"),
        bind=state.binding(key("seed")),
        help="Same seed, same curve.",
    )
    device = _choice("device", "Device", {"auto": "the best there is"}, "Where it computes.")
    precision = _choice("precision", "Precision", {"auto": "what suits the device"}, "Bits of the numbers it uses.")
    more = {name: getattr(further, name) for name in ("momentum", "warmup", "smoothing", "dropout", "cutmix")}
    return more | {
        "weight_decay": weight_decay,
        "averaging": averaging,
        "limit": int(limit),
        "seed": int(seed or 0),
        "device": device,
        "precision": precision,
    }


def _checked(given: dict[str, Any]) -> Wanted:
    """The config; what cannot be together is told in one sentence."""
    try:
        config = Config(**given)
    except BadConfig as refused:
        return Wanted(START, str(refused))
    return Wanted(config, sets.missing(config.data) or clash(config))


def clash(config: Config) -> str:
    """One sentence if the settings contradict each other, else nothing."""
    if config.network == "stack":
        problem = checked(config.stack, classes=sets.count(config.data)).problem
        if problem:
            return problem
    if config.batch == 1 and _has_batch_norm(config):
        return f"{TRAINABLE[config.network].title} has batch norm, which needs at least 2 images: take a larger batch."
    return ""


def _has_batch_norm(config: Config) -> bool:
    """Whether it has; a network without a stack has parts that only residual networks with batch norm have."""
    layers = config.stack if config.network == "stack" else TRAINABLE[config.network].stack
    return not layers or bool(re.search(r"\bbn\b", layers))
