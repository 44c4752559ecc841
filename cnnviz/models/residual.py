"""The residual block, used by several networks: He et al. 2016, https://arxiv.org/abs/1512.03385."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ProjectShortcut(nn.Sequential):
    """Average pool, 1×1 convolution, batch norm: no pixel is dropped on the way down (He et al. 2019, ResNet-D)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        pool = [nn.AvgPool2d(stride, ceil_mode=True, count_include_pad=False)] if stride > 1 else []
        super().__init__(*pool, nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Two 3×3 convolutions and a shortcut: ``relu(shortcut(x) + bn(conv(relu(bn(conv(x))))))``."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else ProjectShortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, inputs, H, W)`` to ``(N, outputs, ceil(H / stride), ceil(W / stride))``."""
        inner = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.shortcut(x) + self.bn2(self.conv2(inner)))


def stage(blocks: int, inputs: int, outputs: int, *, stride: int = 1) -> nn.Sequential:
    """``blocks`` residual blocks, of which the first changes width and resolution."""
    first = Block(inputs, outputs, stride=stride)
    return nn.Sequential(first, *(Block(outputs, outputs) for _ in range(blocks - 1)))


class GapHead(nn.Module):
    """Global average pooling and one linear layer: the head that makes CAM exact (Zhou et al. 2016)."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, classes)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, features, H, W)`` to logits ``(N, classes)``."""
        logits: Tensor = self.linear(x.mean((2, 3)))
        return logits
