"""What a class activation method is, and the registry of them.

No torch at import: a menu of methods costs nothing. A method is written with the operators of the tensors it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnviz.probe import Seen


class MethodError(ValueError):
    """A method asked for where it does not work. The message says what would."""


@dataclass(frozen=True)
class Context:
    """Where the activations come from: the network and the path of the layer."""

    model: nn.Module
    layer: str


Compute = Callable[["Seen", Context], "Tensor"]


def _anywhere(_model: nn.Module, _layer: str) -> str:
    return ""


@dataclass(frozen=True)
class Method:
    """One way to say which places of a feature map speak for a class.

    ``maps(seen, context)`` gives one signed map per image, ``(N, h, w)``: positive where the place speaks for the
    class, negative where it speaks against it. Papers keep the positive part only; that is left to the picture.
    ``weights`` gives the number ``(N, C)`` by which each channel is multiplied, for methods that have one: then the map
    is ``sum_k weights_k A_k``. ``refuse(model, layer)`` says in one sentence why the method does not work there, or
    ``""``. ``formula`` is LaTeX. Methods that do not need gradients are spared the backward pass.
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
    order: int = 1000

    def works_with(self, model: nn.Module, layer: str) -> bool:
        """Whether the method can explain ``layer`` of ``model``. May run the network: hold its lock."""
        return not self.refuse(model, layer)

    def __call__(self, seen: Seen, context: Context) -> Tensor:
        """The maps, finite whatever the network answered: 0 for what is not a number."""
        return self.maps(seen, context).nan_to_num()


METHODS: Registry[Method] = Registry("CAM method", "cnnviz.cam")


def gradients(seen: Seen) -> Tensor:
    """The gradients of ``seen``, for a method that needs them; :class:`MethodError` if there are none."""
    if seen.gradients is None:
        raise MethodError("this method needs gradients; look at the network with a target")
    return seen.gradients


def weighted_sum(weights: Tensor, activations: Tensor) -> Tensor:
    """``sum_k w_k A_k``: weights ``(N, C)`` and activations ``(N, C, h, w)`` to maps ``(N, h, w)``."""
    return (weights[:, :, None, None] * activations).sum(1)
