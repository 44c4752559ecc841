"""``cnnviz train``: train a network and tell how it goes; with a RECIPE, make the weights that ship."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cnnviz.cli.errors import Complaint
from cnnviz.params import params
from cnnviz.training.config import Config
from cnnviz.training.recipes import RECIPES

F = TypeVar("F", bound=Callable[..., Any])
TEXTS = {
    "data": "A data set by name, or a folder or an archive of class folders; with RECIPE the folder of its data set.",
    "network": "The network: convnetjs, lenet, …",
    "stack": "Layers of your own instead of a network: 'conv 16 3 p1; relu; pool 2; fc 10'.",
    "rule": "The update rule: sgd, momentum, adam, …",
    "augmentation": "Such as 'random-crop:border=12.5 horizontal-flip'; '' for none.",
}
OTHER = {"limit": "Train on so many images only; 0 takes all."}
LIVE = ("lr", "momentum", "weight_decay")  # what may change when a run goes on


def settings(command: F) -> F:
    """One option per field of :class:`Config`: what is not given is as the network's own defaults say."""
    declared = {param.name: param for param in params(Config)}
    for name in reversed(Config.__dataclass_fields__):
        if name in TEXTS:
            made = click.option(f"--{name}", metavar="TEXT", help=TEXTS[name])
        else:
            param = declared[name]
            kind = click.Choice(param.choices) if param.choices else type(param.default)
            words = OTHER.get(name, param.help)
            metavar = None if param.choices else "N" if kind is int else "X"
            made = click.option(f"--{name.replace('_', '-')}", type=kind, metavar=metavar, help=words)
        command = made(command)
    return command


@click.command("train")
@click.argument("recipe", required=False, type=click.Choice(list(RECIPES)))
@settings
@click.option("--resume", metavar="RUN", help="Go on with a run of this name, from its last checkpoint.")
@click.option("--label", metavar="TEXT", help="What the run is called in lists.")
@click.option("--keep/--no-keep", default=True, help="Write the run where the page and `cnnviz runs` find it.")
@click.option("--download", is_flag=True, help="Get the data set first, if it is not here.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="With RECIPE: folder for weights and card  [default: the program's]."
)
@click.option(
    "--threads", type=click.IntRange(1), metavar="N", help="Threads to compute with  [default: one per core]."
)
@click.option(
    "--json", "as_json", is_flag=True, help="The events, one JSON object per line; null for what is no number."
)
def command(
    recipe: str | None,
    *,
    resume: str | None,
    label: str | None,
    keep: bool,
    download: bool,
    out: Path | None,
    threads: int | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Train a network and print how it goes: `cnnviz train --network convnetjs --epochs 5`.

    Settings that are not given are the network's own. Ctrl+C stops the run with a checkpoint; --resume goes on as if it
    had never stopped (--lr, --momentum and --weight-decay then take effect from there).

    With a RECIPE: train an embedded network by it, measure it on the test images and write its weights and card;
    cifar-fast-quick shows how good it is after ten minutes and writes only with --out.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    if recipe is not None:
        if set(given) - {"data"} or resume or label or as_json or download or not keep:
            raise Complaint(f"the recipe {recipe} has its own settings; it goes with --data, --out and --threads alone")
        make(recipe, data=given.get("data"), out=out, threads=threads)
        return
    if out is not None:
        raise Complaint("--out goes with a RECIPE; other runs are kept in your folder: see cnnviz runs")
    from cnnviz.cli import follow

    if resume is not None:
        if set(given) - set(LIVE) or label or download or not keep:
            raise Complaint("a run goes on with the settings it has; only --lr, --momentum, --weight-decay can change")
        follow.go_on(resume, changes=given, threads=threads, as_json=as_json)
        return
    follow.begin(given, label=label or "", keep=keep, download=download, threads=threads, as_json=as_json)


def make(recipe: str, *, data: str | None, out: Path | None, threads: int | None) -> None:
    """Train an embedded network by its recipe and write its weights and card.

    A recipe of another name than its network's is there to be watched: it writes where ``--out`` says and nowhere else.
    """
    import torch

    from cnnviz.models.weights import FOLDER
    from cnnviz.training.embedded import at_hand, keep, read_split, run
    from cnnviz.training.memory import keep_freed_memory

    keep_freed_memory()
    if threads:
        torch.set_num_threads(threads)
    folder = Path(data) if data else Path(os.environ.get("CNNVIZ_SHARED", ".")) / "data"
    chosen = RECIPES[recipe] if data else at_hand(RECIPES[recipe], folder)
    images = read_split(chosen, folder, "train")
    click.echo(f"{len(images)} images of {len(images.classes)} classes, {chosen.total_epochs} epochs", err=True)
    kept, spent, start = None, 0.0, time.perf_counter()
    for number, (epoch, model) in enumerate(run(chosen, images), 1):
        kept, spent = model, time.perf_counter() - start
        click.echo(
            f"epoch {number}/{chosen.total_epochs}  loss {epoch.loss:.3f}  accuracy in training {epoch.accuracy:.3f}  "
            f"{epoch.images_per_second:.0f} images/s  {spent:.0f} s",
            err=True,
        )
    if kept is None:
        raise ValueError(f"{recipe} has no epochs; give its recipe at least one")
    test = read_split(chosen, folder, "test")
    place = out or (FOLDER if recipe == chosen.network else None)
    accuracy = keep(chosen, kept, classes=images.classes, test=test, folder=place, command=f"cnnviz train {recipe}")
    found = f"top-1 {accuracy.top1:.4f}, top-5 {accuracy.top5:.4f} on {accuracy.images} test images"
    click.echo(f"{recipe}: {found} after {spent:.0f} s")
