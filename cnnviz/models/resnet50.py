"""``resnet50``: the residual network most papers on explanations use."""

from cnnviz.models.registry import Published
from cnnviz.models.torchvision_networks import register

register(
    "resnet50",
    "ResNet-50 (ImageNet)",
    summary="50 layers, bottleneck blocks with 2,048 channels at the end; 1,000 ImageNet classes.",
    reference="He et al. 2016, https://arxiv.org/abs/1512.03385",
    layers={
        "layer4": "last map, 7×7",
        "layer3": "stage 3, 14×14",
        "layer2": "stage 2, 28×28",
        "layer1": "stage 1, 56×56",
        "relu": "first convolution, 112×112",
    },
    published=Published(
        weights="ResNet50_Weights.IMAGENET1K_V1",
        url="https://download.pytorch.org/models/resnet50-0676ba61.pth",
        megabytes=97.781,
        parameters=25_557_032,
        top1=0.7613,
        top5=0.92862,
    ),
    order=11,
)
