"""MobileNetV2 and EfficientNet-B0: inverted residual blocks with depthwise convolutions."""

from __future__ import annotations

from cnnviz.ledger.layers import Activation, AdaptivePool, Branches, Dropout, Flatten, Layer
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import BatchNorm, Conv, Linear, SqueezeExcite

# channels, blocks, stride of the first block, expansion, side of the window
MOBILE = (
    (16, 1, 1, 1, 3),
    (24, 2, 2, 6, 3),
    (32, 3, 2, 6, 3),
    (64, 4, 2, 6, 3),
    (96, 3, 1, 6, 3),
    (160, 3, 2, 6, 3),
    (320, 1, 1, 6, 3),
)
EFFICIENT = (
    (16, 1, 1, 1, 3),
    (24, 2, 2, 6, 3),
    (40, 2, 2, 6, 5),
    (80, 3, 2, 6, 3),
    (112, 3, 1, 6, 5),
    (192, 4, 2, 6, 5),
    (320, 1, 1, 6, 3),
)
RELU6, SILU = Activation("relu6"), Activation("silu")


def inverted(before: int, row: tuple[int, ...], *, act: Activation, gate: bool) -> tuple[Layer, ...]:
    """1×1 to ``expansion`` times the channels, depthwise window, gate, 1×1 down without activation."""
    out, _, stride, expansion, side = row
    wide = () if expansion == 1 else (Conv(before * expansion, 1, bias=False), BatchNorm(), act)
    window = Conv(0, side, stride, side // 2, groups=0, bias=False)
    gates = (SqueezeExcite(max(1, before // 4)),) if gate else ()
    return (*wide, window, BatchNorm(), act, *gates, Conv(out, 1, bias=False), BatchNorm())


def body(table: tuple[tuple[int, ...], ...], *, act: Activation, gate: bool) -> tuple[Layer, ...]:
    """Stem, inverted blocks (with a shortcut where nothing changes size), 1×1 to 1280, global pooling, linear."""
    layers: list[Layer] = [Conv(32, 3, 2, 1, bias=False), BatchNorm(), act]
    channels = 32
    for row in table:
        for number in range(row[1]):
            block = inverted(channels, row if number == 0 else (*row[:2], 1, *row[3:]), act=act, gate=gate)
            keeps = channels == row[0] and (number > 0 or row[2] == 1)
            layers += [Branches("add", (block, ()))] if keeps else block
            channels = row[0]
    layers += [Conv(1280, 1, bias=False), BatchNorm(), act]
    return (*layers, AdaptivePool(), Flatten(), Dropout(0.2), Linear(1000))


ARCHITECTURES.add(
    Architecture(
        name="mobilenet_v2",
        title="MobileNetV2",
        summary="Inverted residual blocks: wide in the middle, where a depthwise 3×3 is cheap.",
        reference="Sandler et al. 2018, https://arxiv.org/abs/1801.04381",
        input=(3, 224, 224),
        layers=body(MOBILE, act=RELU6, gate=False),
        published={
            "params": Published(3_504_872, "torchvision"),
            "macs": Published(0.301e9, "torchvision, in billions with three decimals"),
        },
        notes="The paper prints 3.4 M parameters and 300 M multiply-adds.",
        order=61,
    )
)

ARCHITECTURES.add(
    Architecture(
        name="efficientnet_b0",
        title="EfficientNet-B0",
        summary="Inverted blocks with 3×3 and 5×5 windows and a gate per channel, found by a search.",
        reference="Tan and Le 2019, https://arxiv.org/abs/1905.11946",
        input=(3, 224, 224),
        layers=body(EFFICIENT, act=SILU, gate=True),
        published={
            "params": Published(5_288_548, "torchvision"),
            "macs": Published(0.386e9, "torchvision, in billions with three decimals"),
        },
        notes="4.8 times fewer parameters than ResNet-50. The gates look at whole maps; the field ignores that.",
        order=62,
    )
)
