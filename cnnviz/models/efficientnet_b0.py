"""``efficientnet_b0``: the base of the EfficientNet family."""

from cnnviz.models.registry import Published
from cnnviz.models.torchvision_networks import register

register(
    "efficientnet_b0",
    "EfficientNet-B0 (ImageNet)",
    summary="Depthwise convolutions with squeeze-and-excitation, sized by search; 1,000 ImageNet classes.",
    reference="Tan and Le 2019, https://arxiv.org/abs/1905.11946",
    layers={
        "features.8": "last map, 7×7",
        "features.5": "stage 5, 14×14",
        "features.3": "stage 3, 28×28",
        "features.2": "stage 2, 56×56",
        "features.0": "first convolution, 112×112",
    },
    published=Published(
        weights="EfficientNet_B0_Weights.IMAGENET1K_V1",
        url="https://download.pytorch.org/models/efficientnet_b0_rwightman-7f5810bc.pth",
        megabytes=20.451,
        parameters=5_288_548,
        top1=0.77692,
        top5=0.93532,
    ),
    order=13,
    scaling="bicubic",
)
