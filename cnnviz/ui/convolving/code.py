"""The PyTorch lines that reproduce the convolution on screen."""

from __future__ import annotations

from cnnviz.ui.convolving.arrays import Array
from cnnviz.ui.convolving.controls import Worked

INLINE = 300  # numbers that are written out; larger arrays are made by the function that made them


def code(worked: Worked) -> str:
    """Runnable as it stands; ``y`` is the output (O, H', W'), of a line (O, W')."""
    x, w = (a[..., 0, :] if worked.line else a for a in (worked.input, worked.weights))
    imports, lines = ["import torch", "from torch.nn import functional as F"], []
    for name, values, make in (("x", x, _input), ("w", w, _weights)):
        more, expression = ([], tensor(values)) if _is_inline(worked, name, values) else make(worked)
        imports += more
        lines.append(f"{name} = {expression}")
    if worked.bias is not None:
        lines.append(f"b = {tensor(worked.bias)}.expand({worked.geometry.filters})")
    if worked.setting.flip:
        lines.append(f"w = w.flip({'-1' if worked.line else '-2, -1'})  # true convolution: turned by 180°")
    return "\n".join([*imports, "", *lines, *_slide(worked), "print(y)"]) + "\n"


def tensor(values: Array) -> str:
    """``torch.tensor([[…]])`` with the numbers as they are."""
    text = str((values + 0.0).tolist()).replace(".0,", ",").replace(".0]", "]")
    return f"torch.tensor({text}, dtype=torch.float64)"


def _is_inline(worked: Worked, name: str, values: Array) -> bool:
    made = worked.made
    return values.size <= INLINE or (made.source if name == "x" else made.kernel) == "own" or bool(worked.notes)


def _input(worked: Worked) -> tuple[list[str], str]:
    made = worked.made
    line = "[:, 0]" if worked.line else ""
    if made.source != "photo":
        imports = ["from cnnviz.arithmetic.inputs import source"]
        return imports, f'torch.from_numpy(source("{made.source}", {made.size}, seed={made.seed}){line})'
    imports = ["from cnnviz.arithmetic.inputs import shrunk", "from cnnviz.data.samples import sample"]
    picture = f'sample("{made.picture}")'
    gray = f'{picture}.mean(axis=2, keepdims=True).astype("uint8")'
    channels = gray if made.size[0] == 1 else f"{picture}[:, :, {[c % 3 for c in range(made.size[0])]}]"
    return imports, f"torch.from_numpy(shrunk({channels}, {made.size[1:]}){line})"


def _weights(worked: Worked) -> tuple[list[str], str]:
    made, shape = worked.made, worked.geometry
    imports = ["from cnnviz.arithmetic.banks import bank", "from cnnviz.arithmetic.kernels import Shape"]
    words = [f'"{made.kernel}", ({shape.filters}, {shape.channels}), {made.shape}', f"seed={made.seed}"]
    words += ["line=True"] if worked.line else []
    words += [f"groups={shape.groups}"] if shape.groups > 1 else []
    words += ["transposed=True"] if shape.transposed else []
    return imports, f"torch.from_numpy(bank({', '.join(words)}){'[:, :, 0]' if worked.line else ''})"


def _slide(worked: Worked) -> list[str]:
    shape, line = worked.geometry, worked.line
    words = ["x[None]", "w", *(["b"] if worked.bias is not None else [])]
    options = {"stride": (shape.stride, (1, 1)), "dilation": (shape.dilation, (1, 1))}
    if shape.transposed:
        options["output_padding"] = (shape.output_padding, (0, 0))
    words += [f"{name}={now[1] if line else now}" for name, (now, usual) in options.items() if now != usual]
    words += [f"groups={shape.groups}"] if shape.groups > 1 else []
    before, padding, after = _border(worked)
    function = f"F.conv{'_transpose' if shape.transposed else ''}{1 if line else 2}d"
    return [*before, f"y = {function}({', '.join([*words, *padding])})[0]", *after]


def _border(worked: Worked) -> tuple[list[str], list[str], list[str]]:
    """Lines before, an argument, and lines after: torch's functions pad with zeros and alike on both sides."""
    (top, bottom), (left, right) = worked.geometry.sides
    if not any((top, bottom, left, right)):
        return [], [], []
    if worked.geometry.transposed:
        rows = "" if worked.line else f"{top} : y.shape[-2] - {bottom}, "
        return [], [], [f"y = y[..., {rows}{left} : y.shape[-1] - {right}]  # the border is cut off"]
    if worked.setting.padding_mode == "zeros" and top == bottom and left == right:
        return [], [f"padding={left if worked.line else (top, left)}"], []
    mode = worked.setting.padding_mode.replace("zeros", "constant")
    around = (left, right) if worked.line else (left, right, top, bottom)
    return [f'x = F.pad(x[None], {around}, mode="{mode}")[0]'], [], []
