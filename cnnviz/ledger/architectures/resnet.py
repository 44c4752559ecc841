"""The residual networks for ImageNet: He et al. 2016, https://arxiv.org/abs/1512.03385."""

from __future__ import annotations

from cnnviz.ledger.layers import Activation, AdaptivePool, Branches, Flatten, Layer, Pool
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import BatchNorm, Conv, Linear

REFERENCE = "He et al. 2016, https://arxiv.org/abs/1512.03385"
RELU = Activation()
WIDTHS = (64, 128, 256, 512)
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
PARAMS = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808}
GIGA_MACS = {18: 1.814, 34: 3.664, 50: 4.089, 101: 7.801, 152: 11.514}
PAPER_MACS = {18: 1.8e9, 34: 3.6e9, 50: 3.8e9, 101: 7.6e9, 152: 11.3e9}


def normed(kernels: int, side: int, stride: int = 1) -> tuple[Layer, ...]:
    """Convolution without bias that keeps the size, and batch norm."""
    return Conv(kernels, side, stride, side // 2, bias=False), BatchNorm()


def basic(width: int, stride: int) -> tuple[Layer, ...]:
    """Two 3×3 convolutions."""
    return (*normed(width, 3, stride), RELU, *normed(width, 3))


def bottleneck(width: int, stride: int) -> tuple[Layer, ...]:
    """1×1 down, 3×3, 1×1 up to four times the width; torchvision puts the stride into the 3×3."""
    return (*normed(width, 1), RELU, *normed(width, 3, stride), RELU, *normed(4 * width, 1))


def bottleneck_2015(width: int, stride: int) -> tuple[Layer, ...]:
    """As in the paper's model: the stride in the first 1×1, which skips three quarters of the places."""
    return (*normed(width, 1, stride), RELU, *normed(width, 3), RELU, *normed(4 * width, 1))


def body(depth: int, *, original: bool = False) -> tuple[Layer, ...]:
    """Stem, four stages of residual blocks, global pooling and one linear layer."""
    block, grown = (basic, 1) if depth < 50 else (bottleneck_2015 if original else bottleneck, 4)
    layers: list[Layer] = [*normed(64, 7, 2), RELU, Pool("max", 3, 2, 1)]
    channels = 64
    for width, count in zip(WIDTHS, BLOCKS[depth], strict=True):
        for number in range(count):
            stride = 2 if number == 0 and width > 64 else 1
            shortcut = () if channels == grown * width else normed(grown * width, 1, stride)
            layers += [Branches("add", (block(width, stride), shortcut)), RELU]
            channels = grown * width
    return (*layers, AdaptivePool(), Flatten(), Linear(1000))


def _add(depth: int, order: int) -> None:
    kind = "two 3×3 convolutions" if depth < 50 else "1×1, 3×3 and 1×1 convolutions"
    ARCHITECTURES.add(
        Architecture(
            name=f"resnet{depth}",
            title=f"ResNet-{depth}",
            summary=f"{sum(BLOCKS[depth])} residual blocks of {kind} in four stages.",
            reference=REFERENCE,
            input=(3, 224, 224),
            layers=body(depth),
            published={
                "params": Published(PARAMS[depth], "torchvision"),
                "macs": Published(GIGA_MACS[depth] * 1e9, "torchvision, in billions with three decimals"),
            },
            notes=f"torchvision's form. The paper prints {PAPER_MACS[depth] / 1e9:g} billion FLOPs: multiply-adds."
            + (" With the stride in the 3×3 it costs a little more than that." if depth >= 50 else ""),
            order=order,
        )
    )


for _order, _depth in enumerate(BLOCKS, start=40):
    _add(_depth, _order)

ARCHITECTURES.add(
    Architecture(
        name="resnet50-2015",
        title="ResNet-50 of the paper",
        summary="The stride stands in the first 1×1 of a block: same parameters, fewer multiply-adds, a larger field.",
        reference=REFERENCE,
        input=(3, 224, 224),
        layers=body(50, original=True),
        published={
            "params": Published(PARAMS[50], "torchvision: where the stride stands changes no parameter"),
            "macs": Published(PAPER_MACS[50], "table 1 of the paper, in billions with one decimal"),
        },
        notes="The last map sees 483 pixels, torchvision's 427: after the stride a 3×3 spans twice as much.",
        order=45,
    )
)
