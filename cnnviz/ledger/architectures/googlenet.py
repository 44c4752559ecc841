"""GoogLeNet: Szegedy et al. 2015, https://arxiv.org/abs/1409.4842."""

from __future__ import annotations

from cnnviz.ledger.layers import LRN, Activation, AdaptivePool, Branches, Dropout, Flatten, Layer, Pool
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import BatchNorm, Conv, Linear

REFERENCE = "Szegedy et al. 2015, https://arxiv.org/abs/1409.4842"
RELU = Activation()
POOL = Pool("max", 3, 2, ceil=True)
# table 1 of the paper: 1×1, reduction and 3×3, reduction and 5×5, behind the pool
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
POOLED_AFTER = {"3b": POOL, "4e": Pool("max", 2, 2, ceil=True)}


def unit(kernels: int, side: int, stride: int = 1) -> tuple[Layer, ...]:
    """The unit of torchvision: convolution without bias, batch norm, ReLU."""
    return Conv(kernels, side, stride, side // 2, bias=False), BatchNorm(), RELU


def plain(kernels: int, side: int, stride: int = 1) -> tuple[Layer, ...]:
    """The paper's unit: convolution with bias, ReLU."""
    return Conv(kernels, side, stride, side // 2), RELU


def module(name: str) -> Layer:
    """Inception module; torchvision's third branch has a 3×3 where the paper has a 5×5."""
    one, reduce3, three, reduce5, five, pooled = MODULES[name]
    return Branches(
        "concat",
        (
            unit(one, 1),
            (*unit(reduce3, 1), *unit(three, 3)),
            (*unit(reduce5, 1), *unit(five, 3)),
            (Pool("max", 3, 1, 1, ceil=True), *unit(pooled, 1)),
        ),
        name=f"inception-{name}",
    )


def module_2014(name: str) -> Layer:
    """Inception module as in the paper, figure 2b."""
    one, reduce3, three, reduce5, five, pooled = MODULES[name]
    return Branches(
        "concat",
        (
            plain(one, 1),
            (*plain(reduce3, 1), *plain(three, 3)),
            (*plain(reduce5, 1), *plain(five, 5)),
            (Pool("max", 3, 1, 1), *plain(pooled, 1)),
        ),
        name=f"inception-{name}",
    )


def auxiliary(number: int) -> Layer:
    """Auxiliary classifier of torchvision: to 4×4, 1×1 convolution, two linear layers."""
    hidden = (Flatten(), Linear(1024), RELU, Dropout(0.7), Linear(1000))
    return Branches("aside", ((AdaptivePool(4), *unit(128, 1), *hidden),), name=f"aux{number}")


def body(*, with_auxiliary: bool) -> tuple[Layer, ...]:
    """Stem, nine modules, global pooling and one linear layer."""
    layers: list[Layer] = [*unit(64, 7, 2), POOL, *unit(64, 1), *unit(192, 3), POOL]
    for name in MODULES:
        layers.append(module(name))
        if with_auxiliary and name in {"4a", "4d"}:
            layers.append(auxiliary(1 if name == "4a" else 2))
        layers += [POOLED_AFTER[name]] if name in POOLED_AFTER else []
    return (*layers, AdaptivePool(), Flatten(), Dropout(0.2), Linear(1000))


def body_2014() -> tuple[Layer, ...]:
    """As in table 1 of the paper, with response normalization in the stem."""
    layers: list[Layer] = [*plain(64, 7, 2), POOL, LRN(), *plain(64, 1), *plain(192, 3), LRN(), POOL]
    for name in MODULES:
        layers.append(module_2014(name))
        layers += [POOL] if name in POOLED_AFTER else []
    return (*layers, AdaptivePool(), Flatten(), Dropout(0.4), Linear(1000))


ARCHITECTURES.add(
    Architecture(
        name="googlenet",
        title="GoogLeNet",
        summary="Nine inception modules: four paths side by side, 1×1 convolutions that make the wide ones cheap.",
        reference=REFERENCE,
        input=(3, 224, 224),
        layers=body(with_auxiliary=False),
        published={
            "params": Published(6_624_904, "torchvision"),
            "macs": Published(1.498e9, "torchvision, in billions with three decimals"),
        },
        notes="torchvision's form: batch norm, and 3×3 where the paper has 5×5. 9.2 times fewer weights than "
        "torchvision's AlexNet; the 12 times of deck D2 are the paper's claim for some 5 M.",
        order=30,
    )
)

ARCHITECTURES.add(
    Architecture(
        name="googlenet-aux",
        title="GoogLeNet with auxiliary classifiers",
        summary="As it is trained: two more classifiers half way, which bring gradients to the early layers.",
        reference=REFERENCE,
        input=(3, 224, 224),
        layers=body(with_auxiliary=True),
        published={"params": Published(13_004_888, "torchvision, googlenet(aux_logits=True)")},
        notes="The auxiliary classifiers hold half of all parameters and are thrown away after training.",
        order=31,
    )
)

ARCHITECTURES.add(
    Architecture(
        name="googlenet-2014",
        title="GoogLeNet of the paper",
        summary="With 5×5 convolutions, biases and response normalization, before batch norm was known.",
        reference=REFERENCE,
        input=(3, 224, 224),
        layers=body_2014(),
        published={"params": Published(6.8e6, "table 1 of the paper, summed, in thousands per layer")},
        notes="Its 5×5 windows see more than torchvision's 3×3; without the auxiliary classifiers.",
        order=32,
    )
)
