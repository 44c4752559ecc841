"""How good a network is: the share of test images that it names right, each seen once and as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.data.folders import Labelled
    from cnnviz.models.network import Network

Probabilities = NDArray[np.float32]
Labels = NDArray[np.int64]

IMAGENETTE = (
    *("tench", "English_springer", "cassette_player", "chain_saw", "church"),
    *("French_horn", "garbage_truck", "gas_pump", "golf_ball", "parachute"),
)
GROUPS = {"imagenette": IMAGENETTE, "cat_or_dog": ("cat", "dog")}
AT_ONCE = 256


@dataclass(frozen=True)
class Accuracy:
    """Shares in 0…1 over ``images`` test images.

    ``mean_over_classes`` is the mean of the classes' own shares, so that a small class counts as much as a large one.
    ``groups`` holds, for some classes among themselves, the share told apart.
    """

    images: int
    top1: float
    top5: float
    mean_over_classes: float
    groups: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, float]:
        """For a model card: plain numbers with four decimals, the groups beside the rest."""
        shares = {"top1": self.top1, "top5": self.top5, "mean_over_classes": self.mean_over_classes, **self.groups}
        return {"images": self.images} | {key: round(share, 4) for key, share in shares.items()}


def top(probabilities: Probabilities, labels: Labels, k: int) -> float:
    """Share of rows whose label is among the ``k`` most probable classes; ties count against the network."""
    own = np.take_along_axis(probabilities, labels[:, None], axis=1)
    # the label itself is among those that are at least as probable, so "≤ k" means fewer than k beat or equal it
    return float(((probabilities >= own).sum(1) <= k).mean())


def mean_over_classes(probabilities: Probabilities, labels: Labels) -> float:
    """Mean of the shares that each class present in ``labels`` gets right."""
    right = probabilities.argmax(1) == labels
    return float(np.mean([right[labels == label].mean() for label in np.unique(labels)]))


def among(probabilities: Probabilities, labels: Labels, members: Sequence[int]) -> float:
    """Share of the images of ``members`` for which the right one is the most probable of these; others are ignored.

    Raises :class:`ValueError` if no image is of these classes.
    """
    chosen = np.isin(labels, members)
    if not chosen.any():
        raise ValueError("no image belongs to the classes asked for; check that the test images hold them")
    own = np.asarray(members)
    return float((own[probabilities[chosen][:, own].argmax(1)] == labels[chosen]).mean())


def measure(probabilities: Probabilities, labels: Labels, classes: Sequence[str]) -> Accuracy:
    """All figures for probabilities ``(N, classes)`` and labels ``(N,)``.

    A group is measured if all its classes are there.
    """
    found = {
        name: among(probabilities, labels, [classes.index(member) for member in members])
        for name, members in GROUPS.items()
        if set(members) <= set(classes)
    }
    return Accuracy(
        images=len(labels),
        top1=float((probabilities.argmax(1) == labels).mean()),
        top5=top(probabilities, labels, 5),
        mean_over_classes=mean_over_classes(probabilities, labels),
        groups=found,
    )


def probabilities_of(network: Network, data: Labelled) -> Probabilities:
    """Probabilities ``(N, classes)`` in the order of ``data``; images of equal size go through the network together."""
    found = np.zeros((len(data), len(network.classes)), np.float32)
    for numbers in _by_shape(data):
        for start in range(0, len(numbers), AT_ONCE):
            chosen = numbers[start : start + AT_ONCE]
            found[chosen] = network.predict(np.stack([data.images[k] for k in chosen]))
    return found


def _by_shape(data: Labelled) -> list[list[int]]:
    shapes: dict[tuple[int, ...], list[int]] = {}
    for number, image in enumerate(data.images):
        shapes.setdefault(image.shape, []).append(number)
    return list(shapes.values())


def evaluate(network: Network, data: Labelled) -> Accuracy:
    """Measure ``network`` on ``data``, whose classes are matched by name.

    Raises :class:`ValueError` if ``data`` holds a class that the network does not have.
    """
    unknown = sorted(set(data.classes) - set(network.classes))
    if unknown:
        raise ValueError(
            f"{network.title} has no class {unknown[0]!r}, as these images do; choose the data it was trained on"
        )
    numbers = np.array([network.classes.index(name) for name in data.classes], dtype=np.int64)
    return measure(probabilities_of(network, data), numbers[data.labels], network.classes)
