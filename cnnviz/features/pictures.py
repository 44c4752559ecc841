"""Many pictures for a network to look at: a data set's test images, or crops of the sample photographs.

The program ships no photographs but the samples, so a network for photographs looks at many crops of those: which
pictures were looked at is part of every result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.data.samples import SAMPLES, sample
from cnnviz.features.errors import FeatureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.data.splits import Splits
    from cnnviz.models import Network

CROPS = "samples"
SMALL = 64  # pixels: networks of at most this side look at data sets, larger ones at crops of photographs
FEW = 200  # test images: a set with fewer is looked at as a whole
SHORTEST = 0.25  # of a photograph's shorter side: the smallest crop
DRAWN = "drawn by this program"
Pictures = Callable[["NDArray[np.int64]"], "NDArray[np.uint8]"]


@dataclass(frozen=True)
class Choice:
    """Pictures to look at, for a menu."""

    name: str
    title: str
    summary: str
    reference: str = ""


@dataclass(frozen=True, eq=False)
class Source:
    """``count`` pictures as one network sees them.

    ``views(numbers)`` gives uint8 ``(n, h, w, 3)``, the same for the same numbers; ``labels`` ``(count,)`` index
    ``classes``. ``groups`` tells which pictures are parts of one photograph; ``told`` says in words what they are.
    """

    name: str
    told: str
    classes: tuple[str, ...]
    labels: NDArray[np.int64] = field(repr=False)
    views: Pictures = field(repr=False)
    grouped: bool = False

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return len(self.labels)


def sources() -> dict[str, Choice]:
    """What can be looked at now: data sets that are here, and crops of the samples."""
    from cnnviz.data.sets import menu

    crops = Choice(CROPS, "Crops of the sample photographs", "Ten photographs, cut at random places in random sizes.")
    sets = [Choice(each.name, each.title, each.summary) for each in menu() if each.available()]
    return {each.name: each for each in (crops, *sets)}


def default_data(network: Network) -> str:
    """What a network looks at unless told otherwise: what it was trained on if it is here, else what suits its size."""
    here = sources()
    for name in (str(network.card.get("data", "")), network.spec.dataset):
        if name in here:
            return name
    return "textures" if network.spec.side <= SMALL else CROPS


def source(name: str, network: Network, *, count: int, seed: int = 0) -> Source:
    """At most ``count`` pictures of the data ``name`` as ``network`` sees them, drawn by ``seed``.

    A set that was never opened is prepared first, which may take seconds.

    Raises:
        FeatureError: there is no such data; BadData: it can't be opened.
    """
    if name == CROPS:
        return _crops(network, count=count, seed=seed)
    from cnnviz.data.sets import known, opened

    known(name)
    return _of(opened(name), network, count=count, seed=seed)


def _of(splits: Splits, network: Network, *, count: int, seed: int) -> Source:
    few = len(splits.test) < FEW
    part, words = (splits.train, "training images") if few else (splits.test, "test images")
    drawn = np.random.Generator(np.random.PCG64(seed)).permutation(len(part))[:count]

    def views(numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        from cnnviz.models.framing import views as framed

        return framed(network.spec, np.ascontiguousarray(part.images[drawn[numbers]]))

    told = f"{len(drawn):,} {words} of {splits.title}"
    return Source(splits.name, told, splits.classes, part.labels[drawn], views)


def photographs() -> dict[str, str]:
    """Titles of the sample photographs, without the drawings, by name."""
    return {name: each.title for name, each in SAMPLES.items() if each.credit != DRAWN}


def _crops(network: Network, *, count: int, seed: int) -> Source:
    """Squares of the photographs in turn, their side log-uniform from a quarter of the shorter side to all of it."""
    titles = photographs()
    if not titles:
        raise FeatureError("there are no sample photographs here: install scikit-image, or choose a data set")
    pixels = [sample(name) for name in titles]

    def crop(number: int) -> NDArray[np.uint8]:
        rng = np.random.Generator(np.random.PCG64([seed, number]))
        picture = pixels[number % len(pixels)]
        shorter = min(picture.shape[:2])
        side = round(shorter * SHORTEST ** rng.random())
        top, left = (int(rng.integers(0, size - side + 1)) for size in picture.shape[:2])
        return network.view(picture[top : top + side, left : left + side])

    def views(numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        return np.stack([crop(int(number)) for number in numbers])

    told = f"{count:,} crops of {len(pixels)} sample photographs"
    return Source(CROPS, told, tuple(titles.values()), np.arange(count) % len(pixels), views, grouped=True)
