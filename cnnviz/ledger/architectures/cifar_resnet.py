"""The residual networks for CIFAR-10: He et al. 2016, section 4.2; and the program's own form of the smallest."""

from __future__ import annotations

from cnnviz.ledger.architectures.resnet import RELU, basic, normed
from cnnviz.ledger.layers import AdaptivePool, Branches, Flatten, Identity, Layer, Pool
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import BatchNorm, Conv, Linear

REFERENCE = "He et al. 2016, section 4.2, https://arxiv.org/abs/1512.03385"
MILLIONS = {20: 0.27, 32: 0.46, 44: 0.66, 56: 0.85, 110: 1.7}


def projected(width: int, stride: int) -> tuple[Layer, ...]:
    """Average pool, 1×1 convolution, batch norm (ResNet-D): the shortcut of the program's own networks."""
    pool = (Pool("average", stride, ceil=True),) if stride > 1 else ()
    return (*pool, Conv(width, 1, bias=False), BatchNorm())


def body(blocks: int, *, option_a: bool) -> tuple[Layer, ...]:
    """Stem, three stages of ``blocks`` residual blocks at 32, 16 and 8 pixels, global pooling, a linear layer."""
    layers: list[Layer] = [*normed(16, 3), RELU]
    for width in (16, 32, 64):
        for number in range(blocks):
            stride = 2 if number == 0 and width > 16 else 1
            short = (Identity(width, 2),) if option_a else projected(width, 2)
            layers += [Branches("add", (basic(width, stride), short if stride == 2 else ())), RELU]
    return (*layers, AdaptivePool(), Flatten(), Linear(10))


def _add(depth: int, order: int) -> None:
    ARCHITECTURES.add(
        Architecture(
            name=f"resnet{depth}",
            title=f"ResNet-{depth} for CIFAR-10",
            summary=f"{(depth - 2) // 2} residual blocks of two 3×3 convolutions in three stages, for 32×32 pixels.",
            reference=REFERENCE,
            input=(3, 32, 32),
            layers=body((depth - 2) // 6, option_a=True),
            published={"params": Published(MILLIONS[depth] * 1e6, "table 6 of the paper, in millions")},
            notes="Shortcuts of option A: every second pixel, zeros for the new channels, no parameter.",
            order=order,
        )
    )


for _order, _depth in enumerate(MILLIONS, start=50):
    _add(_depth, _order)

ARCHITECTURES.add(
    Architecture(
        name="cifar-resnet20",
        title="CIFAR ResNet-20 of this program",
        summary="ResNet-20 with two projecting shortcuts (average pool, 1×1 convolution) instead of option A.",
        reference=REFERENCE,
        input=(3, 32, 32),
        layers=body(3, option_a=False),
        published={"params": Published(272_474, "counted in torch")},
        notes="2,752 parameters more than resnet20: the two shortcuts.",
        order=56,
    )
)
