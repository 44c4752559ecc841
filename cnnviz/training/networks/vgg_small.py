"""``vgg-small``: the idea of VGG at 32 pixels, with batch norm and global pooling."""

from __future__ import annotations

from cnnviz.training.config import Config
from cnnviz.training.networks.registry import TRAINABLE, Trainable, stacked

STACK = """\
conv 32 3 p1 nobias; bn; relu
conv 32 3 p1 nobias; bn; relu
pool 2
conv 64 3 p1 nobias; bn; relu
conv 64 3 p1 nobias; bn; relu
pool 2
conv 128 3 p1 nobias; bn; relu
conv 128 3 p1 nobias; bn; relu
global
fc 10"""

TRAINABLE.add(
    Trainable(
        name="vgg-small",
        title="Small VGG",
        summary="Pairs of 3×3 convolutions between pools, each width twice the last; global average pooling.",
        reference="Simonyan & Zisserman 2015, https://arxiv.org/abs/1409.1556",
        spec=stacked,
        defaults=Config(network="vgg-small", rule="nesterov", lr=0.1, batch=128, warmup=0.1),
        stack=STACK,
        order=3,
    )
)
