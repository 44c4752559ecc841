"""What torchvision's ImageNet networks have in common: how they are built and how a picture is cut for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cnnviz.models.registry import IMAGENET_MEAN, IMAGENET_STD, NETWORKS, Layer, Published, Spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn


def builder(name: str, **options: Any) -> Callable[[int], nn.Module]:
    """A function that builds torchvision's network ``name`` without weights, for a given number of classes."""

    def build(classes: int) -> nn.Module:
        # here, because importing torchvision takes a second that the shipped networks need not pay
        from torchvision.models import get_model

        model: nn.Module = get_model(name, weights=None, num_classes=classes, **options)
        return model

    return build


def register(
    name: str,
    title: str,
    *,
    summary: str,
    reference: str,
    layers: dict[str, str],
    published: Published,
    order: int,
    scaling: Literal["bilinear", "bicubic"] = "bilinear",
    **options: Any,
) -> Spec:
    """Register torchvision's network ``name``; ``options`` go to its builder.

    All take the transform published with their first ImageNet weights: shorter side to 256, middle 224 × 224.
    """
    spec = Spec(
        name=name,
        title=title,
        summary=summary,
        reference=reference,
        build=builder(name, **options),
        input_size=224,
        resize=256,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        layers=tuple(Layer(path, text) for path, text in layers.items()),
        scaling=scaling,
        published=published,
        order=order,
    )
    return NETWORKS.add(spec)
