"""The VGG networks: Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556."""

from __future__ import annotations

from cnnviz.ledger.layers import Activation, AdaptivePool, Dropout, Flatten, Layer, Pool
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import BatchNorm, Conv, Linear

REFERENCE = "Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556"
CHANNELS = (64, 128, 256, 512, 512)
COLUMNS = {"A": (1, 1, 2, 2, 2), "B": (2, 2, 2, 2, 2), "D": (2, 2, 3, 3, 3), "E": (2, 2, 4, 4, 4)}
PARAMS = {"A": 132_863_336, "B": 133_047_848, "C": 133_638_952, "D": 138_357_544, "E": 143_667_240}
# of torchvision's forms with batch norm, from the cards of its weights
PARAMS_BN = {"A": 132_868_840, "B": 133_053_736, "D": 138_365_992, "E": 143_678_248}
GIGA_MACS = {"A": 7.609, "B": 11.308, "D": 15.47, "E": 19.632}


def blocks(kernels: tuple[tuple[int, ...], ...], *, norm: bool) -> tuple[Layer, ...]:
    """Blocks of convolutions with the given ``kernels``, each block ended by 2×2 max pooling."""
    layers: list[Layer] = []
    for number, (channels, sides) in enumerate(zip(CHANNELS, kernels, strict=True), start=1):
        for place, side in enumerate(sides, start=1):
            layers.append(Conv(channels, side, padding=side // 2, name=f"conv{number}_{place}"))
            layers += [BatchNorm()] if norm else []
            layers.append(Activation())
        layers.append(Pool("max", 2))
    return tuple(layers)


def head() -> tuple[Layer, ...]:
    """Three linear layers on the 7×7 map: nine tenths of all parameters."""
    hidden = (Linear(4096), Activation(), Dropout())
    return (AdaptivePool(7), Flatten(), *hidden, *hidden, Linear(1000))


def _add(column: str, *, norm: bool, order: int) -> None:
    depth = sum(COLUMNS[column]) + 3
    params = PARAMS_BN[column] if norm else PARAMS[column]
    ARCHITECTURES.add(
        Architecture(
            name=f"vgg{depth}{'_bn' if norm else ''}",
            title=f"VGG-{depth}{' with batch norm' if norm else ''}",
            summary=f"Column {column} of the paper: {depth - 3} 3×3 convolutions in five blocks, three linear layers.",
            reference=REFERENCE,
            input=(3, 224, 224),
            layers=(*blocks(tuple((3,) * count for count in COLUMNS[column]), norm=norm), *head()),
            published={
                "params": Published(params, "torchvision"),
                "macs": Published(GIGA_MACS[column] * 1e9, "torchvision, in billions with three decimals"),
            },
            notes="torchvision's form. Before the linear layers it pools to 7×7, which changes nothing at 224×224."
            + (" Deck D1 prints three convolutions in column E where the paper has four." if column == "E" else ""),
            order=order,
        )
    )


for _order, _column in enumerate(COLUMNS, start=20):
    _add(_column, norm=False, order=_order)
    _add(_column, norm=True, order=_order + 5)

ARCHITECTURES.add(
    Architecture(
        name="vgg-c",
        title="VGG-16, column C",
        summary="As column D, but the last convolution of blocks 3, 4 and 5 is 1×1: more layers, no larger field.",
        reference=REFERENCE,
        input=(3, 224, 224),
        layers=(*blocks(((3, 3), (3, 3), (3, 3, 1), (3, 3, 1), (3, 3, 1)), norm=False), *head()),
        published={"params": Published(134e6, "table 2 of the paper, in millions")},
        notes="torchvision has no column C; column D, which it calls vgg16, was better in the paper.",
        order=24,
    )
)
