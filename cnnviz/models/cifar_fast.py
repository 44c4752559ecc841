"""``cifar-fast``: a small network made to learn CIFAR-10 in minutes on two CPU cores, in seconds on a GPU."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnviz.models.registry import NETWORKS, Layer, Spec

WIDTHS = (64, 256, 256)
WHITE = 12  # all there are: 2×2 pixels of 3 colours
FORGET = 0.4
"""What a batch counts in the running mean and variance: so much, because the weights move far within ten epochs."""
DIVISOR = 9.0
"""The scores begin this much smaller than a linear layer's usual ones: a long way to being sure (Jordan 2024)."""
CIFAR_MEAN, CIFAR_STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


class Whitening(nn.Conv2d):
    """2×2 convolution whose kernels are the principal axes of the data's own patches, each with either sign.

    The kernels are computed, not learned: ``e_k / sqrt(λ_k + ε)`` for the eigenvectors ``e_k`` and eigenvalues ``λ_k``
    of the patch covariance, so what leaves the layer is decorrelated (the idea of Page 2018 and Jordan 2024).
    """

    def __init__(self, inputs: int, axes: int) -> None:
        super().__init__(inputs, 2 * axes, 2, bias=False)
        self.weight.requires_grad_(False)

    @torch.no_grad()
    def fit(self, images: Tensor, *, eps: float = 5e-4) -> None:
        """Set the kernels from normalized images ``(N, C, H, W)``; a few thousand are enough."""
        (side, _), channels, axes = self.kernel_size, images.shape[1], self.out_channels // 2
        patches = nn.functional.unfold(images.float(), side).transpose(1, 2).reshape(-1, channels * side**2)
        values, vectors = torch.linalg.eigh(torch.cov(patches.T))
        kernels = (vectors / (values + eps).sqrt()).T.flip(0)[:axes].reshape(axes, channels, side, side)
        self.weight.copy_(torch.cat([kernels, -kernels]))


def convolution(inputs: int, outputs: int) -> nn.Conv2d:
    """3×3, padded, without bias; its first kernels begin by passing their own channel on (Jordan 2024)."""
    made = nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False)
    nn.init.dirac_(made.weight.detach()[:inputs])
    return made


def norm(channels: int) -> nn.BatchNorm2d:
    """Batch norm with a learned shift and no learned scale: the next layer's weights can scale."""
    made = nn.BatchNorm2d(channels, momentum=FORGET)
    made.weight.requires_grad_(False)
    return made


class FastBlock(nn.Module):
    """Convolution, 2×2 max pooling, batch norm, GELU; then convolution, batch norm, GELU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = convolution(inputs, outputs), norm(outputs)
        self.conv2, self.bn2 = convolution(outputs, outputs), norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, inputs, H, W)`` to ``(N, outputs, H // 2, W // 2)``."""
        # pooling before the norm: a quarter of the elements to normalize
        x = nn.functional.gelu(self.bn1(nn.functional.max_pool2d(self.conv1(x), 2)))
        return nn.functional.gelu(self.bn2(self.conv2(x)))


class MaxHead(nn.Module):
    """Global max pooling and one linear layer: a class asks how strongly a feature is seen, not how often."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, classes, bias=False)
        self.linear.weight.detach().div_(DIVISOR)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, features, H, W)`` to logits ``(N, classes)``."""
        logits: Tensor = self.linear(nn.functional.adaptive_max_pool2d(x, 1).flatten(1))
        return logits


def build(classes: int) -> nn.Module:
    """Whitening, three blocks of 31 → 15 → 7 → 3 pixels, global max pooling and a linear layer."""
    first, second, third = WIDTHS
    return nn.Sequential(
        OrderedDict(
            whiten=Whitening(3, WHITE),
            act=nn.GELU(),
            block1=FastBlock(2 * WHITE, first),
            block2=FastBlock(first, second),
            block3=FastBlock(second, third),
            head=MaxHead(third, classes),
        )
    )


NETWORKS.add(
    Spec(
        name="cifar-fast",
        title="CIFAR-fast",
        summary="Whitened first layer, six convolutions, max pooling: learns CIFAR-10 in minutes on two CPU cores.",
        reference="Page 2018, https://myrtle.ai/learn/how-to-train-your-resnet; Jordan 2024, https://arxiv.org/abs/2404.00498",
        build=build,
        input_size=32,
        mean=CIFAR_MEAN,
        std=CIFAR_STD,
        layers=(
            Layer("block3", "last map, 3×3"),
            Layer("block2", "block 2, 7×7"),
            Layer("block1", "block 1, 15×15"),
            Layer("act", "whitening, 31×31"),
        ),
        dataset="cifar10-jpeg",
        order=3,
    )
)
