"""LeNet-5, as everybody builds it today and as it was: LeCun et al. 1998."""

from __future__ import annotations

from cnnviz.ledger.layers import Activation, Flatten, Pool
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import Conv, Linear, PartialConv, RadialBasis, Subsample

REFERENCE = "LeCun et al. 1998, http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf"
# table I of the paper: which maps of S2 each of the sixteen kernels of C3 sees
THREE = tuple(tuple((first + i) % 6 for i in range(3)) for first in range(6))
FOUR = tuple(tuple((first + i) % 6 for i in range(4)) for first in range(6))
SPLIT = tuple((first, first + 1, (first + 3) % 6, (first + 4) % 6) for first in range(3))
TABLE = tuple(tuple(sorted(row)) for row in (*THREE, *FOUR, *SPLIT, tuple(range(6))))

ARCHITECTURES.add(
    Architecture(
        name="lenet",
        title="LeNet-5 as it is built today",
        summary="Three 5×5 convolutions, two average pools, two linear layers for digits of 32×32 pixels.",
        reference=REFERENCE,
        input=(1, 32, 32),
        layers=(
            Conv(6, 5, name="C1"),
            Activation("tanh"),
            Pool("average", 2, name="S2"),
            Conv(16, 5, name="C3"),
            Activation("tanh"),
            Pool("average", 2, name="S4"),
            Conv(120, 5, name="C5"),
            Activation("tanh"),
            Flatten(),
            Linear(84, name="F6"),
            Activation("tanh"),
            Linear(10),
        ),
        published={"params": Published(61_706, "deck D3")},
        notes="Each kernel of C3 sees all six maps, pooling trains nothing and the output is a linear layer: 1,706 "
        "parameters more than the original. MNIST's 28×28 need padding 2 in C1.",
        order=1,
    )
)

ARCHITECTURES.add(
    Architecture(
        name="lenet-1998",
        title="LeNet-5 of the paper",
        summary="C3 sees only some maps of S2, subsampling is trained, the output measures distances to ten patterns.",
        reference=REFERENCE,
        input=(1, 32, 32),
        layers=(
            Conv(6, 5, name="C1"),
            Activation("tanh"),
            Subsample(name="S2"),
            Activation("tanh"),
            PartialConv(5, TABLE, name="C3"),
            Activation("tanh"),
            Subsample(name="S4"),
            Activation("tanh"),
            Conv(120, 5, name="C5"),
            Activation("tanh"),
            Flatten(),
            Linear(84, name="F6"),
            Activation("tanh"),
            RadialBasis(10, name="output"),
        ),
        published={"params": Published(60_000, "the paper, section II.B")},
        notes="156 + 12 + 1,516 + 32 + 48,120 + 10,164 trainable numbers; the ten patterns of the output are fixed. "
        "The paper's 340,908 connections also count biases, subsampling and the output.",
        order=2,
    )
)
