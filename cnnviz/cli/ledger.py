"""``cnnviz ledger``: what each layer of a network costs and sees."""

from __future__ import annotations

import json
import re
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.ledger import Architecture, Layer, Ledger, Row

HEADER = ("layer", "settings", "output", "parameters", "MACs", "field", "jump", "offset", "memory")
FIELDS = ("name", "kind", "output", "params", "macs", "receptive_field", "jump", "offset")
MEBI = 2**20
READ_LIMIT = 200_000  # bytes from standard input; parse refuses less


@click.command()
@click.argument("network", required=False)
@click.option("--input", "size", metavar="CxHxW", help="Size of the picture: 3x224x224.  [default: the network's own]")
@click.option("--stack", metavar="TEXT", help="Layers of your own instead of NETWORK: 'conv 16 3; relu'. - reads them.")
@click.option("--list", "listed", is_flag=True, help="List the networks there are.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of the table.")
def command(network: str | None, *, size: str | None, stack: str | None, listed: bool, as_json: bool) -> None:
    """Print size, parameters, multiply-adds, receptive field, jump and offset of each layer of NETWORK.

    MACs are multiply-adds of convolutions and linear layers, without biases; FLOPs are twice that. The field of a unit
    is a square of that many pixels, neighbours see the same a jump further, and the first one's is centred at the
    offset (0 is the middle of the first pixel). Memory is that of the outputs in float32 for one picture.
    """
    from cnnviz.ledger import ledger

    if listed:
        click.echo("\n".join(names(as_json=as_json)))
        return
    found = ledger(wanted(network, stack), None if size is None else parsed(size))
    click.echo(json.dumps(described(found)) if as_json else "\n".join(table(found)))


def names(*, as_json: bool) -> list[str]:
    """One line for each network there is."""
    from cnnviz.ledger import ARCHITECTURES

    items = ARCHITECTURES.values()
    if as_json:
        return [json.dumps({"network": item.name, "title": item.title, "summary": item.summary}) for item in items]
    return [f"{item.name:18} {item.summary}" for item in items]


def wanted(network: str | None, stack: str | None) -> Architecture | Sequence[Layer]:
    """The network of that name, or the stack that was typed."""
    from cnnviz.ledger import ARCHITECTURES, parse

    if (network is None) == (stack is None):
        raise click.UsageError("give a NETWORK, such as resnet50, or a --stack of your own")
    if stack is not None:
        return parse(sys.stdin.buffer.read(READ_LIMIT).decode("utf-8", "replace") if stack == "-" else stack)
    near = get_close_matches(str(network), ARCHITECTURES, n=4)
    if network not in ARCHITECTURES and near:
        raise click.UsageError(f"no architecture is called {network!r}; near names: {', '.join(near)}")
    return ARCHITECTURES[str(network)]


def parsed(text: str) -> tuple[int, int, int]:
    """``3x224x224`` as numbers."""
    found = re.fullmatch(r"([0-9]{1,9})[x×]([0-9]{1,9})[x×]([0-9]{1,9})", text)
    if not found:
        raise click.UsageError(f"--input is channels x height x width, such as 3x224x224, not {text!r}")
    return int(found[1]), int(found[2]), int(found[3])


def described(found: Ledger) -> dict[str, Any]:
    """The ledger as it stands in JSON."""
    return {
        "rows": [{name: getattr(row, name) for name in FIELDS} for row in found.rows],
        "params": found.params,
        "macs": found.macs,
        "activation_bytes": found.activation_bytes,
    }


def table(found: Ledger) -> list[str]:
    """Aligned lines: a header, the layers (those on branches indented), the totals."""
    rows = [HEADER, *(cells(row) for row in found.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADER))]
    lines = [
        "  ".join(cell.ljust(width) if place < 2 else cell.rjust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in rows)
    ]
    return [*lines, *totals(found)]


def cells(row: Row) -> tuple[str, ...]:
    """One line of the table."""
    size = "×".join(map(str, row.output))
    seen = (str(row.receptive_field), str(row.jump), f"{row.offset:g}")
    numbers = [f"{number:,}" if number else "" for number in (row.params, row.macs)]
    stored = memory(row.activation_bytes) if row.activation_bytes else ""
    return ("  " * row.branch + row.name, row.source, size, *numbers, *seen, stored)


def memory(count: int) -> str:
    """Bytes in the unit that suits them."""
    return f"{count / MEBI:.1f} MiB" if count >= MEBI / 10 else f"{count / 1024:.1f} KiB"


def totals(found: Ledger) -> list[str]:
    """The sums, the last lines of the table."""
    size = "×".join(map(str, found.input))
    return [
        "",
        f"input        {size}",
        f"parameters   {found.params:,}  ({memory(4 * found.params)} in float32)",
        f"MACs         {found.macs:,}  (FLOPs: {2 * found.macs:,})",
        f"activations  {found.activation_bytes:,} bytes  ({memory(found.activation_bytes)})",
    ]
