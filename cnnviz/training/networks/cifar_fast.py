"""``cifar-fast``: made to learn CIFAR-10 in minutes."""

from __future__ import annotations

from cnnviz.training.config import Config
from cnnviz.training.networks.registry import TRAINABLE, Trainable, shipped

TRAINABLE.add(
    Trainable(
        name="cifar-fast",
        title="CIFAR-fast",
        summary="Whitened first layer, six convolutions, max pooling: learns CIFAR-10 in minutes on two CPU cores.",
        reference="Page 2018, https://myrtle.ai/learn/how-to-train-your-resnet; Jordan 2024, https://arxiv.org/abs/2404.00498",
        spec=shipped,
        defaults=Config(
            network="cifar-fast",
            rule="nesterov",
            lr=0.05,
            batch=128,
            warmup=0.15,
            epochs=8,
            smoothing=0.1,
            augmentation="random-crop:border=9.5,filled=mirror horizontal-flip cutout:side=0.31",
            averaging=0.995,
        ),
        order=5,
    )
)
