"""``convnetjs``: the network of the ConvNetJS demo, which learns CIFAR-10 in a browser tab."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from cnnviz.models.registry import NETWORKS, Layer, Spec

WIDTHS = (16, 20, 20)


def build(classes: int) -> nn.Module:
    """Three times 5×5 convolution, ReLU, 2×2 max pooling (32 → 16 → 8 → 4 pixels); a linear layer on the 320 numbers.

    22,466 parameters with 10 classes. Weights start as in ConvNetJS: normal with variance 1 / fan-in, biases in front
    of a ReLU at 0.1 so that few units start dead.
    """
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    inputs = 3
    for number, outputs in enumerate(WIDTHS, start=1):
        parts[f"conv{number}"] = _started(nn.Conv2d(inputs, outputs, 5, padding=2), bias=0.1)
        parts[f"relu{number}"] = nn.ReLU()
        parts[f"pool{number}"] = nn.MaxPool2d(2)
        inputs = outputs
    parts["flatten"] = nn.Flatten()
    parts["linear"] = _started(nn.Linear(inputs * 4 * 4, classes), bias=0.0)
    return nn.Sequential(parts)


def _started(layer: nn.Conv2d | nn.Linear, *, bias: float) -> nn.Module:
    nn.init.normal_(layer.weight, std=layer.weight[0].numel() ** -0.5)
    if layer.bias is not None:
        nn.init.constant_(layer.bias, bias)
    return layer


NETWORKS.add(
    Spec(
        name="convnetjs",
        title="ConvNetJS",
        summary="The classic demo network: three 5×5 convolutions with pooling, one linear layer, 22,466 parameters.",
        reference="Karpathy 2014, https://cs.stanford.edu/people/karpathy/convnetjs/demo/cifar10.html",
        build=build,
        input_size=32,
        mean=(0.5, 0.5, 0.5),
        std=(1.0, 1.0, 1.0),
        layers=(
            Layer("relu3", "convolution 3, 8×8"),
            Layer("pool3", "last map, 4×4"),
            Layer("relu2", "convolution 2, 16×16"),
            Layer("relu1", "convolution 1, 32×32"),
        ),
        dataset="cifar10-jpeg",
        order=4,
    )
)
