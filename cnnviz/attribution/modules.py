"""A copy of a network in which every ReLU and every max pooling is a module that runs once: what captum's hooks need.

captum's guided backpropagation and DeepLift change the gradients of modules. A ReLU written ``torch.relu(x)`` they do
not see, and one module used at two places confuses DeepLift. torch.fx finds both in the graph of the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnnviz.attribution.registry import BadAttribution

if TYPE_CHECKING:
    from torch import Tensor, fx, nn

UNKNOWN = ("SiLU", "GELU", "Mish", "ReLU6", "Hardswish", "Hardsigmoid", "SELU", "CELU", "PReLU", "Hardtanh", "Softsign")
"""Activations that captum 0.9 does not know: their gradient would pass as if nothing had to be changed."""

TRACED = "the forward pass of this network cannot be rewritten for captum; choose integrated gradients"


def refuse(model: nn.Module) -> str:
    """Why neither guided backpropagation nor DeepLift fits ``model``, or ``""``."""
    for module in model.modules():
        kind = type(module).__name__
        if kind in UNKNOWN:
            return f"this network has {kind} activations, which captum's rules don't cover; choose integrated gradients"
    return ""


def with_modules(model: nn.Module, inputs: Tensor) -> nn.Module:
    """``model`` rewritten; checked on ``inputs`` to give the same scores.

    Raises:
        BadAttribution: the network cannot be traced, or the copy answers differently.
    """
    import torch
    from torch import fx

    try:
        traced = fx.symbolic_trace(model.eval())
    except Exception as error:  # a student's forward pass may raise anything when it is traced
        raise BadAttribution(TRACED) from error
    for number, node in enumerate(list(traced.graph.nodes)):
        made = _module(traced, node)
        if made is not None:
            _put(traced, node, made, name=f"seen_by_captum_{number}")
    traced.graph.lint()
    traced.recompile()
    with torch.inference_mode():
        before, after = model(inputs), traced(inputs)
    if not torch.allclose(before, after, rtol=1e-4, atol=1e-4, equal_nan=True):
        raise BadAttribution(TRACED)
    return traced.eval()


def _module(traced: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    """A fresh module that does what the node does, if it is a ReLU or a max pooling."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    relus = (torch.relu, torch.relu_, F.relu, F.relu_, "relu", "relu_")
    if node.op == "call_module":
        old = traced.get_submodule(str(node.target))
        if type(old) is nn.ReLU:
            return nn.ReLU()
        if type(old) is nn.MaxPool2d:
            return _pool(vars(old))
    elif node.op in ("call_function", "call_method"):
        if node.target in relus:
            return nn.ReLU()
        if node.target in (F.max_pool2d, torch.max_pool2d):
            return _pool(_arguments(node))
    return None


def _pool(settings: Mapping[str, Any]) -> nn.Module:
    from torch import nn

    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    return nn.MaxPool2d(**{name: settings[name] for name in names if settings.get(name) is not None})


def _arguments(node: fx.Node) -> dict[str, Any]:
    """The arguments of ``max_pool2d`` by name."""
    names = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode")
    return dict(zip(names, node.args, strict=False)) | dict(node.kwargs)


def _put(traced: fx.GraphModule, node: fx.Node, module: nn.Module, *, name: str) -> None:
    """Let ``module`` take the place of ``node``, under ``name``."""
    traced.add_submodule(name, module)
    source = node.args[0] if node.args else node.kwargs["input"]
    with traced.graph.inserting_after(node):
        fresh = traced.graph.call_module(name, (source,))
    node.replace_all_uses_with(fresh)
    traced.graph.erase_node(node)
