"""``cifar-resnet20``: the small residual network of the paper, for the 32-pixel images of CIFAR-10."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from cnnviz.models.registry import NETWORKS, Layer, Spec
from cnnviz.models.residual import GapHead, stage

CIFAR_MEAN, CIFAR_STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


def build(classes: int) -> nn.Module:
    """Six n + 2 layers with n = 3: stem, three stages of three blocks at 32, 16 and 8 pixels, GAP and a linear layer.

    272,474 parameters with 10 classes: 269,722 of the chain and 2,752 of the two projecting shortcuts.
    """
    stem = nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
    net = nn.Sequential(
        OrderedDict(
            stem=stem,
            stage1=stage(3, 16, 16),
            stage2=stage(3, 16, 32, stride=2),
            stage3=stage(3, 32, 64, stride=2),
            head=GapHead(64, classes),
        )
    )
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return net


NETWORKS.add(
    Spec(
        name="cifar-resnet20",
        title="CIFAR ResNet-20",
        summary="The 20-layer residual network of the ResNet paper for CIFAR-10, with global average pooling.",
        reference="He et al. 2016, section 4.2, https://arxiv.org/abs/1512.03385",
        build=build,
        input_size=32,
        mean=CIFAR_MEAN,
        std=CIFAR_STD,
        layers=(
            Layer("stage3", "last map, 8×8"),
            Layer("stage2", "stage 2, 16×16"),
            Layer("stage1", "stage 1, 32×32"),
            Layer("stem", "stem, 32×32"),
        ),
        dataset="cifar10-jpeg",
        order=2,
    )
)
