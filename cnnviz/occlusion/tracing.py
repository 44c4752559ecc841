"""A network as a list of steps, found by tracing it symbolically: what is computed from what."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import fx, nn

from cnnviz.models.packed import PackedConv2d
from cnnviz.occlusion.operations import Operation, Pointwise, of_function, of_method, of_module


@dataclass(frozen=True, eq=False)
class Step:
    """One value of the network: ``operation`` says how far it looks, ``node`` names its arguments.

    ``run(*args, **kwargs)`` computes it from whole values. ``last`` are the values that nobody needs after this step.
    """

    node: fx.Node
    run: Callable[..., Any]
    operation: Operation
    last: tuple[fx.Node, ...]


@dataclass(frozen=True, eq=False)
class Traced:
    """The steps from ``picture`` to ``scores``, in order; ``constants`` are parameters that steps take as they are."""

    picture: fx.Node
    steps: tuple[Step, ...]
    scores: fx.Node
    constants: dict[fx.Node, Any]


class _Tracer(fx.Tracer):
    """Takes layers of torch as they are, also subclasses that only add to them, and looks into all else.

    While fx traces, it stands in every module's call, of all threads: those of others are handed on untouched.
    """

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:  # noqa: ARG002 (fx's signature)
        if isinstance(m, PackedConv2d):
            return True
        home = type(m).forward.__module__
        return home.startswith("torch.nn.modules") and not home.endswith(".container")

    def call_module(self, m: nn.Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        if threading.get_ident() != self.thread:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        if threading.get_ident() != self.thread:
            return attr_val
        return super().getattr(attr, attr_val, parameter_proxy_cache)


_tracing = threading.Lock()
_known: WeakKeyDictionary[nn.Module, dict[torch.dtype, Traced | None]] = WeakKeyDictionary()


def traced(model: nn.Module, dtype: torch.dtype = torch.float32) -> Traced | None:
    """The steps of ``model`` in evaluation mode, weights in ``dtype``; None if it cannot be traced. Remembered.

    Hold the network's lock. Costs about a tenth of a second.
    """
    with _tracing:
        kept = _known.setdefault(model, {})
        if dtype not in kept:
            with torch.inference_mode(mode=False), torch.no_grad():  # packed weights count what is written to them
                kept[dtype] = _trace(model, dtype)
        return kept[dtype]


def _trace(model: nn.Module, dtype: torch.dtype) -> Traced | None:
    try:
        graph = _Tracer().trace(model)
    except Exception:  # noqa: BLE001 (whatever a network's own code does with a value that has no number)
        return None
    pictures = [node for node in graph.nodes if node.op == "placeholder"]
    (end,) = [node for node in graph.nodes if node.op == "output"]
    scores = end.args[0]
    if len(pictures) != 1 or not isinstance(scores, fx.Node):
        return None
    modules = _prepared(graph, dict(model.named_modules()), dtype)
    used = [node for node in graph.nodes if node.op not in ("placeholder", "output", "get_attr")]
    constants = {node: _attribute(model, str(node.target), dtype) for node in graph.nodes if node.op == "get_attr"}
    last = _last_uses(used, keep={scores, *constants})
    return Traced(pictures[0], tuple(_step(node, modules, last[node]) for node in used), scores, constants)


def _step(node: fx.Node, modules: dict[str, nn.Module], last: tuple[fx.Node, ...]) -> Step:
    if node.op == "call_module":
        module = modules[str(node.target)]
        return Step(node, module, of_module(module), last)
    if node.op == "call_method":
        name, operation = str(node.target), of_method(str(node.target))
        found = operation.run if isinstance(operation, Pointwise) else lambda x, *a, **k: getattr(x, name)(*a, **k)
        return Step(node, found, operation, last)
    node.kwargs = {k: False if k == "inplace" else v for k, v in node.kwargs.items()}
    operation = of_function(node.target, node.args, node.kwargs)
    run = operation.run if isinstance(operation, Pointwise) else node.target
    return Step(node, run, operation, last)  # type: ignore[arg-type]


def _prepared(graph: fx.Graph, modules: dict[str, nn.Module], dtype: torch.dtype) -> dict[str, nn.Module]:
    """The modules that the steps run, by path: nothing works in place, weights in ``dtype``."""
    found: dict[str, nn.Module] = {}
    for path in {str(node.target) for node in graph.nodes if node.op == "call_module"}:
        module = modules[path]
        if getattr(module, "inplace", False):
            module = copy.copy(module)
            module.__dict__["inplace"] = False  # a clean map must survive what is computed from it
        found[path] = module if dtype == torch.float32 else copy.deepcopy(module).to(dtype)
    return found


def _attribute(model: nn.Module, path: str, dtype: torch.dtype) -> Any:
    found: Any = model
    for part in path.split("."):
        found = getattr(found, part)
    return found.to(dtype) if isinstance(found, torch.Tensor) and found.is_floating_point() else found


def _last_uses(nodes: list[fx.Node], keep: set[fx.Node]) -> dict[fx.Node, tuple[fx.Node, ...]]:
    """For each node the inputs that no later node takes."""
    found: dict[fx.Node, tuple[fx.Node, ...]] = {}
    seen = set(keep)
    for node in reversed(nodes):
        ends = tuple(each for each in node.all_input_nodes if each not in seen)
        seen.update(ends)
        found[node] = ends
    return found
