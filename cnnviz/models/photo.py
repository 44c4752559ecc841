"""``photo``: photographs of 112 things, with a last map fine enough for a sharp CAM."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from cnnviz.models.registry import IMAGENET_MEAN, IMAGENET_STD, NETWORKS, Layer, Spec
from cnnviz.models.residual import GapHead, stage

WIDTHS = (48, 96, 192, 384)


def build(classes: int) -> nn.Module:
    """Residual network of stride 16 for 160-pixel photographs, then GAP and a linear layer.

    The maps are 160 → 80 → 40 → 40 → 20 → 10 → 10 pixels wide: the fourth stage keeps the resolution of the third, so
    the last map is 10×10 where ResNet-18 would have 5×5.
    """
    first = nn.Conv2d(3, 32, 7, stride=2, padding=3, bias=False)
    stem = nn.Sequential(first, nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
    net = nn.Sequential(
        OrderedDict(
            stem=stem,
            stage1=stage(2, 32, WIDTHS[0]),
            stage2=stage(2, WIDTHS[0], WIDTHS[1], stride=2),
            stage3=stage(3, WIDTHS[1], WIDTHS[2], stride=2),
            stage4=stage(2, WIDTHS[2], WIDTHS[3]),
            head=GapHead(WIDTHS[3], classes),
        )
    )
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return net


NETWORKS.add(
    Spec(
        name="photo",
        title="Photo (112 things)",
        summary="Residual network with global average pooling for photographs of 112 everyday things and animals.",
        reference="He et al. 2016, https://arxiv.org/abs/1512.03385; Zhou et al. 2016, https://arxiv.org/abs/1512.04150",
        build=build,
        input_size=160,
        resize=160,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        framing="whole",
        dataset="photos112",
        layers=(
            Layer("stage4", "last map, 10×10"),
            Layer("stage3", "stage 3, 10×10"),
            Layer("stage2", "stage 2, 20×20"),
            Layer("stage1", "stage 1, 40×40"),
            Layer("stem", "stem, 40×40"),
        ),
        order=1,
    )
)
