"""DenseNet-121: Huang et al. 2017, https://arxiv.org/abs/1608.06993."""

from __future__ import annotations

from cnnviz.ledger.layers import Activation, AdaptivePool, Branches, Flatten, Layer, Pool
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import BatchNorm, Conv, Linear

GROWTH = 32
BLOCKS = (6, 12, 24, 16)
RELU = Activation()


def dense_layer() -> Layer:
    """Norm, ReLU, 1×1 to four times the growth, norm, ReLU, 3×3 to the growth; put beside what came in."""
    narrow = (BatchNorm(), RELU, Conv(4 * GROWTH, 1, bias=False))
    return Branches("concat", ((), (*narrow, BatchNorm(), RELU, Conv(GROWTH, 3, padding=1, bias=False))))


def body() -> tuple[Layer, ...]:
    """Stem, four dense blocks with halving transitions between them, global pooling and a linear layer."""
    layers: list[Layer] = [Conv(64, 7, 2, 3, bias=False), BatchNorm(), RELU, Pool("max", 3, 2, 1)]
    channels = 64
    for number, count in enumerate(BLOCKS):
        layers += [dense_layer()] * count
        channels += count * GROWTH
        if number < len(BLOCKS) - 1:
            channels //= 2
            layers += [BatchNorm(), RELU, Conv(channels, 1, bias=False), Pool("average", 2)]
    return (*layers, BatchNorm(), RELU, AdaptivePool(), Flatten(), Linear(1000))


ARCHITECTURES.add(
    Architecture(
        name="densenet121",
        title="DenseNet-121",
        summary="58 small layers, each of which reads all before it in its block and adds 32 channels.",
        reference="Huang et al. 2017, https://arxiv.org/abs/1608.06993",
        input=(3, 224, 224),
        layers=body(),
        published={
            "params": Published(7_978_856, "torchvision"),
            "macs": Published(2.834e9, "torchvision, in billions with three decimals"),
        },
        notes="Few parameters, much memory: every concatenation is stored here, as a plain implementation does.",
        order=60,
    )
)
