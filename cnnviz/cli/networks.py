"""``cnnviz networks``: which networks there are, how good they are, and getting those that need a download."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnnviz.models import Spec


@click.command()
@click.option(
    "--download", "wanted", multiple=True, metavar="NAME", help="Download this network first; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per network instead of the table.")
def command(wanted: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 (a click flag)
    """List the networks; download those that do not ship with the program."""
    from cnnviz.models import NETWORKS

    for name in wanted:
        fetch(NETWORKS[name])
    for spec in NETWORKS.values():
        row = described(spec)
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else line(row))


def fetch(spec: Spec) -> None:
    """Download ``spec`` and show how far it is on standard error."""
    import sys

    from cnnviz.models import download

    with click.progressbar(length=1000, label=spec.name, file=sys.stderr) as bar:
        for progress in download(spec.name):
            if progress.total:
                bar.update(int(1000 * progress.done / progress.total) - bar.pos)


def described(spec: Spec) -> dict[str, Any]:
    """What there is to say about a network.

    ``top1`` is None if it was not measured, ``download_mb`` if the network ships with the program.
    """
    from cnnviz.models import available

    published = spec.published
    return {
        "network": spec.name,
        "title": spec.title,
        "summary": spec.summary,
        "available": available(spec.name),
        "download_mb": published.megabytes if published else None,
        "top1": published.top1 if published else _measured_top1(spec),
    }


def _measured_top1(spec: Spec) -> float | None:
    from cnnviz.models.weights import read_card

    share = read_card(spec.name).get("accuracy", {}).get("top1")
    return None if share is None else float(share)


def line(row: dict[str, Any]) -> str:
    """One line of the table."""
    state = "ready" if row["available"] else _missing(row["download_mb"])
    share = "" if row["top1"] is None else f"{100 * row['top1']:.1f} %"
    return f"{row['network']:16}  {share:>6}  {state:20}  {row['summary']}"


def _missing(megabytes: float | None) -> str:
    return "weights missing" if megabytes is None else f"download {megabytes:.0f} MB"
