"""The network of the ConvNetJS demo."""

from __future__ import annotations

from cnnviz.ledger.layers import Activation, Flatten, Layer, Pool
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import Conv, Linear


def block(kernels: int) -> tuple[Layer, ...]:
    """Convolution, ReLU, 2×2 max pooling."""
    return Conv(kernels, 5, padding=2), Activation(), Pool("max", 2)


ARCHITECTURES.add(
    Architecture(
        name="convnetjs",
        title="ConvNetJS",
        summary="Three 5×5 convolutions with pooling and one linear layer: learns CIFAR-10 in a browser tab.",
        reference="Karpathy 2014, https://cs.stanford.edu/people/karpathy/convnetjs/demo/cifar10.html",
        input=(3, 32, 32),
        layers=(*block(16), *block(20), *block(20), Flatten(), Linear(10)),
        published={"params": Published(22_466, "1,216 + 8,020 + 10,020 + 3,210")},
        notes="The last map sees 36×36 of 32×32 pixels: all of the picture and the padding around it.",
        order=3,
    )
)
