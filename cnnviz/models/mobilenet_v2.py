"""``mobilenet_v2``: a small network for telephones."""

from cnnviz.models.registry import Published
from cnnviz.models.torchvision_networks import register

register(
    "mobilenet_v2",
    "MobileNetV2 (ImageNet)",
    summary="Inverted residual blocks of depthwise convolutions, the smallest download; 1,000 ImageNet classes.",
    reference="Sandler et al. 2018, https://arxiv.org/abs/1801.04381",
    layers={
        "features.18": "last map, 7×7",
        "features.13": "block 13, 14×14",
        "features.6": "block 6, 28×28",
        "features.3": "block 3, 56×56",
        "features.0": "first convolution, 112×112",
    },
    published=Published(
        weights="MobileNet_V2_Weights.IMAGENET1K_V1",
        url="https://download.pytorch.org/models/mobilenet_v2-b0353104.pth",
        megabytes=13.555,
        parameters=3_504_872,
        top1=0.71878,
        top5=0.90286,
    ),
    order=14,
)
