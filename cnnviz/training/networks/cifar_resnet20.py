"""``cifar-resnet20``: the residual network of the paper for CIFAR-10."""

from __future__ import annotations

from cnnviz.ledger import ARCHITECTURES, written
from cnnviz.training.config import Config
from cnnviz.training.networks.registry import TRAINABLE, Trainable, shipped

TRAINABLE.add(
    Trainable(
        name="cifar-resnet20",
        title="CIFAR ResNet-20",
        summary="The 20-layer residual network of the ResNet paper for CIFAR-10, with global average pooling.",
        reference="He et al. 2016, section 4.2, https://arxiv.org/abs/1512.03385",
        spec=shipped,
        defaults=Config(
            network="cifar-resnet20",
            rule="nesterov",
            lr=0.2,
            batch=128,
            warmup=0.08,
            epochs=20,
            augmentation="random-crop:border=9.5,filled=mirror horizontal-flip",
            averaging=0.998,
        ),
        stack=written(ARCHITECTURES["cifar-resnet20"].layers),
        order=4,
    )
)
