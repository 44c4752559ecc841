"""``cifar-fast``: a small residual network made to learn CIFAR-10 in minutes on two CPU cores, in seconds on a GPU."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnviz.models.registry import NETWORKS, Layer, Spec
from cnnviz.models.residual import GapHead

WIDTHS = (64, 128, 256)
WHITE = 16
CIFAR_MEAN, CIFAR_STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


class Whitening(nn.Conv2d):
    """3×3 convolution whose kernels are the principal axes of the data's own patches, each with either sign.

    The kernels are computed, not learned: ``e_k / sqrt(λ_k + ε)`` for the eigenvectors ``e_k`` and eigenvalues ``λ_k``
    of the patch covariance, so what leaves the layer is decorrelated (the idea of Page 2018 and Jordan 2024).
    """

    def __init__(self, inputs: int, axes: int) -> None:
        super().__init__(inputs, 2 * axes, 3, 1, 1, bias=False)
        self.weight.requires_grad_(False)

    @torch.no_grad()
    def fit(self, images: Tensor, *, eps: float = 5e-3) -> None:
        """Set the kernels from normalized images ``(N, C, H, W)``; a few thousand are enough."""
        channels, axes = images.shape[1], self.out_channels // 2
        patches = nn.functional.unfold(images.float(), 3).transpose(1, 2).reshape(-1, channels * 9)
        values, vectors = torch.linalg.eigh(torch.cov(patches.T))
        kernels = (vectors / (values + eps).sqrt()).T.flip(0)[:axes].reshape(axes, channels, 3, 3)
        self.weight.copy_(torch.cat([kernels, -kernels]))


class FastBlock(nn.Module):
    """Convolution, 2×2 max pooling, batch norm, ReLU; then a residual convolution of the same width."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, inputs, H, W)`` to ``(N, outputs, H / 2, W / 2)``."""
        # pooling before the norm: a quarter of the elements to normalize
        x = torch.relu(self.bn1(nn.functional.max_pool2d(self.conv1(x), 2)))
        return x + torch.relu(self.bn2(self.conv2(x)))


def build(classes: int) -> nn.Module:
    """Whitening, three blocks of 32 → 16 → 8 → 4 pixels, GAP and a linear layer."""
    first, second, third = WIDTHS
    return nn.Sequential(
        OrderedDict(
            whiten=Whitening(3, WHITE),
            act=nn.ReLU(),
            block1=FastBlock(2 * WHITE, first),
            block2=FastBlock(first, second),
            block3=FastBlock(second, third),
            head=GapHead(third, classes),
        )
    )


NETWORKS.add(
    Spec(
        name="cifar-fast",
        title="CIFAR-fast",
        summary="Whitened first layer and three residual blocks: learns CIFAR-10 in minutes on two CPU cores.",
        reference="Page 2018, https://myrtle.ai/learn/how-to-train-your-resnet; Jordan 2024, https://arxiv.org/abs/2404.00498",
        build=build,
        input_size=32,
        mean=CIFAR_MEAN,
        std=CIFAR_STD,
        layers=(
            Layer("block3", "last map, 4×4"),
            Layer("block2", "block 2, 8×8"),
            Layer("block1", "block 1, 16×16"),
            Layer("act", "whitening, 32×32"),
        ),
        dataset="cifar10-jpeg",
        order=3,
    )
)
