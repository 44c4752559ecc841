"""A network to be trained on a CPU, whose norms, sums, ReLUs, GELUs and max poolings take as few passes as they can.

:func:`fused` finds them in the graph of the network (``torch.fx``) and joins what follows one another. The same
parameters, buffers and numbers, but that they are rounded to bfloat16 once instead of after each part. Where they are
not bfloat16 on a CPU, torch computes them as ever. What a pooling leaves out is not computed in the first place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

from cnnviz.training import passes

SMALL = 2**14
"""Linear layers with fewer weights are quicker in float32: what bfloat16 must prepare takes longer than the product."""
SUMS = (operator.add, torch.add)
BENDS: dict[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu, "gelu": F.gelu}
POOL = {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False, "return_indices": False}
Replacement = tuple[nn.Module, tuple[fx.Node, ...]]  # a module, and what goes into it


def fused(model: nn.Module) -> nn.Module:
    """The same function of the same parameters; ``model`` itself, if its way depends on its numbers.

    All modules are shared with ``model``: what is changed there, is changed here.
    """
    try:
        graph = _Whole().trace(model)
    except (fx.proxy.TraceError, TypeError):
        return model
    made = fx.GraphModule(model, graph)
    for find in (_evened, _joined):
        for number, node in enumerate(reversed(graph.nodes)):
            replacement = find(node, made)
            if replacement is not None:
                name = f"{find.__name__}{number}"
                made.add_submodule(name, replacement[0])
                with graph.inserting_before(node):
                    node.replace_all_uses_with(graph.call_module(name, replacement[1]))
        graph.eliminate_dead_code()
    made.delete_all_unused_submodules()
    made.recompile()
    return made


class _Whole(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:  # noqa: ARG002 (torch's own names)
        """A module without parts is called, one with parts is looked into."""
        return next(m.children(), None) is None


class Normed(nn.Module):
    """Batch norm, then what may follow: the sum with ``other``, and ReLU; or GELU."""

    def __init__(self, norm: nn.BatchNorm2d, then: str = "") -> None:
        super().__init__()
        self.norm, self.then = norm, then

    def forward(self, x: Tensor, other: Tensor | None = None) -> Tensor:
        """``relu(norm(x) + other)`` of ``(N, C, H, W)``."""
        if passes.possible(x, other) and passes.counts(self.norm):
            return passes.normed(x, other, self.norm, self.then)
        y: Tensor = self.norm(x)
        y = y if other is None else y + other
        return BENDS[self.then](y) if self.then else y


class Pooled(nn.Module):
    """2×2 max pooling, and a ReLU before or after it: max(0, ·) rises, so that the two may change places."""

    def __init__(self, *, rectified: bool) -> None:
        super().__init__()
        self.rectified = rectified

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to ``(N, C, H // 2, W // 2)``."""
        if passes.possible(x):
            return passes.pooled(x, rectified=self.rectified)
        y = F.max_pool2d(x, 2)
        return torch.relu(y) if self.rectified else y


class Even(nn.Module):
    """A convolution without the last line and column, where they are odd: no four of a 2×2 pooling has them.

    Of 7×7 that is a quarter of the products, and after the copy with another border a tenth of the time.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, x: Tensor) -> Tensor:
        """``(N, inputs, H, W)`` to ``(N, outputs, height, width)``, both even; on a GPU to what it ever was."""
        of = self.convolution
        rows, columns = (int(number) for number in of.padding)
        height, width = x.shape[2] + 2 * rows, x.shape[3] + 2 * columns
        odd_row, odd_column = (height - of.kernel_size[0] + 1) % 2, (width - of.kernel_size[1] + 1) % 2
        if x.device.type != "cpu" or not (odd_row or odd_column):
            return of(x)  # type: ignore[no-any-return]
        bordered = F.pad(x, (columns, columns - odd_column, rows, rows - odd_row))
        return F.conv2d(bordered, of.weight, of.bias, groups=of.groups)


class Small(nn.Module):
    """A linear layer with few weights, in float32."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear

    def forward(self, x: Tensor) -> Tensor:
        """``(N, inputs)`` to ``(N, outputs)``."""
        if x.device.type != "cpu" or x.dtype != torch.bfloat16:
            return self.linear(x)  # type: ignore[no-any-return]
        with torch.autocast("cpu", enabled=False):
            return self.linear(x.float())  # type: ignore[no-any-return]


def _evened(node: fx.Node, model: fx.GraphModule) -> Replacement | None:
    """A convolution of which only a 2×2 pooling, or a ReLU and then one, has any use."""
    of = _module(node, model)
    if not isinstance(of, nn.Conv2d) or (of.stride, of.dilation, of.padding_mode) != ((1, 1), (1, 1), "zeros"):
        return None
    after: fx.Node | None = _user(node)
    if after is not None and _is_relu(after, model):
        after = _user(after)
    fits = after is not None and _is_pool(after, model) and not isinstance(of.padding, str)
    return (Even(of), tuple(node.all_input_nodes)) if fits else None


def _joined(last: fx.Node, model: fx.GraphModule) -> Replacement | None:
    """The module that computes ``last`` from what went into the nodes before it, and these inputs."""
    before = _source(last)
    if before is None or not (_is_relu(last, model) or _is_gelu(last, model)):
        if before is not None and _is_pool(last, model) and _is_relu(before, model):
            return Pooled(rectified=True), tuple(before.all_input_nodes)
        return _alone(last, model)
    if _is_gelu(last, model):
        return _alone(before, model, "gelu") if _is_norm(before, model) else None
    inputs = before.all_input_nodes
    if before.target in SUMS and len(before.args) == len(inputs) == 2:
        for norm, other in (inputs, inputs[::-1]):
            found = _alone(norm, model, "relu") if _is_norm(norm, model) and len(norm.users) == 1 else None
            if found is not None:
                return found[0], (*found[1], other)
    return _alone(before, model, "relu")


def _alone(node: fx.Node, model: fx.GraphModule, then: str = "") -> Replacement | None:
    """The module for a single batch norm, pooling or small linear layer."""
    inputs = tuple(node.all_input_nodes)
    if _is_pool(node, model):
        return Pooled(rectified=then == "relu"), inputs
    part = _module(node, model)
    if isinstance(part, nn.Linear) and part.weight.numel() < SMALL and not then:
        return Small(part), inputs
    return (Normed(part, then), inputs) if isinstance(part, nn.BatchNorm2d) else None


def _user(node: fx.Node) -> fx.Node | None:
    """The only one that has a use for ``node``."""
    return next(iter(node.users)) if len(node.users) == 1 else None


def _source(node: fx.Node) -> fx.Node | None:
    """What goes into ``node`` and nowhere else."""
    inputs = node.all_input_nodes
    return inputs[0] if len(inputs) == 1 and len(inputs[0].users) == 1 else None


def _module(node: fx.Node, model: fx.GraphModule) -> nn.Module | None:
    return model.get_submodule(str(node.target)) if node.op == "call_module" else None


def _is_norm(node: fx.Node, model: fx.GraphModule) -> bool:
    return isinstance(_module(node, model), nn.BatchNorm2d)


def _is_relu(node: fx.Node, model: fx.GraphModule) -> bool:
    return isinstance(_module(node, model), nn.ReLU) or (node.op, node.target) == ("call_function", torch.relu)


def _is_gelu(node: fx.Node, model: fx.GraphModule) -> bool:
    """Whether it is the exact one, by the error function."""
    part = _module(node, model)
    if isinstance(part, nn.GELU):
        return part.approximate == "none"
    asked = (node.op, node.target, node.args[1:], node.kwargs.get("approximate", "none"))
    return asked == ("call_function", F.gelu, (), "none")


def _is_pool(node: fx.Node, model: fx.GraphModule) -> bool:
    """Whether it takes the greatest of each 2×2, which do not overlap."""
    pool = _module(node, model)
    if isinstance(pool, nn.MaxPool2d):
        how = (pool.kernel_size, pool.stride, pool.padding, pool.dilation, pool.ceil_mode, pool.return_indices)
        return how == (2, 2, 0, 1, False, False)
    asked = (node.op, node.target, node.args[1:], {**POOL, **node.kwargs})
    return asked == ("call_function", F.max_pool2d, (2,), POOL)
