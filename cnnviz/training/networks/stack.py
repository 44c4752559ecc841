"""``stack``: the layers that somebody wrote down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.training.config import Config
from cnnviz.training.networks.registry import TRAINABLE, Trainable

if TYPE_CHECKING:
    from cnnviz.models.registry import Spec

STACK = """\
conv 16 5 p2; relu
pool 2
conv 32 3 p1; relu
pool 2
conv 64 3 p1; relu
global
fc 10"""


def written(config: Config) -> Spec:
    """The spec of the stack in ``config``; an empty one is the stack that the menu begins with."""
    from cnnviz.training.stacks import borne, spec

    text = config.stack or STACK
    found = spec(text, TRAINABLE["stack"], own=True)
    borne(text, config.batch)
    return found


TRAINABLE.add(
    Trainable(
        name="stack",
        title="Your own layers",
        summary="A stack that you write: one layer per line, counted while you type.",
        reference="cnnviz.ledger",
        spec=written,
        defaults=Config(network="stack", stack=STACK),
        stack=STACK,
        order=7,
    )
)
