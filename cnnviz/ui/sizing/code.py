"""The PyTorch lines that reproduce the numbers on screen, runnable as they stand."""

from __future__ import annotations

from cnnviz.arithmetic import Fit, Sizes, convolution_parameters
from cnnviz.ui.sizing.controls import Setting

HEAD = """import torch
from torch import nn

x = torch.zeros(1, {channels}, {height}, {width}, device="meta")  # a shape without numbers
"""
ARITHMETIC = """from cnnviz.arithmetic import Window, output_size

rows = {rows!r}
columns = {columns!r}
found = {function}
print(found.size)  # {size}
print(found.rows.exact, found.columns.exact)  # {exact}
"""


def code(setting: Setting, found: Sizes) -> str:
    """A convolution, a pooling for ``ceil``, or our own arithmetic where PyTorch has no such layer."""
    rows, columns = found.rows, found.columns
    if any(axis.padded < axis.window.extent and axis.size is None for axis in (rows, columns)):
        return _arithmetic(setting, found, "Sizes(place(rows_n, rows), place(columns_n, columns))")
    if rows.window.policy == "ceil":
        return _pool(setting, found) if _poolable(rows) and _poolable(columns) else _arithmetic(setting, found)
    return _convolution(setting, found)


def _convolution(setting: Setting, found: Sizes) -> str:
    rows, columns = found.rows, found.columns
    uneven = any(axis.padding[0] != axis.padding[1] for axis in (rows, columns))
    pad = (0, 0) if uneven else (rows.padding[0], columns.padding[0])
    size = (setting.filters, *(_floor(axis) for axis in (rows, columns)))
    count = convolution_parameters((setting.rows.k, setting.columns.k), setting.channels, setting.filters)
    unlike = "" if found.size else ": PyTorch does not refuse, it rounds down"
    return (
        _head(setting)
        + (f"x = nn.functional.pad(x, {(*columns.padding, *rows.padding)})\n" if uneven else "")
        + f"layer = nn.Conv2d({setting.channels}, {setting.filters}, {_both('k', setting)}, stride="
        f'{_both("stride", setting)}, padding={pad}, dilation={_both("dilation", setting)}, device="meta")\n'
        f"print(tuple(layer(x).shape[1:]))  # {size}{unlike}\n"
        f"print(sum(p.numel() for p in layer.parameters()))  # {count}\n" + _exact(rows) + _exact(columns)
    )


def _pool(setting: Setting, found: Sizes) -> str:
    rows, columns = found.rows, found.columns
    size = (setting.channels, *(found.size or (0, 0)))
    return (
        _head(setting) + f"layer = nn.MaxPool2d({_both('k', setting)}, stride={_both('stride', setting)}, padding="
        f"{(rows.padding[0], columns.padding[0])}, dilation={_both('dilation', setting)}, ceil_mode=True)\n"
        f"print(tuple(layer(x).shape[1:]))  # {size}: PyTorch's convolutions have no ceil_mode, its pooling has\n"
        + _exact(rows)
        + _exact(columns)
    )


def _arithmetic(setting: Setting, found: Sizes, function: str = "") -> str:
    lines = ARITHMETIC.format(
        rows=setting.rows,
        columns=setting.columns,
        function=function or f"output_size({setting.n}, rows, columns)",
        size=found.size,
        exact=f"{found.rows.exact} {found.columns.exact}",
    )
    if function:
        lines = lines.replace(
            "import Window, output_size", "import Sizes, Window\nfrom cnnviz.arithmetic.sizes import place"
        )
        lines = lines.replace("rows_n", str(setting.n[0])).replace("columns_n", str(setting.n[1]))
    return lines


def _exact(axis: Fit) -> str:
    """The quotient before it is rounded."""
    w = axis.window
    sides = f"{axis.n} + {axis.padding[0]} + {axis.padding[1]}"
    return f"print(({sides} - {w.dilation} * ({w.k} - 1) - 1) / {w.stride} + 1)  # {axis.exact:.4f}\n"


def _head(setting: Setting) -> str:
    return HEAD.format(channels=setting.channels, height=setting.n[0], width=setting.n[1])


def _both(name: str, setting: Setting) -> tuple[int, int]:
    return getattr(setting.rows, name), getattr(setting.columns, name)


def _floor(axis: Fit) -> int:
    return (axis.padded - axis.window.extent) // axis.window.stride + 1


def _poolable(axis: Fit) -> bool:
    """PyTorch's pooling takes one padding for both sides, at most half the kernel."""
    return axis.padding[0] == axis.padding[1] <= axis.window.k // 2
