"""Blur: what a small blur would take away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.actmax.expressions import IMAGE, Term
from cnnviz.actmax.registry import PENALTIES, Kind

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network


@dataclass(frozen=True)
class Sharpness(Term):
    """What a small blur would take away, squared: less of it is without fine grain."""

    @property
    def layer(self) -> str:
        """The picture itself, from 0 to 1."""
        return IMAGE

    def tied(self, network: Network) -> Sharpness:  # noqa: ARG002 (every network has pictures)
        """Itself."""
        return self

    def values(self, answer: Tensor) -> Tensor:
        """Mean squared difference from the picture blurred by 1 2 1 in both directions, ``(N,)``."""
        from torch.nn.functional import pad

        wide = pad(answer, (1, 1, 1, 1), mode="replicate")
        rows = wide[:, :, :-2] + 2 * wide[:, :, 1:-1] + wide[:, :, 2:]
        blurred = (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 16
        return (answer - blurred).square().mean((1, 2, 3))

    def __str__(self) -> str:
        return "blur"


def read(arguments: Sequence[str]) -> Sharpness:
    """From the text behind the name: there is none."""
    if arguments:
        raise TypeError
    return Sharpness()


PENALTIES.add(
    Kind(
        name="blur",
        title="Blur",
        summary="What a small blur would take away, squared: less of it is without fine grain.",
        reference="Yosinski et al. 2015, https://arxiv.org/abs/1506.06579",
        form="blur",
        formula=r"\overline{(x - g * x)^2}",
        read=read,
        order=3,
    )
)
