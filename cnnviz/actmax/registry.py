"""The lists that a climb is put together from. One item per file; nothing here imports torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cnnviz.registry import Registry

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from cnnviz.actmax.expressions import Term

Shape = tuple[int, int, int]
"""Images, rows, columns."""


@dataclass(frozen=True)
class Kind:
    """A kind of term: ``read`` makes one from the arguments behind its name in ``form``, like ``channel:LAYER:NUMBER``.

    ``formula`` is LaTeX: what the term is worth for one image ``x``. A penalty looks at the picture alone.
    """

    name: str
    title: str
    summary: str
    reference: str
    form: str
    formula: str
    read: Callable[[Sequence[str]], Term]
    order: int = 1000


@dataclass(frozen=True)
class Space:
    """How planes are written down: ``start`` draws the first numbers, ``planes`` makes ``(N, C, h, w)`` of them.

    ``start(channels, shape, generator)`` is seeded by its generator; ``planes(values, shape)`` can be differentiated.
    """

    name: str
    title: str
    summary: str
    reference: str
    start: Callable[[int, Shape, Generator], Tensor]
    planes: Callable[[Tensor, Shape], Tensor]
    role: Literal["space"] = "space"
    order: int = 1000


@dataclass(frozen=True)
class Colour:
    """How planes become red, green and blue: ``mix`` turns ``(N, channels, h, w)`` into ``(N, 3, h, w)``, any range."""

    name: str
    title: str
    summary: str
    reference: str
    channels: int
    mix: Callable[[Tensor], Tensor]
    role: Literal["colour"] = "colour"
    order: int = 1000


@dataclass(frozen=True)
class Jitter:
    """A random change of the picture before each look. Numbers are drawn first and applied second.

    ``draw(amount, turns)`` gets uniform numbers ``turns`` ``(N, 2)`` from -1 to 1. A spatial jitter returns matrices
    ``(N, 3, 3)`` from places of the result to places of the picture, both -1 … 1, which multiply, so that any number
    of them costs one sampling. A blur returns a width in pixels ``(N,)``. ``amount`` is the default, in ``unit``.
    ``parts`` is the text of the combination that the item stands for.
    """

    name: str
    title: str
    summary: str
    reference: str
    kind: Literal["spatial", "blur", "several"]
    draw: Callable[[float, Tensor], Tensor] | None = None
    amount: float = 0.0
    most: float = 0.0
    unit: str = ""
    parts: str = ""
    order: int = 1000


OBJECTIVES: Registry[Kind] = Registry("objective", "cnnviz.actmax.objectives")
PENALTIES: Registry[Kind] = Registry("penalty", "cnnviz.actmax.penalties")
PARAMETERIZATIONS: Registry[Any] = Registry("parameterization", "cnnviz.actmax.parameterizations")
JITTERS: Registry[Jitter] = Registry("jitter", "cnnviz.actmax.jitters")
