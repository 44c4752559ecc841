"""The PyTorch lines that print the same counts as the ledger: torchvision's network, or the stack written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.ledger import LRN, Activation, AdaptivePool, BatchNorm, Conv, Dropout, Flatten, Linear, Pool

if TYPE_CHECKING:
    from cnnviz.ledger import Layer, Row
    from cnnviz.ui.counting.counted import Counted

# torchvision's own functions, and what they need to give the network that the ledger counts
TORCHVISION = {
    "alexnet": "",
    "googlenet": "aux_logits=False, init_weights=False",
    "densenet121": "",
    "mobilenet_v2": "",
    "efficientnet_b0": "",
    **{f"vgg{depth}{norm}": "" for depth in (11, 13, 16, 19) for norm in ("", "_bn")},
    **{f"resnet{depth}": "" for depth in (18, 34, 50, 101, 152)},
}
FUNCTIONS = {
    "relu": "ReLU()",
    "relu6": "ReLU6()",
    "tanh": "Tanh()",
    "sigmoid": "Sigmoid()",
    "silu": "SiLU()",
    "gelu": "GELU()",
    "hardswish": "Hardswish()",
    "softmax": "Softmax(1)",
}


def torch_code(found: Counted) -> str:
    """Lines that print parameters and MACs, runnable as they stand; nothing is computed, on the meta device."""
    made, name = found.made, found.architecture.name if found.architecture else ""
    if name in TORCHVISION and made.input[0] == 3:
        network = f"    network = {name}({TORCHVISION[name]}).eval()"
        imports = f"from torchvision.models import {name}\n"
    else:
        lines = [_line(found, row) for row in made.rows]
        if any(line is None for line in lines):
            return _ours(found)
        inside = "\n".join(f"        {line}," for line in lines if line)
        network, imports = f"    network = nn.Sequential(\n{inside}\n    ).eval()", ""
    first = "import torch\n" + ("" if imports else "from torch import nn\n")
    size = ", ".join(map(str, made.input))
    return f"""{first}from torch.utils.flop_counter import FlopCounterMode
{imports}
with torch.device("meta"):  # shapes only: nothing is computed
{network}
    picture = torch.empty(1, {size})

with FlopCounterMode(display=False) as counter, torch.no_grad():
    network(picture)
print(sum(p.numel() for p in network.parameters()))  # {made.params}
print(counter.get_total_flops() // 2)  # {made.macs} multiply-adds; FLOPs are twice that
"""


def _ours(found: Counted) -> str:
    """For networks that are no plain chain of PyTorch's layers: this program's own lines."""
    made, size = found.made, ", ".join(map(str, found.made.input))
    if found.architecture:
        imports, network = "ARCHITECTURES, ledger", f'ARCHITECTURES["{found.architecture.name}"]'
    else:
        from cnnviz.ledger import written

        imports, network = "ledger, parse", f'parse("""\n{written(found.layers)}\n""")'
    return f"""from cnnviz.ledger import {imports}

made = ledger({network}, ({size}))
print(made.params)  # {made.params}
print(made.macs)  # {made.macs} multiply-adds; FLOPs are twice that
"""


def _line(found: Counted, row: Row) -> str | None:
    """One row as a PyTorch module; empty where it is none of its own, None where PyTorch has no such layer."""
    before = row.inputs[0]
    shape = found.made.rows[before].output if before >= 0 else found.made.input
    if row.branch or len(row.inputs) > 1:
        return None
    if isinstance(row.layer, Conv):
        return _conv(row.layer, shape)
    if isinstance(row.layer, Pool):
        return _pool(row.layer)
    if isinstance(row.layer, Linear):
        flat = "nn.Flatten(), " if len(shape) == 3 else ""
        size = 1
        for side in shape:
            size *= side
        return f"{flat}nn.Linear({size}, {row.layer.out}{'' if row.layer.bias else ', bias=False'})"
    return _plain(row.layer, shape)


def _conv(layer: Conv, shape: tuple[int, ...]) -> str:
    told = [str(shape[0]), str(layer.out or shape[0]), str(layer.kernel)]
    settings = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation}
    usual = {"stride": 1, "padding": 0, "dilation": 1}
    told += [f"{name}={value}" for name, value in settings.items() if value != usual[name]]
    groups = layer.groups or shape[0]
    told += [f"groups={groups}"] if groups > 1 else []
    told += [] if layer.bias else ["bias=False"]
    return f"nn.Conv2d({', '.join(told)})"


def _pool(layer: Pool) -> str | None:
    names = {"max": "MaxPool2d", "average": "AvgPool2d"}
    if layer.mode not in names:
        return None
    told = [str(layer.kernel), f"stride={layer.stride or layer.kernel}"]
    told += [f"padding={layer.padding}"] if layer.padding else []
    told += ["ceil_mode=True"] if layer.ceil else []
    return f"nn.{names[layer.mode]}({', '.join(told)})"


def _plain(layer: Layer, shape: tuple[int, ...]) -> str | None:
    if isinstance(layer, Activation):
        return f"nn.{FUNCTIONS[layer.function]}" if layer.function in FUNCTIONS else None
    if isinstance(layer, AdaptivePool):
        return f"nn.Adaptive{'Avg' if layer.mode == 'average' else 'Max'}Pool2d({layer.size})"
    if isinstance(layer, BatchNorm):
        return f"nn.BatchNorm{'2' if len(shape) == 3 else '1'}d({shape[0]})"
    if isinstance(layer, Dropout):
        return f"nn.Dropout({layer.rate:g})"
    if isinstance(layer, Flatten):
        return "nn.Flatten()"
    return f"nn.LocalResponseNorm({layer.size})" if isinstance(layer, LRN) else None
