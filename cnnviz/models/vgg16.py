"""``vgg16``: plain 3×3 convolutions, one after the other."""

from cnnviz.models.registry import Published
from cnnviz.models.torchvision_networks import register

register(
    "vgg16",
    "VGG-16 (ImageNet)",
    summary="Thirteen 3×3 convolutions and three linear layers, a large download; 1,000 ImageNet classes.",
    reference="Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556",
    layers={
        "features.29": "convolution 5-3, 14×14",
        "features.30": "last map, 7×7",
        "features.22": "convolution 4-3, 28×28",
        "features.15": "convolution 3-3, 56×56",
        "features.8": "convolution 2-2, 112×112",
        "features.3": "convolution 1-2, 224×224",
    },
    published=Published(
        weights="VGG16_Weights.IMAGENET1K_V1",
        url="https://download.pytorch.org/models/vgg16-397923af.pth",
        megabytes=527.796,
        parameters=138_357_544,
        top1=0.71592,
        top5=0.90382,
    ),
    order=15,
)
