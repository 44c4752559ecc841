"""AlexNet in its three forms and ZFNet, its refinement."""

from __future__ import annotations

from cnnviz.ledger.layers import LRN, Activation, AdaptivePool, Dropout, Flatten, Layer, Pool
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import Conv, Linear

ORIGINAL = "Krizhevsky, Sutskever and Hinton 2012, https://papers.nips.cc/paper/4824"
ONE_TOWER = "Krizhevsky 2014, https://arxiv.org/abs/1404.5997"
RELU = Activation()
POOL = Pool("max", 3, 2)
HEAD = (Linear(4096), RELU, Dropout(), Linear(4096), RELU, Dropout(), Linear(1000))


def original(groups: int) -> tuple[Layer, ...]:
    """The layers of 2012; 2 groups are the two graphics cards, 1 is one tower."""
    return (
        *(Conv(96, 11, 4), RELU, LRN(), POOL),
        *(Conv(256, 5, padding=2, groups=groups), RELU, LRN(), POOL),
        *(Conv(384, 3, padding=1), RELU),
        *(Conv(384, 3, padding=1, groups=groups), RELU),
        *(Conv(256, 3, padding=1, groups=groups), RELU, POOL),
        *(Flatten(), *HEAD),
    )


ARCHITECTURES.add(
    Architecture(
        name="alexnet",
        title="AlexNet, torchvision's form",
        summary="One tower, fewer kernels in front, no response normalization; pools to 6×6 in the end.",
        reference=ONE_TOWER,
        input=(3, 224, 224),
        layers=(
            *(Conv(64, 11, 4, 2), RELU, POOL),
            *(Conv(192, 5, padding=2), RELU, POOL),
            *(Conv(384, 3, padding=1), RELU),
            *(Conv(256, 3, padding=1), RELU),
            *(Conv(256, 3, padding=1), RELU, POOL),
            *(AdaptivePool(6), Flatten(), Dropout()),
            *(Linear(4096), RELU, Dropout(), Linear(4096), RELU, Linear(1000)),
        ),
        published={
            "params": Published(61_100_840, "torchvision"),
            "macs": Published(0.714e9, "torchvision, in billions with three decimals"),
        },
        notes="61.1 M here, 60 M in decks D3 and D4 (two towers), 62 M in D2 (one tower): three different networks.",
        order=12,
    )
)

ARCHITECTURES.add(
    Architecture(
        name="alexnet-2012",
        title="AlexNet of the paper",
        summary="Two towers on two graphics cards: three of the convolutions see only half of the channels.",
        reference=ORIGINAL,
        input=(3, 227, 227),
        layers=original(groups=2),
        published={"params": Published(60e6, "the paper's abstract, in millions")},
        notes="The paper says 224×224, which does not fit: (224 - 11) / 4 + 1 = 54.25. With 227 it is 55.",
        order=10,
    )
)

ARCHITECTURES.add(
    Architecture(
        name="alexnet-one-tower",
        title="AlexNet in one tower",
        summary="The paper's layers without groups: the 62 M of deck D2.",
        reference=ORIGINAL,
        input=(3, 227, 227),
        layers=original(groups=1),
        published={"params": Published(62_378_344, "deck D2, as 62 M")},
        notes="Its first layer is the example of deck D1: 96 kernels of 11×11×3 are 34,944 parameters.",
        order=11,
    )
)

ARCHITECTURES.add(
    Architecture(
        name="zfnet",
        title="ZFNet",
        summary="AlexNet with a smaller first window and stride, chosen by looking at what the first layers learned.",
        reference="Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901",
        input=(3, 224, 224),
        layers=(
            *(Conv(96, 7, 2, 1), RELU, Pool("max", 3, 2, ceil=True), LRN()),
            *(Conv(256, 5, 2), RELU, Pool("max", 3, 2, ceil=True), LRN()),
            *(Conv(384, 3, padding=1), RELU),
            *(Conv(384, 3, padding=1), RELU),
            *(Conv(256, 3, padding=1), RELU, POOL),
            *(Flatten(), *HEAD),
        ),
        notes="Sizes as in figure 3 of the paper (110, 55, 26, 13, 6), which fixes the paddings it does not print.",
        order=13,
    )
)
