"""``cnnviz size``: what size comes out of a convolution, a pooling, or a transposed convolution."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from cnnviz.cli.errors import Complaint

if TYPE_CHECKING:
    from cnnviz.arithmetic import Window

AXES = ("row", "column")
POLICIES = ("error", "floor", "ceil", "same")


class Pair(click.ParamType[tuple[int, int]]):
    """``7`` or ``7x5``: rows, then columns."""

    name = "H[xW]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:  # noqa: ARG002 (click's signature)
        """Two whole numbers."""
        if isinstance(value, tuple):
            return value
        # the digits are limited because int() of more than 4,300 raises
        found = re.fullmatch(r"(\d{1,4000})(?:[xX×](\d{1,4000}))?", str(value).strip(), re.ASCII)
        if not found:
            name = str(param.name if param else "")
            name = {"n": "input", "k": "kernel"}.get(name, name.replace("_", " "))
            raise Complaint(
                f"{str(value)[:30]!r} is no {name}; write whole numbers such as 7, or 7x5 for rows x columns"
            )
        return int(found[1]), int(found[2] or found[1])


@click.command()
@click.argument("n", metavar="N", type=Pair())
@click.argument("k", metavar="K", type=Pair())
@click.option("--stride", type=Pair(), default="1", show_default=True, help="How far the window moves.")
@click.option("--padding", type=Pair(), default="0", show_default=True, help="Zeros added on each side.")
@click.option("--dilation", type=Pair(), default="1", show_default=True, help="From one weight to the next.")
@click.option(
    "--policy",
    type=click.Choice(POLICIES),
    default="floor",
    show_default=True,
    help="When it does not fit: refuse, drop what is left (PyTorch), hang over (ceil_mode), or pad as TensorFlow does.",
)
@click.option("--transposed", is_flag=True, help="The way back: a transposed convolution.")
@click.option("--output-padding", type=Pair(), default="0", show_default=True, help="For --transposed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a sentence.")
def command(
    n: tuple[int, int],
    k: tuple[int, int],
    *,
    policy: str,
    transposed: bool,
    as_json: bool,
    **spacing: tuple[int, int],
) -> None:
    """Tell what size comes out of an input of N and a kernel of K, both written as 7 or as 7x5 (rows x columns)."""
    from cnnviz.arithmetic import Window

    stride, padding, dilation = (spacing[name] for name in ("stride", "padding", "dilation"))
    rows, columns = (Window(k[a], stride[a], (padding[a], padding[a]), dilation[a], policy=policy) for a in (0, 1))
    output_padding = spacing["output_padding"]
    if transposed:
        row = upwards(n, rows, columns, output_padding=output_padding)
    elif any(output_padding):
        raise Complaint("output padding belongs to a transposed convolution; add --transposed")
    else:
        row = described(n, rows, columns)
    click.echo(json.dumps(row) if as_json else text(n, k, row))


def described(n: tuple[int, int], rows: Window, columns: Window) -> dict[str, Any]:
    """What there is to say; ``size`` is None if the policy refuses, a padding is None if none per side helps."""
    from cnnviz.arithmetic import output_size

    found = output_size(n, rows, columns)
    axes = (found.rows, found.columns)
    return {
        "size": list(found.size) if found.size else None,
        "fits": found.fits,
        "exact": [axis.exact for axis in axes],
        "dropped": [axis.dropped for axis in axes],
        "padding_to_fit": [axis.symmetric for axis in axes],
    }


def upwards(n: tuple[int, int], rows: Window, columns: Window, *, output_padding: tuple[int, int]) -> dict[str, Any]:
    """The same keys for a transposed convolution, which always fits and drops nothing."""
    from cnnviz.arithmetic import transposed

    size = [transposed(n[a], window, output_padding[a]) for a, window in enumerate((rows, columns))]
    return {
        "size": size,
        "fits": True,
        "exact": [float(side) for side in size],
        "dropped": [0, 0],
        "padding_to_fit": [0, 0],
    }


def text(n: tuple[int, int], k: tuple[int, int], row: dict[str, Any]) -> str:
    """One sentence."""
    start = f"{by(n)} and a kernel of {by(k)}"
    if row["size"] is None:
        return f"{start} do not fit: {by(row['exact'])}{_helps(row)}."
    said = f"{start} give {by(row['size'])}"
    if row["fits"]:
        return f"{said}."
    parts = [f"{count} {name}{'s' * (count > 1)}" for count, name in zip(row["dropped"], AXES, strict=True) if count]
    dropped = f"; dropped at the end: {' and '.join(parts)}" if parts else ""
    return f"{said}, rounded from {by(row['exact'])}{dropped}{_helps(row)}."


def by(pair: Any) -> str:
    """``7×5``; fractions with two digits."""
    return "×".join(f"{side:.2f}".removesuffix(".00") for side in pair)


def _helps(row: dict[str, Any]) -> str:
    padding = row["padding_to_fit"]
    if None in padding:
        return "; no padding that is the same on both sides makes it fit"
    return f"; padding {by(padding) if padding[0] != padding[1] else padding[0]} makes it fit"
