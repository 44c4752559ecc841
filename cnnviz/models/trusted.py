"""Networks of the lecturer's own: a Python file that is trusted, named at the start, registers them in a few lines.

    from cnnviz.models import register

    @register("pets", classes=["cat", "dog", "rabbit"], input_size=224)
    def pets():
        return my_trained_module

The file is run as a program, here and in the worker processes: name only one that you would run yourself. The
environment variable ``CNNVIZ_NETWORKS`` holds its path. Imports no torch.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnnviz.models.errors import BadNetworks, BadWeights
from cnnviz.models.registry import IMAGENET_MEAN, IMAGENET_STD, NETWORKS, Layer, Spec

if TYPE_CHECKING:
    from torch import nn

    from cnnviz.models.network import Network

VARIABLE = "CNNVIZ_NETWORKS"
NAME = re.compile(r"(?!run-|own-)[a-z0-9][a-z0-9._-]{0,39}")
LAYERS = 6  # worth looking at: one for each size of the maps
Make = Callable[[], "nn.Module"]
_done: set[Path] = set()


def register(  # noqa: PLR0913 (a network has that many facts)
    name: str,
    *,
    classes: Sequence[str],
    input_size: int = 224,
    resize: int = 0,
    title: str = "",
    summary: str = "A network of the lecturer's own.",
    reference: str = "",
    mean: tuple[float, float, float] = IMAGENET_MEAN,
    std: tuple[float, float, float] = IMAGENET_STD,
    framing: Literal["whole", "square"] = "square",
    layers: Sequence[tuple[str, str]] = (),
) -> Callable[[Make], Make]:
    """Register the function below it as network ``name``: it returns the trained module when the network is first used.

    The module maps float32 ``(N, 3, H, W)``, ``(pixel / 255 - mean) / std``, to logits ``(N, classes)``. ``layers`` are
    pairs of path and title, the last map first; left out, one of each size is found. The other facts are those of
    :class:`~cnnviz.models.Spec`. Raises :class:`ValueError` for a name that is taken or is none.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name[:40]!r} is no name for a network; use small letters, digits and -, not run-… or own-…")
    if not classes:
        raise ValueError(f"{name} needs its classes, in the order of its scores: classes=['cat', 'dog']")

    def keep(make: Make) -> Make:
        NETWORKS.add(
            Spec(
                name=name,
                title=title or name,
                summary=summary,
                reference=reference,
                build=lambda _: make(),
                make=make,
                classes=tuple(map(str, classes)),
                input_size=input_size,
                resize=resize,
                mean=mean,
                std=std,
                framing=framing,
                layers=tuple(Layer(path, text) for path, text in layers),
                order=5,
            )
        )
        return make

    return keep


def read_all() -> None:
    """Run the file that the environment names; what is wrong with it goes to the log, the other networks stay."""
    file = os.environ.get(VARIABLE, "").strip()
    if file:
        try:
            read(Path(file))
        except BadNetworks as error:
            logging.getLogger("cnnviz").warning("%s", error)


def read(file: Path) -> None:
    """Run ``file`` once, so that its networks register. Raises :class:`BadNetworks` with one sentence."""
    path = file.expanduser().resolve()
    if path in _done:
        return
    if not path.is_file():
        raise BadNetworks(f"there is no file {file}; give the Python file that registers your networks")
    known = set(NETWORKS)  # ours first: a name that is taken is the file's fault
    spec = importlib.util.spec_from_file_location(f"cnnviz_networks_{len(_done)}", path)
    if spec is None or spec.loader is None:
        raise BadNetworks(f"{path.name} is no Python file; give one that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    _done.add(path)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        _done.discard(path)
        raise BadNetworks(
            f"{path.name} failed with {type(error).__name__}: {error}; mend it and start again"
        ) from error
    if set(NETWORKS) == known:
        raise BadNetworks(f"{path.name} registers no network; put @register(…) of cnnviz.models before a function")


def network(spec: Spec) -> Network:
    """The network that a file registered. Imports torch; raises :class:`BadWeights` if it cannot be used."""
    try:
        found = _tried(spec)
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise BadWeights(f"the network {spec.name} can't be used: {reason}; mend its file and start again") from error
    return found if spec.layers else with_layers(found)


def _tried(spec: Spec) -> Network:
    """The network, after it has answered to one empty picture; whatever the file's code raises is passed on."""
    import torch
    from torch import nn

    from cnnviz.models.network import Network

    made = spec.make() if spec.make is not None else None
    if not isinstance(made, nn.Module):
        raise TypeError(f"its function returned {type(made).__name__}, not a torch module")
    found = Network(spec, made, classes=spec.classes)
    with torch.inference_mode():
        shape = tuple(found.model(torch.zeros(1, 3, spec.side, spec.side)).shape)
    if shape != (1, len(spec.classes)):
        raise TypeError(f"it answers {shape} to one picture, not (1, {len(spec.classes)}): one score per class")
    return found


def with_layers(network: Network) -> Network:
    """``network`` with one layer for each size of its maps, the last map first."""
    from cnnviz.models.layers import places
    from cnnviz.models.network import Network

    last = {(place.height, place.width): place for place in places(network)}
    found = tuple(Layer(p.path, f"{p.path}, {p.height}×{p.width}") for p in reversed(last.values()))[:LAYERS]
    if not found:
        raise BadWeights(f"the network {network.name} keeps no map that one could look at; give one with convolutions")
    spec = dataclasses.replace(network.spec, layers=found)
    return Network(spec, network.model, classes=network.classes, card=network.card)
