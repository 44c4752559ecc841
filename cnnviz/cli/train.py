"""``cnnviz train``: make the weights that ship, from images on disk."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cnnviz.training.recipes import RECIPES


@click.command("train")
@click.argument("recipe", type=click.Choice(list(RECIPES)))
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder with the data set, as an archive or unpacked [default: $CNNVIZ_SHARED/data].",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the weights and their card [default: the program's own]."
)
@click.option("--threads", type=click.IntRange(1), help="Threads to compute with [default: one per core].")
def command(recipe: str, data: Path | None, out: Path | None, threads: int | None) -> None:
    """Train an embedded network by its RECIPE, measure it on the test images and write weights and card."""
    import torch

    from cnnviz.models.weights import FOLDER
    from cnnviz.training.embedded import keep, read_split, run

    if threads:
        torch.set_num_threads(threads)
    folder = data or Path(os.environ.get("CNNVIZ_SHARED", ".")) / "data"
    chosen = RECIPES[recipe]
    images = read_split(chosen, folder, "train")
    click.echo(f"{len(images)} images of {len(images.classes)} classes, {chosen.total_epochs} epochs", err=True)
    kept, spent = None, 0.0
    for number, (epoch, model) in enumerate(run(chosen, images), 1):
        kept, spent = model, spent + epoch.seconds
        click.echo(
            f"epoch {number}/{chosen.total_epochs}  loss {epoch.loss:.3f}  accuracy in training {epoch.accuracy:.3f}  "
            f"{epoch.images_per_second:.0f} images/s  {spent:.0f} s",
            err=True,
        )
    if kept is None:
        raise ValueError(f"{recipe} has no epochs; give its recipe at least one")
    test = read_split(chosen, folder, "test")
    accuracy = keep(
        chosen, kept, classes=images.classes, test=test, folder=out or FOLDER, command=f"cnnviz train {recipe}"
    )
    found = f"top-1 {accuracy.top1:.4f}, top-5 {accuracy.top5:.4f} on {accuracy.images} test images"
    click.echo(f"{recipe}: {found} after {spent:.0f} s")
