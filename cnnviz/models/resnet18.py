"""``resnet18``: the smallest of the ResNet paper's ImageNet networks."""

from cnnviz.models.registry import Published
from cnnviz.models.torchvision_networks import register

register(
    "resnet18",
    "ResNet-18 (ImageNet)",
    summary="18 layers with shortcuts around every two of them; 1,000 ImageNet classes.",
    reference="He et al. 2016, https://arxiv.org/abs/1512.03385",
    layers={
        "layer4": "last map, 7×7",
        "layer3": "stage 3, 14×14",
        "layer2": "stage 2, 28×28",
        "layer1": "stage 1, 56×56",
        "relu": "first convolution, 112×112",
    },
    published=Published(
        weights="ResNet18_Weights.IMAGENET1K_V1",
        url="https://download.pytorch.org/models/resnet18-f37072fd.pth",
        megabytes=44.661,
        parameters=11_689_512,
        top1=0.69758,
        top5=0.89078,
    ),
    order=10,
)
