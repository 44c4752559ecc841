"""``cnnviz augment``: do to a picture what a training run would do to it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnnviz.cli.errors import Complaint

if TYPE_CHECKING:
    from cnnviz.augment import Drawn, Step


@click.command()
@click.argument("picture", metavar="PICTURE", type=click.Path(path_type=Path))
@click.option(
    "--with",
    "names",
    multiple=True,
    metavar="NAME",
    help="An augmentation, such as rotation; repeatable, in this order.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="The same seed, the same draw.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="[NAME.]SETTING=VALUE",
    help="Such as degrees=20; with the augmentation's name if several have it; repeatable.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the augmented picture, a PNG file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def command(
    picture: Path, *, names: tuple[str, ...], seed: int, changes: tuple[str, ...], out: Path | None, as_json: bool
) -> None:
    """Draw random numbers and change PICTURE by them: `cnnviz augment cat.png --with rotation --set degrees=20`."""
    from cnnviz.augment import AUGMENTATIONS, compose
    from cnnviz.cli.cam import check_outputs, write
    from cnnviz.data.images import encode_png, read_image

    if not names:
        raise Complaint(f"name an augmentation: --with {', '.join(AUGMENTATIONS)}")
    pipeline = steps(names, changes)
    check_outputs(out)
    import numpy as np

    pixels = read_image(picture)
    changed, records = compose(pipeline, pixels, np.random.default_rng(seed))
    if out is not None:
        write(out, encode_png(changed))
    row = described(picture, seed, records, size=pixels.shape[:2])
    click.echo(json.dumps(row) if as_json else text(row, out))


def steps(names: tuple[str, ...], changes: tuple[str, ...]) -> list[Step]:
    """The pipeline; a setting without a name belongs to the one augmentation that has it."""
    from cnnviz.augment import AUGMENTATIONS, step
    from cnnviz.params import params

    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Complaint(f"{twice[0]} is there twice; name each augmentation once")
    has = {name: {p.name for p in params(AUGMENTATIONS[name].settings)} for name in names}
    values: dict[str, dict[str, Any]] = {name: {} for name in names}
    for change in changes:
        place, sign, value = change.partition("=")
        owner, dot, setting = place.strip().rpartition(".")
        if not (sign and setting):
            raise Complaint(f"--set takes SETTING=VALUE, for example degrees=20; {change!r} is none")
        owners = [owner] if dot else [name for name in names if setting in has[name]]
        if len(owners) > 1:
            raise Complaint(f"{' and '.join(owners)} both have {setting!r}; write {owners[0]}.{setting}={value}")
        if not owners or owners[0] not in values:
            known = ", ".join(f"{name}.{each}" for name in names for each in sorted(has[name]))
            raise Complaint(f"there is no setting {place.strip()[:40]!r}; there are: {known}")
        values[owners[0]][setting] = value
    return [step(name, values[name]) for name in names]


def described(path: Path, seed: int, records: tuple[Drawn, ...], *, size: tuple[int, ...]) -> dict[str, Any]:
    """What there is to say about a draw."""
    return {"picture": str(path), "size": list(size), "seed": seed, "draws": [drawn.row() for drawn in records]}


def text(row: dict[str, Any], out: Path | None) -> str:
    """A line per step, then where the picture was written."""
    lines = [f"{row['picture']}, {row['size'][1]}×{row['size'][0]}, seed {row['seed']}"]
    lines += [f"  {draw['name']}: {draw['words']}" for draw in row["draws"]]
    return "\n".join([*lines, *([f"  wrote {click.format_filename(out)}"] if out else [])])
