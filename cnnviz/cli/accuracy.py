"""``cnnviz accuracy``: measure the shipped networks on test images that training never saw."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnnviz.cli.errors import Complaint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnviz.data.folders import Labelled
    from cnnviz.models import Spec

COLUMNS = {
    "network": "network",
    "data": "test images of",
    "images": "images",
    "top1": "top-1",
    "top5": "top-5",
    "mean_over_classes": "mean of classes",
    "imagenette": "Imagenette 10",
    "cat_or_dog": "cat or dog",
    "seconds": "seconds",
}


@click.command()
@click.option(
    "--network", "names", multiple=True, metavar="NAME", help="A network; may be repeated.  [default: all shipped]"
)
@click.option(
    "--data", type=click.Path(path_type=Path), help="Folder with the data sets.  [default: $CNNVIZ_SHARED/data]"
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per network instead of the table.")
def command(names: tuple[str, ...], data: Path | None, as_json: bool) -> None:  # noqa: FBT001 (a click flag)
    """Measure networks on the test images of cifar10-jpeg and photos112, one view of each, in float32.

    The folder holds cifar10-jpeg.tar.xz and photos112.tar.xz, or the folders cifar10-jpeg and photos112 unpacked.
    """
    folder = data_folder(data)
    chosen = measurable(names)
    sources = {spec.dataset: source(folder, spec.dataset) for spec in chosen}
    rows = []
    for row in measured(chosen, sources):
        rows.append(row)
        if as_json:
            click.echo(json.dumps(row))
    if not as_json:
        click.echo(table(rows))


def data_folder(chosen: Path | None) -> Path:
    """The folder with the data sets: as chosen, or ``data`` in ``CNNVIZ_SHARED``."""
    shared = os.environ.get("CNNVIZ_SHARED", "").strip()
    if chosen is None and not shared:
        raise Complaint("no test images: give their folder with --data, or set CNNVIZ_SHARED to the folder above data")
    folder = chosen if chosen is not None else Path(shared) / "data"
    if not folder.is_dir():
        raise Complaint(f"{folder} is not a folder; give the one with the test images with --data")
    return folder


def source(folder: Path, dataset: str) -> Path:
    """The data set in ``folder``: unpacked, or as archive."""
    for found in (folder / dataset, folder / f"{dataset}.tar.xz"):
        if found.exists():
            return found
    raise Complaint(f"{folder} holds neither {dataset}/ nor {dataset}.tar.xz; give another folder with --data")


def measurable(names: Sequence[str]) -> list[Spec]:
    """The networks of these names, or all that have test images."""
    from cnnviz.models import NETWORKS

    specs = [NETWORKS[name] for name in names] if names else [spec for spec in NETWORKS.values() if spec.dataset]
    for spec in specs:
        if not spec.dataset:
            known = ", ".join(name for name, other in NETWORKS.items() if other.dataset)
            raise Complaint(f"there are no test images for {spec.name}; choose among {known}")
    return specs


def measured(specs: Sequence[Spec], sources: dict[str, Path]) -> Iterator[dict[str, Any]]:
    """Measure each network and yield its row; each data set is read once and let go before the next."""
    from cnnviz.models import load

    by_data = defaultdict(list)
    for spec in specs:
        by_data[spec.dataset].append(load(spec.name))
    for dataset, networks in by_data.items():
        images = _read(sources[dataset])
        for network in networks:
            click.echo(f"{network.name}: {len(images):,} test images of {dataset} …", err=True)
            yield _row(network, images, dataset)


def _read(found: Path) -> Labelled:
    import lzma
    import tarfile

    from cnnviz.data.folders import read

    try:
        return read(found, "test")
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise Complaint(f"{found} is damaged or not an archive; copy it again") from error


def _row(network: Any, images: Labelled, dataset: str) -> dict[str, Any]:
    from cnnviz.models.accuracy import evaluate

    start = time.perf_counter()
    found = evaluate(network, images).as_dict()
    return {"network": network.name, "data": dataset, **found, "seconds": round(time.perf_counter() - start, 1)}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table in plain text, shares in percent."""
    cells = [list(COLUMNS.values()), *([_cell(row, key) for key in COLUMNS] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(_aligned(line, widths)).rstrip() for line in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _aligned(line: list[str], widths: list[int]) -> list[str]:
    # names to the left, numbers to the right
    return [
        cell.ljust(width) if k < 2 else cell.rjust(width)
        for k, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def _cell(row: dict[str, Any], key: str) -> str:
    value = row.get(key, "")
    if isinstance(value, str):
        return value
    if key == "images":
        return f"{value:,}"
    return f"{value:.1f}" if key == "seconds" else f"{100 * value:.2f} %"
