"""``lenet5``: LeNet-5 as it is built today, for colour."""

from __future__ import annotations

from cnnviz.training.config import Config
from cnnviz.training.networks.registry import TRAINABLE, Trainable, stacked

STACK = """\
conv 6 5; tanh
avgpool 2
conv 16 5; tanh
avgpool 2
conv 120 5; tanh
flatten
fc 84; tanh
fc 10"""

TRAINABLE.add(
    Trainable(
        name="lenet5",
        title="LeNet-5",
        summary="Three 5×5 convolutions and two pools, from 1998: 62,006 parameters, 300 more than for gray digits.",
        reference="LeCun et al. 1998, http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf",
        spec=stacked,
        defaults=Config(network="lenet5", lr=0.02),
        stack=STACK,
        order=2,
    )
)
