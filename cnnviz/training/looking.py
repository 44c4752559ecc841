"""What a network is like at one moment of its training: what it says, confuses and mistakes, and each layer's numbers.

Two passes: one over the validation images, which the training makes anyway and may hand in, and one forward and back
over a few training images. The network and all random generators are left as they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.probe import tour
from cnnviz.training.events import Look, Packed, Pictures, pack
from cnnviz.training.looking_layers import Layers

if TYPE_CHECKING:
    from cnnviz.data.splits import Part, Splits

PICTURES = 12
PROBE = 64  # training images behind the layers' numbers
JUDGED = 5_000  # validation images counted
FILTER_BYTES = 20_000
AT_ONCE = 250
SEED = 0

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Feed:
    """How pixels reach the network: ``(pixel / 255 - mean) / std`` on ``device``."""

    mean: Sequence[float]
    std: Sequence[float]
    device: torch.device | str

    def __call__(self, images: NDArray[np.uint8]) -> Tensor:
        """Uint8 ``(N, H, W, 3)`` to float32 ``(N, 3, H, W)``."""
        pixels = torch.from_numpy(np.ascontiguousarray(images)).to(self.device).permute(0, 3, 1, 2)
        mean, std = (torch.tensor(tuple(v), device=self.device)[:, None, None] for v in (self.mean, self.std))
        return pixels.to(torch.float32, memory_format=torch.channels_last).sub_(255 * mean).div_(255 * std)


def look(  # noqa: PLR0913 (the facts of one moment, all by name)
    model: nn.Module,
    splits: Splits,
    *,
    epoch: int,
    step: int,
    device: torch.device | str,
    before: Mapping[str, Tensor] | None,
    classes: Sequence[str],
    mean: Sequence[float],
    std: Sequence[float],
    logits: Tensor | None = None,
) -> Look:
    """Look at ``model`` after ``epoch`` epochs and ``step`` steps, in evaluation mode.

    ``before`` holds weights by name as they were one step ago: the update ratio is ``‖w - w_before‖ / ‖w_before‖``, 0
    without it. ``logits`` ``(validation images, classes)`` saves the pass over them. Samples are the same 12 validation
    images at each moment, as many of each class as possible. Gradients are those of the mean cross-entropy of 64
    training images, the first of each class in turn, as they are: no augmentation, no smoothing, no decay. Numbers
    that are not finite do not break it; norms and means then are nan.

    About 150 kB as JSON with ten classes.
    """
    feed = Feed(mean, std, device)
    validation, judged = splits.validation, judged_of(len(splits.validation))
    if logits is None:
        scores = _scores(model, validation, judged, feed)
    else:
        scores = logits.detach()[torch.from_numpy(judged).to(logits.device)]
    probabilities = _probabilities(scores, len(classes))
    labels = np.asarray(validation.labels)[judged]
    samples, worst = samples_of(labels, len(classes)), worst_of(probabilities, labels)
    layers = Layers(model, before)
    _probe(model, splits, feed, layers=layers, first=judged[samples[:1]])
    return Look(
        epoch,
        step,
        samples=_pictures(validation, judged[samples], probabilities[samples]),
        worst=_pictures(validation, judged[worst], probabilities[worst]),
        confusion=pack(confusion_of(labels, probabilities.argmax(1), len(classes)), "<i4"),
        filters=filters_of(model, splits.train.images.shape[1:]),
        layers=layers.told(),
    )


def judged_of(count: int) -> Numbers:
    """Which of ``count`` validation images are counted: all, or 5,000 evenly spaced."""
    return np.linspace(0, count - 1, min(count, JUDGED)).round().astype(np.int64)


def samples_of(labels: Numbers, classes: int) -> Numbers:
    """The 12 images to show: drawn once and for all, as many of each class as possible, in the order of classes."""
    rng = np.random.default_rng(SEED)
    drawn = rng.permutation(len(labels))
    rank = rng.permutation(classes)
    chosen = drawn[in_turn(rank[labels[drawn]], PICTURES)]
    order: Numbers = chosen[np.argsort(labels[chosen], kind="stable")]
    return order


def in_turn(labels: Numbers, count: int) -> Numbers:
    """The first image of each class, then the second of each, and so on: ``count`` numbers of images."""
    # 16 bits are sorted by radix: 0.5 ms for 50,000
    order = np.argsort(labels.astype(np.int16), kind="stable")
    sorted_labels = labels[order]
    starts = np.searchsorted(sorted_labels, sorted_labels)
    place = np.arange(len(labels)) - starts
    turn = np.lexsort((sorted_labels[place < count], place[place < count]))
    found: Numbers = order[place < count][turn[:count]]
    return found


def worst_of(probabilities: NDArray[np.float32], labels: Numbers) -> Numbers:
    """The 12 mistakes the network was surest of, the surest first."""
    sure = probabilities.max(1)
    wrong = np.flatnonzero(probabilities.argmax(1) != labels)
    return wrong[np.argsort(-sure[wrong], kind="stable")[:PICTURES]]


def confusion_of(labels: Numbers, given: Numbers, classes: int) -> NDArray[np.int64]:
    """Counts of images ``(classes, classes)``, right class by row, given class by column."""
    return np.bincount(labels * classes + given, minlength=classes**2).reshape(classes, classes)


def filters_of(model: nn.Module, image: tuple[int, ...]) -> Packed:
    """Kernels of the first layer with weights, float16 ``(out, in, height, width)``, at most 20 kB of them.

    The rows of a linear layer that sees the pixels ``image`` ``(H, W, 3)`` are kernels as large as the image, told at
    half its size or less. Without any the shape is ``(0, 0, 0, 0)``.
    """
    kinds = (nn.Conv2d, nn.Linear)
    weight = next((m.weight.detach() for m in model.modules() if isinstance(m, kinds)), torch.zeros(0, 0, 0, 0))
    if weight.ndim == 2:
        height, width, channels = image
        if weight.shape[1] != channels * height * width:
            return pack(np.zeros((0, 0, 0, 0)), "<f2")
        weight = F.adaptive_avg_pool2d(weight.float().reshape(-1, channels, height, width), min(16, height // 2))
    most = max(1, FILTER_BYTES // max(1, 2 * weight[0].numel())) if len(weight) else 0
    return pack(weight[:most].float().cpu().numpy(), "<f2")


def _scores(model: nn.Module, part: Part, judged: Numbers, feed: Feed) -> Tensor:
    """Logits of the images ``judged``, in batches."""
    found = [
        tour(model, feed(part.images[judged[start : start + AT_ONCE]]))[0] for start in range(0, len(judged), AT_ONCE)
    ]
    return torch.cat(found) if found else torch.zeros(0, 0)


def _probabilities(scores: Tensor, classes: int) -> NDArray[np.float32]:
    """Softmax of the scores; where they are not finite, of what is nearest to them, nan counting as 0."""
    found = torch.nan_to_num(scores.float()).softmax(1) if len(scores) else torch.zeros(0, classes)
    return np.asarray(found.cpu().numpy(), dtype=np.float32)


def _pictures(part: Part, chosen: Numbers, probabilities: NDArray[np.float32]) -> Pictures:
    labels = tuple(int(label) for label in part.labels[chosen])
    return Pictures(pack(part.images[chosen], "u1"), labels, pack(probabilities, "<f2"))


def _probe(model: nn.Module, splits: Splits, feed: Feed, *, layers: Layers, first: Numbers) -> None:
    """One pass over the first sample, for its maps, and the probe, for numbers and gradients."""
    part = splits.train
    chosen = in_turn(np.asarray(part.labels), PROBE)
    images = feed(np.concatenate([splits.validation.images[first], part.images[chosen]]))
    labels = torch.from_numpy(np.asarray(part.labels)[chosen]).to(images.device)
    shown = len(first)

    def loss(scores: Tensor) -> Tensor:
        return F.cross_entropy(scores[shown:], labels)

    layers.take(shown)
    _, gradients = tour(model, images, note=layers.note, loss=loss)
    layers.receive(gradients)
