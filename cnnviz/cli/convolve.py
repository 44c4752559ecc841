"""``cnnviz convolve``: slide a kernel over an input and print what comes out, as JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from cnnviz.cli.errors import Complaint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.arithmetic.geometry import Setting

MAX_NUMBERS = 1_000_000
MAX_PRODUCTS = 1_000_000_000
MAX_BYTES = 32 * MAX_NUMBERS
_WITHOUT_ZERO = re.compile(rb"(?<=[\s,\[-])(?=\.\d)")  # people write .25; JSON wants 0.25
EXACT = 2.0**53  # up to here every whole float64 is the whole number it shows
MODES = ("zeros", "reflect", "replicate", "circular")


class Steps(click.ParamType[Any]):
    """``2``, ``2x1`` or ``[2, 1]``: one number, or rows and columns. With ``names`` also padding's names and sides."""

    name = "H[xW]"

    def __init__(self, *names: str) -> None:
        self.names = names

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 (click's signature)
        """A number, a pair, pairs (before, after), or a name."""
        text = re.sub(r"[\s()\[\]]", "", str(value)).lower()
        if text in self.names:
            return text
        found = re.fullmatch(r"\d{1,9}(?:[,x×]\d{1,9}){0,3}", text, re.ASCII)
        numbers = [int(part) for part in re.split("[,x×]", text)] if found else []
        if len(numbers) == 4 and self.names:
            return (tuple(numbers[:2]), tuple(numbers[2:]))
        if len(numbers) not in (1, 2):
            more = f", top,bottom,left,right or {', '.join(self.names)}" if self.names else ""
            raise Complaint(
                f"{str(value)[:30]!r} is no {param.name if param else ''}; write 1, 1x2 (rows x columns){more}"
            )
        return numbers[0] if len(numbers) == 1 else tuple(numbers)


@click.command()
@click.option("--input", "x", required=True, metavar="JSON|@FILE", help="Nested lists, such as [[0, 80], [20, 40]].")
@click.option("--kernel", "w", required=True, metavar="JSON|@FILE", help="[k], [kh, kw], or (filters, channels, …).")
@click.option("--bias", metavar="JSON|@FILE", help="A number, or one for each filter.")
@click.option("--stride", type=Steps(), default="1", show_default=True, help="How far the window moves.")
@click.option(
    "--padding",
    type=Steps("valid", "same", "full"),
    default="0",
    show_default=True,
    metavar="H[xW]|NAME",
    help="Cells added on each side: a number, valid, same, full, or top,bottom,left,right.",
)
@click.option("--padding-mode", type=click.Choice(MODES), default="zeros", show_default=True, help="What they hold.")
@click.option("--dilation", type=Steps(), default="1", show_default=True, help="From one weight to the next.")
@click.option("--groups", type=click.IntRange(1, 10**6), default=1, show_default=True, help="Channels taken apart.")
@click.option("--flip", is_flag=True, help="True convolution: turn the kernel by 180 degrees first.")
@click.option("--transposed", is_flag=True, help="The way back: every input cell stamps the kernel into the output.")
@click.option("--output-padding", type=Steps(), default="0", show_default=True, help="For --transposed.")
@click.option("--json", "as_json", is_flag=True, help="All on one line; without it, one row of numbers per line.")
def command(*, x: str, w: str, bias: str | None, as_json: bool, **options: Any) -> None:
    """Slide a kernel over an input as PyTorch does, and print the output as JSON.

    A kernel of rank 1 or 2 has no channels; rank 3 is 1-D and rank 4 is 2-D, (filters, channels / groups, ...), with
    --transposed (channels, filters / groups, ...). The output has the form of the input.
    """
    from cnnviz.arithmetic.geometry import Setting

    inputs, kernel = parsed(x, "the input"), parsed(w, "the kernel")
    offset = None if bias is None else parsed(bias, "the bias")
    setting = Setting(**options)
    check_cost(inputs, kernel, setting)
    row = {"output": plain(computed(inputs, kernel, setting, bias=offset))}
    click.echo(json.dumps(row) if as_json else laid_out(row))


def parsed(text: str, name: str) -> NDArray[np.float64]:
    """The array that a JSON text, or the file after an ``@``, holds."""
    import numpy as np

    from cnnviz.arithmetic.convolution import real

    if text.startswith("@"):
        with open(text[1:], "rb") as file:  # noqa: PTH123 (a pipe may be named too, and is read no further than this)
            content = file.read(MAX_BYTES + 1)
    else:
        content = text.encode()
    if len(content) > MAX_BYTES:
        raise Complaint(f"{name} has more than {MAX_BYTES // 10**6} MB; give a smaller one")
    try:
        # whole numbers as floats: none is too long for Python, and one beyond all floats is found below
        values = json.loads(_WITHOUT_ZERO.sub(rb"\g<0>0", content), parse_int=float)
    except (ValueError, RecursionError):
        raise Complaint(f"{name} is no JSON; write nested lists of numbers such as [[0, 80], [20, 40]]") from None
    array = real(values, name).astype(np.float64)
    if not np.isfinite(array).all():
        raise Complaint(f"{name} holds NaN or infinity; give finite numbers")
    return array


def check_cost(x: NDArray[np.float64], w: NDArray[np.float64], setting: Setting) -> None:
    """Refuse before anything is computed what would take long or fill the memory."""
    from cnnviz.arithmetic.geometry import work_out

    shape = work_out(x.shape, w.shape, setting)
    batch = x.size // (shape.channels * shape.input[0] * shape.input[1])
    numbers, products = shape.numbers * batch + w.size, shape.computed * batch
    if numbers > MAX_NUMBERS:
        raise Complaint(f"this takes {numbers:,} numbers and the limit is {MAX_NUMBERS:,}; choose a smaller input")
    if products > MAX_PRODUCTS:
        raise Complaint(f"this takes {products:,} products and the limit is {MAX_PRODUCTS:,}; choose smaller arrays")


def computed(
    x: NDArray[np.float64], w: NDArray[np.float64], setting: Setting, *, bias: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """The output; sums beyond the largest float are refused."""
    import numpy as np

    from cnnviz.arithmetic.convolution import convolve

    with np.errstate(over="ignore", invalid="ignore"):
        output = convolve(x, w, setting, bias=bias)
    if not np.isfinite(output).all():
        raise Complaint("a sum is larger than the largest float; give smaller numbers")
    return output


def plain(output: NDArray[np.float64]) -> Any:
    """Nested lists; whole numbers if all are."""
    import numpy as np

    whole = (output == np.rint(output)).all() and np.abs(output).max() <= EXACT
    return (output.astype(np.int64) if whole else output + 0.0).tolist()


def laid_out(row: dict[str, Any]) -> str:
    """The same JSON with one row of numbers per line."""
    text = json.dumps(row["output"])
    return '{"output": ' + re.sub(r"\], (\[+)", r"],\n            \1", text) + "}"
