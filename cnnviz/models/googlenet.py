"""``googlenet``: Inception v1, which brought global average pooling to ImageNet."""

from cnnviz.models.registry import Published
from cnnviz.models.torchvision_networks import register

register(
    "googlenet",
    "GoogLeNet (ImageNet)",
    summary="Nine Inception modules and global average pooling; 1,000 ImageNet classes.",
    reference="Szegedy et al. 2015, https://arxiv.org/abs/1409.4842",
    layers={
        "inception5b": "last map, 7×7",
        "inception4e": "Inception 4e, 14×14",
        "inception4a": "Inception 4a, 14×14",
        "inception3b": "Inception 3b, 28×28",
        "conv3": "third convolution, 56×56",
        "conv1": "first convolution, 112×112",
    },
    published=Published(
        weights="GoogLeNet_Weights.IMAGENET1K_V1",
        url="https://download.pytorch.org/models/googlenet-1378be20.pth",
        megabytes=49.731,
        parameters=6_624_904,
        top1=0.69778,
        top5=0.8953,
        ignored="aux",
    ),
    order=12,
    # the published weights come from TensorFlow and want its normalization; the side heads serve training only
    transform_input=True,
    aux_logits=False,
    init_weights=False,
)
