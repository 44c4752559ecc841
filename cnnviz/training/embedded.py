"""Run a recipe from images on disk to a network: what ``cnnviz train`` does, and how our weights were made."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.data.folders import Labelled, read
from cnnviz.data.sets import DATASETS, opened
from cnnviz.models import NETWORKS, Network
from cnnviz.models.accuracy import Accuracy, evaluate
from cnnviz.models.cifar_fast import Whitening
from cnnviz.models.weights import save_embedded
from cnnviz.training import cifar, photos
from cnnviz.training.loop import Batches, Epoch, train
from cnnviz.training.recipe import Recipe

ORIGINALS = {"cifar10-jpeg": "cifar10"}
"""Data sets that can be downloaded, by the name of the copy that the recipes were made with."""

Normalize = Callable[[Tensor], Tensor]
Epochs = Callable[[int, np.random.Generator], Batches]


def run(
    recipe: Recipe, data: Labelled, *, model: nn.Module | None = None, teachers: tuple[nn.Module, ...] = ()
) -> Iterator[tuple[Epoch, nn.Module]]:
    """Train the network of ``recipe`` on ``data``, then by ``recipe.then``: yields each epoch and the network to keep.

    It starts from ``model`` if one is given, otherwise from random weights. What is ``taught`` learns from ``teachers``
    and from the networks that the recipes before it kept.
    """
    spec = NETWORKS[recipe.network]
    normalize = _normalizer(spec.mean, spec.std)
    start = _fresh(recipe, data, normalize) if model is None else model
    kept = start
    batches = (_photo_batches if spec.resize else _small_batches)(recipe, data, normalize)
    for epoch, kept in train(start, recipe, batches, steps_per_epoch=len(data) // recipe.batch, teachers=teachers):
        yield epoch, kept
    if recipe.then is not None:
        # the network itself goes on changing
        yield from run(recipe.then, data, model=kept, teachers=(*teachers, copy.deepcopy(kept).eval()))


def _fresh(recipe: Recipe, data: Labelled, normalize: Normalize) -> nn.Module:
    """The network with random weights; a whitening layer is computed from a tenth of the images."""
    torch.manual_seed(recipe.seed)
    model = NETWORKS[recipe.network].build(len(data.classes)).to(memory_format=torch.channels_last)
    for layer in model.modules():
        if isinstance(layer, Whitening):
            layer.fit(normalize(torch.from_numpy(np.stack(data.images[::10])).permute(0, 3, 1, 2)))
    return model


def at_hand(recipe: Recipe, folder: Path) -> Recipe:
    """``recipe`` as it is if its images are in ``folder``; else on the downloaded originals, if there are any."""
    original = ORIGINALS.get(recipe.dataset, "")
    if _place(recipe, folder) is None and original and DATASETS[original].available():
        return replace(recipe, dataset=original)
    return recipe


def read_split(recipe: Recipe, folder: Path, split: str) -> Labelled:
    """Images of the recipe's data set from ``folder``: an unpacked folder if there is one, else the archive.

    A downloaded data set is not in ``folder``; all of its images but the test images are for training.

    Raises:
        FileNotFoundError: neither is there.
    """
    place = _place(recipe, folder)
    if place is not None:
        return read(place, split, shorter_side=NETWORKS[recipe.network].resize)
    if recipe.dataset in ORIGINALS.values():
        splits = opened(recipe.dataset)
        parts = [splits.test] if split == "test" else [splits.train, splits.validation]
        images, labels = (np.concatenate([getattr(part, name) for part in parts]) for name in ("images", "labels"))
        return Labelled(tuple(images), labels, splits.classes)
    original = ORIGINALS.get(recipe.dataset)
    other = f", or without --data get the originals: cnnviz train --data {original} --download" if original else ""
    raise FileNotFoundError(
        f"no {recipe.dataset} in {folder}: put {recipe.dataset}.tar.xz there, or name its folder with --data{other}"
    )


def _place(recipe: Recipe, folder: Path) -> Path | None:
    places = [folder / recipe.dataset, folder / f"{recipe.dataset}.tar.xz", folder / f"{recipe.dataset}.tar"]
    return next((place for place in places if place.exists()), None)


def _normalizer(mean: tuple[float, ...], std: tuple[float, ...]) -> Normalize:
    shift, scale = (torch.tensor(v).view(1, 3, 1, 1) for v in (mean, std))
    return lambda pixels: pixels.float().div_(255).sub_(shift).div_(scale)


def _photo_batches(recipe: Recipe, data: Labelled, normalize: Normalize) -> Epochs:
    def epoch(number: int, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        source = photos.epoch_batches(data, recipe, recipe.size_at(number), rng)
        # a rounded draw may be a batch short or long of the plan
        for _, (pixels, labels) in zip(range(len(data) // recipe.batch), source, strict=False):
            yield normalize(pixels), labels

    return epoch


def _small_batches(recipe: Recipe, data: Labelled, normalize: Normalize) -> Epochs:
    resident = cifar.Resident(data, pad=recipe.shift)

    def epoch(number: int, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        for raw, labels in cifar.epoch_batches(resident, recipe, rng, number=number, side=recipe.size_at(number)):
            pixels = normalize(raw)
            yield (cifar.cutout(pixels, recipe.cutout, rng) if recipe.cutout else pixels), labels

    return epoch


def keep(
    recipe: Recipe, model: nn.Module, *, classes: tuple[str, ...], test: Labelled, folder: Path | None, command: str
) -> Accuracy:
    """Measure a trained network on the test images, once, and write its weights and card into ``folder`` if given.

    What is measured is what is written: the kernels are rounded to float16 first.
    """
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point() and tensor.ndim > 1:
                tensor.copy_(tensor.half().float())
    accuracy = evaluate(Network(NETWORKS[recipe.network], model, classes=classes), test)
    if folder is None:
        return accuracy
    settings = {key: value for key, value in asdict(recipe).items() if key not in ("network", "dataset", "seed")}
    save_embedded(
        recipe.network,
        model,
        classes=classes,
        data=recipe.dataset,
        recipe=settings,
        seed=recipe.seed,
        accuracy=accuracy.as_dict(),
        folder=folder,
        command=command,
    )
    return accuracy
