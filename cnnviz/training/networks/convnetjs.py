"""``convnetjs``: the network of the ConvNetJS demo."""

from __future__ import annotations

from cnnviz.ledger import ARCHITECTURES, written
from cnnviz.training.config import Config
from cnnviz.training.networks.registry import TRAINABLE, Trainable, shipped

TRAINABLE.add(
    Trainable(
        name="convnetjs",
        title="ConvNetJS",
        summary="The classic demo network: three 5×5 convolutions with pooling, one linear layer, 22,466 parameters.",
        reference="Karpathy 2014, https://cs.stanford.edu/people/karpathy/convnetjs/demo/cifar10.html",
        spec=shipped,
        defaults=Config(network="convnetjs"),
        stack=written(ARCHITECTURES["convnetjs"].layers),
        order=1,
    )
)
