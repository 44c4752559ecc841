"""Trained networks by name: ``run-<id>@<epoch>`` is a run's network after that epoch, ``run-<id>`` after its last.

Listing them imports no torch and reads no weights.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnviz.runs.errors import BadRun
from cnnviz.runs.places import ID, source
from cnnviz.runs.records import Summary, listed, summary
from cnnviz.runs.saving import saved_epochs, sealed_epoch
from cnnviz.runs.sealed import tensors_of
from cnnviz.training.config import Config

if TYPE_CHECKING:
    from cnnviz.models import Network

NAME = re.compile(rf"run-({ID.pattern})(?:@(\d{{1,4}}))?", re.ASCII)


@dataclass(frozen=True)
class Trained:
    """A network that a run has trained, for a menu: ``run-<id>@<epoch>``, and the epochs there are.

    The title has the run's label without the signs that mean something in Markdown; ``told`` says how it was trained.
    """

    name: str
    title: str
    run: str
    epoch: int
    epochs: tuple[int, ...]
    told: str
    summary: str = ""  # nothing: forty of them would fill the menu's help
    reference: str = "a run of your own"


def is_run(name: str) -> bool:
    """Whether ``name`` is that of a run's network, there or not."""
    return NAME.fullmatch(name) is not None


def networks(most: int = 40) -> tuple[Trained, ...]:
    """The networks of the newest runs, each after its last epoch, those that have a map to look at."""
    found = (each for each in listed() if each.saved and _has_maps(each.config))
    return tuple(_trained(each, each.saved[-1]) for each, _ in zip(found, range(most), strict=False))


def trained(name: str) -> Trained:
    """What there is to say about one network of a run, by its name; raises :class:`BadRun`."""
    run, epoch = named(name)
    return _trained(summary(run), epoch)


def named(name: str) -> tuple[str, int]:
    """The run and the epoch of a name; raises :class:`BadRun` if there is no such epoch."""
    match = NAME.fullmatch(name)
    if match is None:
        raise BadRun("a run's network is called run-<id>@<epoch>; copy the name from the list of runs")
    saved = saved_epochs(source(match[1]))
    epoch = int(match[2]) if match[2] else saved[-1] if saved else -1
    if epoch not in saved:
        raise BadRun("this epoch of the run is not saved; choose another one")
    return match[1], epoch


def network(name: str) -> Network:
    """The network of a run, with verified weights. Imports torch; raises :class:`BadRun`."""
    import torch

    from cnnviz.models.network import Network
    from cnnviz.training.networks import spec_of

    run, epoch = named(name)
    found = _trained(summary(run), epoch)
    config = summary(run).config
    content, manifest = sealed_epoch(source(run), epoch)
    classes = tuple(str(each) for each in manifest["classes"])
    spec = dataclasses.replace(
        spec_of(config), name=found.name, title=found.title, summary=found.told, dataset="", published=None
    )
    if not spec.layers:
        raise BadRun("this network keeps no map that one could look at; choose one with convolutions")
    # on the meta device nothing is allocated, initialized or drawn from the random generator
    with torch.device("meta"):
        model = spec.build(len(classes))
    try:
        model.load_state_dict(tensors_of(content), strict=True, assign=True)
    except RuntimeError as error:
        raise BadRun("the weights of this run were made for another version of the network; train it again") from error
    return Network(spec, model, classes=classes, card=_card(config, manifest))


def _trained(known: Summary, epoch: int) -> Trained:
    from cnnviz.training.networks import TRAINABLE

    kind = known.config.network
    kind = TRAINABLE[kind].title if kind in TRAINABLE else kind
    told = f"{kind}, trained on {known.config.data} for {epoch} of {known.config.epochs} epochs."
    title = f"{_plain(known.label) or kind}, epoch {epoch}"
    return Trained(f"run-{known.id}@{epoch}", title, known.id, epoch, known.saved, _plain(told))


def _plain(text: str) -> str:
    """Without the signs of links, pictures, formulas and emphasis: pages write titles into Markdown."""
    return " ".join(text.translate(dict.fromkeys(map(ord, "[]<>`$*\\|"), " ")).split())


def _has_maps(config: Config) -> bool:
    """Whether the network has a map to look at, as far as can be seen without building it."""
    from cnnviz.training.networks import TRAINABLE

    stack = config.stack if config.network == "stack" else ""
    if not stack and config.network in TRAINABLE:
        stack = TRAINABLE[config.network].stack
    return not stack or "conv" in stack.lower()


def _card(config: Config, manifest: dict[str, Any]) -> dict[str, Any]:
    return {
        "classes": list(manifest["classes"]),
        "data": config.data,
        "recipe": config.told(),
        "seed": config.seed,
        "sha256": manifest["sha256"],
    }
