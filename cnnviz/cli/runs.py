"""``cnnviz runs``: the trainings that were kept, those of the page and those of the shell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnnviz.runs import Summary

HEADER = ("run", "state", "epoch", "validation", "network", "data", "begun", "label")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per run instead of the table.")
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """List the trainings that were kept, the newest first; rename, delete, export them."""
    from cnnviz import runs

    if context.invoked_subcommand is not None:
        return
    rows = [described(summary) for summary in runs.listed()]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False, allow_nan=False))
        return
    click.echo("\n".join(table(rows)) if rows else "no runs yet; begin one with cnnviz train")


@command.command()
@click.argument("run", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: settings, state and verdict.")
def show(run: str, *, as_json: bool) -> None:
    """Tell what a run was set to, how it went, and what its curves say."""
    from cnnviz import runs
    from cnnviz.training.events import Begun
    from cnnviz.training.telling import line
    from cnnviz.training.verdict import verdict

    summary, events = runs.summary(run), runs.events(run)
    classes = next((len(event.classes) for event in events if isinstance(event, Begun)), 0)
    judged = verdict(events, classes=classes)
    if as_json:
        told = {**described(summary), "config": summary.config.told(), "verdict": {"kind": judged.kind}}
        told["verdict"]["sentence"] = judged.sentence
        click.echo(json.dumps(told, ensure_ascii=False, allow_nan=False))
        return
    click.echo("\n".join(table([described(summary)])))
    click.echo("  ".join(f"{name}={value}" for name, value in summary.config.told().items() if value != ""))
    lines = [line(event) for event in events if event.event not in ("step", "look")]
    click.echo("\n".join(text for text in (*lines, judged.sentence) if text))


@command.command()
@click.argument("run", metavar="ID")
@click.argument("label")
def rename(run: str, label: str) -> None:
    """Give a run another label."""
    from cnnviz import runs

    runs.rename(run, label)


@command.command()
@click.argument("run", metavar="ID")
def delete(run: str) -> None:
    """Delete a run; `cnnviz runs restore ID` brings it back for a while."""
    from cnnviz import runs

    runs.delete(run)


@command.command()
@click.argument("run", metavar="ID")
def restore(run: str) -> None:
    """Bring a deleted run back."""
    from cnnviz import runs

    runs.restore(run)


@command.command("export")
@click.argument("run", metavar="ID")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export_(run: str, file: Path) -> None:
    """Write a run with its settings, events and last weights to FILE, a zip archive."""
    from cnnviz import runs
    from cnnviz.cli.cam import check_outputs, write

    check_outputs(file)
    write(file, runs.export(run))


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(file: Path) -> None:
    """Take in a run that `cnnviz runs export` or the page wrote; prints its new name."""
    from cnnviz import runs

    click.echo(runs.admit(file.read_bytes()))


def described(summary: Summary) -> dict[str, Any]:
    """What there is to say about a run in a list; null for an accuracy that is not known."""
    from cnnviz.training.telling import strict

    told: dict[str, Any] = strict(
        {
            "run": summary.id,
            "label": summary.label,
            "state": summary.state,
            "epoch": summary.epoch,
            "epochs": summary.config.epochs,
            "val_accuracy": summary.val_accuracy,
            "network": summary.config.network,
            "data": summary.config.data,
            "created": summary.created,
            "saved": summary.saved,
            "recorded": summary.recorded,
        }
    )
    return told


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Aligned lines below a header."""
    cells = [HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(HEADER))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    share = "" if row["val_accuracy"] is None else f"{100 * row['val_accuracy']:.1f} %"
    state = "recorded" if row["recorded"] else row["state"]
    begun = row["created"][:16].replace("T", " ")
    return (
        row["run"],
        state,
        f"{row['epoch']}/{row['epochs']}",
        share,
        row["network"],
        Path(row["data"]).name,
        begun,
        row["label"],
    )
