"""The networks there are: one file each in :mod:`cnnviz.models`, registered as a :class:`Spec`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cnnviz.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Layer:
    """A layer worth looking at: its path in the module tree and what to call it."""

    path: str
    title: str


@dataclass(frozen=True)
class Published:
    """Weights that torchvision publishes: ``weights`` is the enum's member.

    ``top1`` and ``top5`` are the published shares on ImageNet's validation images, ``megabytes`` is the file's size
    (1024² bytes). ``ignored`` is the prefix of tensors in it that only training needs; they are left out.
    """

    weights: str
    url: str
    megabytes: float
    parameters: int
    top1: float
    top5: float
    ignored: str = ""

    @property
    def file_name(self) -> str:
        """Name of the file as published: ``resnet18-f37072fd.pth``."""
        return self.url.rpartition("/")[2]

    @property
    def sha256_prefix(self) -> str:
        """The first digits of the file's sha256, which torchvision writes into its name."""
        return self.file_name.removesuffix(".pth").rpartition("-")[2]


@dataclass(frozen=True)
class Spec:
    """A network as a recipe: how to build it and how to feed it.

    ``build(classes)`` returns an untrained module that maps float32 ``(N, 3, H, W)`` to logits ``(N, classes)``.
    Pixels reach it as ``(pixel / 255 - mean) / std``. The picture's shorter side is scaled to ``resize`` (0 means
    ``input_size``). With framing ``"square"`` the middle ``input_size`` × ``input_size`` pixels are cut from that; with
    ``"whole"`` the aspect is kept and everything is seen, which suits a network that takes any size.
    ``scaling`` says how pixels are averaged: by ``"area"`` or as in torchvision, ``"bilinear"`` or ``"bicubic"``.
    ``dataset`` is the data set whose test images measure it. ``published`` says where the weights come from if they are
    not shipped. ``make`` returns the trained module of a network that a lecturer's file registers, ``classes`` its
    classes; its layers may be left out: they are found when it is loaded.
    """

    name: str
    title: str
    summary: str
    reference: str
    build: Callable[[int], nn.Module]
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    layers: tuple[Layer, ...]
    resize: int = 0
    framing: Literal["whole", "square"] = "square"
    scaling: Literal["area", "bilinear", "bicubic"] = "area"
    dataset: str = ""
    published: Published | None = None
    make: Callable[[], nn.Module] | None = None
    classes: tuple[str, ...] = ()
    order: int = 1000

    @property
    def side(self) -> int:
        """The shorter side of what the network gets, in pixels."""
        return self.input_size if self.framing == "square" else self.resize or self.input_size


class Networks(Registry[Spec]):
    """The program's own networks, then those of the files that the lecturer trusts."""

    def _load(self) -> None:
        if not self._complete:
            super()._load()
            from cnnviz.models import trusted

            trusted.read_all()


NETWORKS: Registry[Spec] = Networks("network", "cnnviz.models")
