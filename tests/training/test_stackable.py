"""What the server refuses without torch is what the engine would refuse, and nothing else."""

from __future__ import annotations

import pytest

from cnnviz.training import stacks
from cnnviz.training.config import BadConfig
from cnnviz.training.networks import TRAINABLE, trainable
from cnnviz.training.stackable import checked


def refused(text: str) -> bool:
    """Whether the engine refuses a stack for ten classes."""
    try:
        stacks.spec(text, TRAINABLE["stack"], own=True).build(10)
    except BadConfig:
        return True
    return False


TEXTS = [
    *(each.stack for each in trainable() if each.stack),
    "conv 8 3; relu; global; fc 10",
    "conv 8 3; relu; fc 10; softmax",
    "conv 8 3; lppool 2; fc 10",
    "conv 8 3; subsample; fc 10",
    "identity 8; fc 10",
    "rbf 10",
    "conv 8 3; fc 11",
    "conv 10 3",
    "conv 10 32",
    "conv 10 32; flatten",
    "aside { global; fc 10 }; fc 10",
    "residual { conv 3 3 p1 }; aside { global; fc 10 }; fc 10",
    "concat { branch { conv 4 1 } branch { conv 4 3 p1; bn } }; se 2; global; fc 10",
    "add { branch { conv 4 1 } branch { conv 4 3 p1 } branch { conv 4 1 } }; lrn; fc 10",
    "dense { conv 4 3 p1 }; dropout; avgpool 2; adaptive 3; fc 10",
    "fc 4000; fc 10",
    "repeat 31 { conv 3 3 p1 }; fc 10",
    "repeat 29 { conv 3 3 p1 }; fc 10",
    "conv 500 11 p5; conv 10 1; global; fc 10",
    "depthwise 3; fc 10",
    "nonsense",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_both_agree(text: str) -> None:
    found = checked(text, classes=10)
    assert bool(found.problem) == refused(text), found.problem
    if found.problem:
        assert len(found.problem) <= 140 and found.at >= 1


def test_the_line_is_told() -> None:
    assert checked("conv 8 3\nlppool 2\nfc 10", classes=10).at == 2
    assert checked("conv 8 3\nfc 5000\nfc 10", classes=10).at == 2
    assert "fc 7" in checked("conv 8 3\nfc 10", classes=7).problem
