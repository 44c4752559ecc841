"""``cnnviz classify``: what a network sees in pictures."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnnviz.cli.errors import Complaint, one_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnviz.cam import Guess
    from cnnviz.models import Network

DEFAULT_NETWORK = "photo"


@click.command()
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--network", default=DEFAULT_NETWORK, show_default=True, metavar="NAME", help="See `cnnviz networks`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per picture instead of text.")
def command(images: tuple[Path, ...], network: str, as_json: bool) -> None:  # noqa: FBT001 (a click flag)
    """Name the five most probable classes of each IMAGE.

    A picture that can't be read does not keep the others from being classified; the exit status is 2 all the same.
    """
    from cnnviz.models import load

    loaded = load(network)
    failed = False
    for path in images:
        try:
            with one_sentence():
                row = classified(path, loaded)
        except Complaint as complaint:
            complaint.show()
            failed = True
            continue
        click.echo(json.dumps(row) if as_json else text(row))
    if failed:
        raise click.exceptions.Exit(Complaint.exit_code)


def classified(path: Path, network: Network) -> dict[str, Any]:
    """What there is to say about the picture at ``path``."""
    from cnnviz.cam import top
    from cnnviz.data.images import read_image

    start = time.perf_counter()
    guesses = top(network, network.predict(read_image(path))[0])
    return {
        "image": str(path),
        "network": network.name,
        "top": rows(guesses),
        "seconds": round(time.perf_counter() - start, 4),
    }


def rows(guesses: Iterable[Guess]) -> list[dict[str, Any]]:
    """Guesses as they stand in JSON."""
    return [{"index": g.index, "name": g.name, "probability": g.probability} for g in guesses]


def text(row: dict[str, Any]) -> str:
    """A title and one line for each guess."""
    title = f"{click.format_filename(row['image'])}  ({row['network']}, {row['seconds']:.2f} s)"
    return "\n".join([title, *(f"  {100 * guess['probability']:5.1f} %  {guess['name']}" for guess in row["top"])])
