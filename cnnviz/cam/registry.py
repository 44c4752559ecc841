"""What a class activation method is, and the registry of them.

No torch at import: a menu of methods costs nothing. A method is written with the operators of the tensors it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cnnviz.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnviz.probe import Seen


class MethodError(ValueError):
    """A method asked for where it does not work. The message says what would."""


@dataclass(frozen=True)
class Context:
    """Where the activations come from: the network and the path of the layer.

    A slow method gives the network ``batch`` pictures at once. More than 8 do not fit the cache of a core.
    """

    model: nn.Module
    layer: str
    batch: int = 8


class Measured(NamedTuple):
    """How far a slow method is: ``done`` of ``total`` forward passes, and the weights ``(N, C)`` that they gave."""

    done: int
    total: int
    weights: Tensor


Compute = Callable[["Seen", Context], "Tensor"]
Measure = Callable[["Seen", Context], Iterator[Measured]]


def _anywhere(_model: nn.Module, _layer: str) -> str:
    return ""


def _never(_model: nn.Module, _layer: str) -> bool:
    return False


@dataclass(frozen=True)
class Method:
    """One way to say which places of a feature map speak for a class.

    ``maps(seen, context)`` gives one signed map per image, ``(N, h, w)``: positive where the place speaks for the
    class, negative where it speaks against it. Papers keep the positive part only; that is left to the picture.
    ``weights`` gives the number ``(N, C)`` by which each channel is multiplied, for methods that have one: then the map
    is ``sum_k weights_k A_k``. ``refuse(model, layer)`` says in one sentence why the method does not work there, or
    ``""``. ``formula`` is LaTeX. Methods that do not need gradients are spared the backward pass.

    ``slow(model, layer)`` tells whether the method runs the network again for each channel there. Such a method has
    ``steps(seen, context)``, which yields the weights known so far after each small batch; channels that were not
    tried yet weigh 0. ``signed`` is false for a method whose weights are never negative, ``knows_class`` for one that
    gives every class the same map. ``adds_up`` says that before global average pooling the map's sum (for CAM its
    mean) and the bias are the score.
    """

    name: str
    title: str
    summary: str
    reference: str
    formula: str
    maps: Compute
    weights: Compute | None = None
    needs_gradients: bool = True
    refuse: Callable[[nn.Module, str], str] = _anywhere
    slow: Callable[[nn.Module, str], bool] = _never
    steps: Measure | None = None
    signed: bool = True
    knows_class: bool = True
    adds_up: bool = False
    order: int = 1000

    def works_with(self, model: nn.Module, layer: str) -> bool:
        """Whether the method can explain ``layer`` of ``model``. May run the network: hold its lock."""
        return not self.refuse(model, layer)

    def __call__(self, seen: Seen, context: Context) -> Tensor:
        """The maps, finite whatever the network answered: 0 for what is not a number."""
        return self.maps(seen, context).nan_to_num()

    def answer(self, seen: Seen, context: Context) -> tuple[Tensor, Tensor | None]:
        """The maps, finite, and the weights if the method has them, computed once."""
        if self.weights is None:
            return self(seen, context), None
        weights = self.weights(seen, context)
        return weighted_sum(weights, seen.activations).nan_to_num(), weights

    def cost(self, seen: Seen, context: Context) -> int:
        """How many forward passes the method needs besides the one that made ``seen``: 0 unless it is slow there."""
        if self.steps is None or not self.slow(context.model, context.layer):
            return 0
        return next(self.steps(seen, context)).total


METHODS: Registry[Method] = Registry("CAM method", "cnnviz.cam")


def gradients(seen: Seen) -> Tensor:
    """The gradients of ``seen``, for a method that needs them; :class:`MethodError` if there are none."""
    if seen.gradients is None:
        raise MethodError("this method needs gradients; look at the network with a target")
    return seen.gradients


def weighted_sum(weights: Tensor, activations: Tensor) -> Tensor:
    """``sum_k w_k A_k``: weights ``(N, C)`` and activations ``(N, C, h, w)`` to maps ``(N, h, w)``."""
    return (weights[:, :, None, None] * activations).sum(1)


def last(measured: Iterator[Measured]) -> Tensor:
    """The weights ``(N, C)`` after all passes."""
    weights = None
    for step in measured:
        weights = step.weights
    if weights is None:
        raise MethodError("this method measured nothing; look at the network with a picture")
    return weights
