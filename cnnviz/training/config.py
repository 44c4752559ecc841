"""Everything that decides a training, in one frozen record: controls on a page, settings of a run.

Standard library only: the server of the lectures reads this and never imports torch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.params import param, params

SCHEDULES = ("constant", "cosine", "steps", "one-cycle")
DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "float32", "bfloat16")


class BadConfig(ValueError):
    """Settings that no training can have. The message is one sentence that tells the fix."""


@dataclass(frozen=True)
class Config:
    """How a network is trained, from the data to the seed.

    ``data`` is a name of :data:`cnnviz.data.sets.DATASETS` or of a set of one's own, ``network`` one of
    :data:`cnnviz.models.NETWORKS` that can be trained, or ``stack`` for the layers written in ``stack`` as
    :func:`cnnviz.ledger.parse` reads them. ``rule`` is a name of :data:`cnnviz.optim.RULES` that torch has too.
    ``augmentation`` lists names of :data:`cnnviz.augment.AUGMENTATIONS` with their settings:
    ``random-crop:border=12.5 horizontal-flip``. ``limit`` takes only so many training images; 0 takes all.
    """

    data: str = "textures"
    network: str = "convnetjs"
    stack: str = ""
    rule: str = "momentum"
    lr: float = param(0.05, low=1e-8, high=1e8, label="learning rate", help="How far each step goes.")
    momentum: float = param(0.9, low=0.0, high=0.999, step=0.01, help="How much of the last step is kept.")
    batch: int = param(64, low=1, high=2048, label="batch size", help="Images behind each step.")
    epochs: int = param(10, low=1, high=500, help="How often all training images are seen.")
    weight_decay: float = param(5e-4, low=0.0, high=0.1, help="How strongly weights are pulled to zero.")
    schedule: str = param("cosine", choices=SCHEDULES, help="How the learning rate changes on the way.")
    warmup: float = param(0.05, low=0.0, high=0.5, step=0.01, help="Share of the steps in which the rate rises.")
    smoothing: float = param(
        0.0, low=0.0, high=0.4, step=0.05, label="label smoothing", help="Share taken from the right class."
    )
    dropout: float = param(0.0, low=0.0, high=0.9, step=0.05, help="Share of the last features that is dropped.")
    augmentation: str = "random-crop:border=6.25,filled=mirror horizontal-flip"
    cutmix: float = param(0.0, low=0.0, high=1.0, step=0.1, help="Share of the batches in which images are mixed.")
    averaging: float = param(
        0.0, low=0.0, high=0.9999, help="Decay per step of the average of the weights that is judged."
    )
    limit: int = param(0, low=0, high=10_000_000, label="training images", help="0 takes all.")
    seed: int = param(0, low=0, high=2**31 - 1, help="Same seed, same machine, same curve.")
    device: str = param("auto", choices=DEVICES, help="Where it computes.")
    precision: str = param("auto", choices=PRECISIONS, help="bfloat16 where the hardware has it.")

    def __post_init__(self) -> None:
        """Check every range; raises :class:`BadConfig`."""
        for each in params(self):
            try:
                each.check(getattr(self, each.name))
            except ValueError as error:
                raise BadConfig(f"{error}"[:140]) from None

    def told(self) -> dict[str, Any]:
        """As JSON can hold it, by field."""
        return dataclasses.asdict(self)


def rebuilt(told: Mapping[str, Any]) -> Config:
    """A config from what arrived as JSON: every value of its field's type and in its range, else :class:`BadConfig`."""
    defaults: dict[str, Any] = {field.name: field.default for field in dataclasses.fields(Config)}
    values: dict[str, Any] = {}
    for name, given in told.items():
        if name not in defaults:
            raise BadConfig(f"a training has no setting {str(name)[:20]!r}; leave it out")
        kind = type(defaults[name])
        value = float(given) if kind is float and type(given) is int else given
        if type(value) is not kind:
            raise BadConfig(f"{name} is {str(given)[:20]!r}; give it a value of type {kind.__name__}")
        if isinstance(value, str) and len(value) > 4000:
            raise BadConfig(f"{name} has {len(value)} characters; 4000 are the most")
        values[name] = value
    return Config(**values)
