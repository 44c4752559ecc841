"""The program's own network for photographs."""

from __future__ import annotations

from cnnviz.ledger.architectures.cifar_resnet import projected
from cnnviz.ledger.architectures.resnet import RELU, basic, normed
from cnnviz.ledger.layers import AdaptivePool, Branches, Flatten, Layer, Pool
from cnnviz.ledger.registry import ARCHITECTURES, Architecture, Published
from cnnviz.ledger.weighted import Linear

STAGES = ((48, 2, 1), (96, 2, 2), (192, 3, 2), (384, 2, 1))  # width, blocks, stride


def body() -> tuple[Layer, ...]:
    """Stem, four stages of which the last keeps the resolution, global pooling and a linear layer."""
    layers: list[Layer] = [*normed(32, 7, 2), RELU, Pool("max", 3, 2, 1)]
    for width, blocks, stride in STAGES:
        layers += [Branches("add", (basic(width, stride), projected(width, stride))), RELU]
        layers += [Branches("add", (basic(width, 1), ())), RELU] * (blocks - 1)
    return (*layers, AdaptivePool(), Flatten(), Linear(112))


ARCHITECTURES.add(
    Architecture(
        name="photo",
        title="Photo (112 things)",
        summary="The program's residual network for photographs: stride 16, for a last map fine enough for a CAM.",
        reference="He et al. 2016, https://arxiv.org/abs/1512.03385; Zhou et al. 2016, https://arxiv.org/abs/1512.04150",
        input=(3, 160, 160),
        layers=body(),
        published={"params": Published(6_990_128, "counted in torch")},
        notes="Shortcuts that change the size average 2×2 pixels before their 1×1 convolution.",
        order=70,
    )
)
