"""The sanity check: does a map change when the network forgets what it learned?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.trust.maps import Question, mapping, settled
from cnnviz.trust.order import shown
from cnnviz.trust.similarity import rank_correlation, structural_similarity

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn

    from cnnviz.models import Network
    from cnnviz.trust.order import Map

MOST = 20  # stages: as many maps as fit into a strip


@dataclass(frozen=True, eq=False)
class Randomized:
    """One map of the cascade: all stages from the scores down to ``stage`` are untrained ("" for the trained network).

    ``correlation`` (Spearman, over the map's own cells) and ``similarity`` (SSIM, of the maps as shown) compare it with
    the trained network's map; ``probability`` is that of the class.
    """

    progress: float
    stage: str
    correlation: float
    similarity: float
    probability: float
    map: Map


class Stage(NamedTuple):
    """Layers that are randomized together: what to call them, and their paths."""

    name: str
    paths: tuple[str, ...]


def stages(network: Network) -> tuple[Stage, ...]:
    """The layers with weights, in groups as they run: single layers in a small network, blocks in a large one.

    A layer belongs to the deepest part of its path that leaves at most 20 groups; a normalization alone goes with what
    it normalizes.
    """
    with network.lock:
        paths = _weighted(network)
    deepest = max(path.count(".") + 1 for path in paths)
    for depth in range(deepest, 0, -1):
        groups = _grouped(network.model, paths, depth)
        if len(groups) <= MOST:
            return groups
    return groups


def randomization(network: Network, view: NDArray[np.uint8], question: Question) -> Iterator[Randomized | None]:
    """The cascading randomization of Adebayo et al. 2018 (https://arxiv.org/abs/1810.03292): from the top layer down.

    First the map of the trained network, then one for each stage of :func:`stages`, from the scores to the pixels, all
    for the same class: a map that stays the same explains the picture, not the network. Weights become those of a
    network before training: He normal, biases 0, normalization as new. It happens to a private copy; the shared network
    and the random state of the process stay as they are. ``None`` comes where a slow map can be stopped.
    """
    asked = settled(network, view, question)
    copy = private(network)
    cascade = (Stage("", ()), *reversed(stages(network)))
    first: Map | None = None
    for k, stage in enumerate(cascade):
        forget(copy.model, stage.paths, seed=question.seed + 1000 * k)
        found = yield from mapping(copy, view, asked)
        first = found if first is None else first
        share = _probability(copy, view, asked.target)
        yield _compared((k + 1) / len(cascade), stage.name, found, first=first, view=view, probability=share)


def private(network: Network) -> Network:
    """A copy that nobody else has; the lock of ``network`` is held while it is copied."""
    import copy

    import torch

    from cnnviz.models.network import Network as Made

    with network.lock, torch.inference_mode(mode=False):
        model = copy.deepcopy(network.model)
    return Made(network.spec, model, classes=network.classes, card=network.card)


def forget(model: nn.Module, paths: tuple[str, ...], *, seed: int) -> None:
    """Give the layers at ``paths`` the weights of a network before training, drawn from ``seed`` alone."""
    import torch
    from torch.nn.modules.batchnorm import _NormBase

    draw = torch.Generator().manual_seed(seed)
    with torch.inference_mode(mode=False), torch.no_grad():
        for path in paths:
            module = model.get_submodule(path)
            for name, values in module.named_parameters(recurse=False):
                values.copy_(_untrained(name, values, draw))
            if isinstance(module, _NormBase):
                module.reset_running_stats()


def _untrained(name: str, values: Tensor, draw: Generator) -> Tensor:
    """He et al. 2015 for kernels and matrices; 1 for the scale of a normalization, 0 for what is added."""
    import torch

    if values.ndim > 1:
        fan_in = values[0].numel()
        drawn: Tensor = torch.randn(values.shape, generator=draw, dtype=torch.float32) * math.sqrt(2 / fan_in)
        return drawn.to(values)
    return torch.ones_like(values) if name == "weight" else torch.zeros_like(values)


def _compared(
    progress: float, stage: str, found: Map, *, first: Map, view: NDArray[np.uint8], probability: float
) -> Randomized:
    size = view.shape[0], view.shape[1]
    alike = structural_similarity(shown(found, size), shown(first, size))
    return Randomized(progress, stage, rank_correlation(found, first), alike, probability, found)


def _probability(network: Network, view: NDArray[np.uint8], target: int) -> float:
    from cnnviz.probe import answers

    with network.lock:
        scores = answers(network.model, network.inputs(view))
    return float(scores.double().softmax(1)[0, target].nan_to_num())


def _weighted(network: Network) -> list[str]:
    """Paths of the modules with parameters of their own, in the order in which they run."""
    import torch

    from cnnviz.probe import tour

    ran: list[str] = []
    side = network.spec.side
    tour(network.model, torch.zeros(1, 3, side, side), note=lambda path, *_: ran.append(path))
    own = {name for name, module in network.model.named_modules() if any(True for _ in module.parameters(False))}
    return [*dict.fromkeys(path for path in ran if path in own)]


def _grouped(model: nn.Module, paths: list[str], depth: int) -> tuple[Stage, ...]:
    groups: dict[str, list[str]] = {}
    last = ""
    for path in paths:
        name = ".".join(path.split(".")[:depth])
        # a normalization is no stage of its own: alone, the network before it would be as it was
        if name not in groups and last and _normalizes(model.get_submodule(path)):
            name = last
        groups.setdefault(name, []).append(path)
        last = name
    return tuple(Stage(name, tuple(members)) for name, members in groups.items())


def _normalizes(module: nn.Module) -> bool:
    return all(values.ndim < 2 for values in module.parameters(recurse=False))
