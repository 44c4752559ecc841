"""``cnnviz features``: what every unit of a layer answers to a picture."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnnviz.cli import classify
from cnnviz.cli.cam import check_outputs, write

if TYPE_CHECKING:
    from cnnviz.features import Maps
    from cnnviz.models import Network

MOST = 10  # units that are told


@dataclass(frozen=True)
class Wanted:
    """What the options ask for."""

    layer: str | None
    listed: bool
    unit: int | None
    order: str
    scale: str
    out: Path | None
    npy: Path | None
    as_json: bool


@click.command()
@click.argument("image", metavar="IMAGE", type=click.Path(path_type=Path))
@click.option(
    "--network", default=classify.DEFAULT_NETWORK, show_default=True, metavar="NAME", help="See `cnnviz networks`."
)
@click.option("--layer", metavar="PATH", help="The layer to look at, such as stem.0.  [default: the first convolution]")
@click.option("--layers", "listed", is_flag=True, help="List the network's layers instead.")
@click.option("--unit", type=click.IntRange(0), metavar="K", help="Tell one unit only, and write only its map.")
@click.option("--order", default="stored", show_default=True, metavar="NAME", help="stored, mean, peak, contribution.")
@click.option(
    "--scale",
    type=click.Choice(("unit", "layer", "network")),
    default="unit",
    show_default=True,
    help="What has one colour scale in the picture.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the maps as one picture, a PNG file.")
@click.option(
    "--npy", type=click.Path(path_type=Path), help="Write the maps as stored, float32 (C, h, w), an npy file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def command(image: Path, network: str, **options: Any) -> None:
    """Tell which units of a layer of a network answer to IMAGE, and where."""
    wanted = Wanted(**options)
    check_outputs(wanted.out, wanted.npy)
    from cnnviz.models import load

    loaded = load(network)
    if wanted.listed:
        click.echo(layers_text(loaded, as_json=wanted.as_json))
        return
    start = time.perf_counter()
    row = looked(image, loaded, wanted) | {"seconds": round(time.perf_counter() - start, 4)}
    files = [path for path in (wanted.out, wanted.npy) if path]
    click.echo(json.dumps(row) if wanted.as_json else text(row, files))


def looked(image: Path, network: Network, wanted: Wanted) -> dict[str, Any]:
    """Compute the maps, write what was asked for, and say what there is to say."""
    from cnnviz.data.images import read_image
    from cnnviz.features import maps, order, span
    from cnnviz.features.responses import unit_of
    from cnnviz.models.layers import worth

    pixels = read_image(image)
    found = maps(network, pixels, wanted.layer or worth(network)[0].path)
    units = [int(k) for k in order(found, wanted.order)]
    if wanted.unit is not None:
        units = [unit_of(wanted.unit, len(units), found.layer)]
    if wanted.out is not None:
        write(wanted.out, drawn(found, units, scale=wanted.scale, ends=span(network, pixels)))
    if wanted.npy is not None:
        from cnnviz.data.arrays import encode_npy

        write(wanted.npy, encode_npy(found.values if wanted.unit is None else found.values[units]))
    return described(image, network, found, units=units, order=wanted.order)


def described(path: Path, network: Network, found: Maps, *, units: list[int], order: str) -> dict[str, Any]:
    """What there is to say about the maps: with the order of the network's own, the strongest first."""
    import numpy as np

    first = units if order != "stored" or len(units) == 1 else [int(k) for k in np.argsort(-found.high, kind="stable")]
    return {
        "image": str(path),
        "network": network.name,
        "layer": found.layer,
        "shape": list(found.values.shape),
        "order": order,
        "class": network.classes[found.target],
        "units": [unit_row(found, k) for k in first[:MOST]],
    }


def unit_row(found: Maps, unit: int) -> dict[str, Any]:
    """One unit: its mean, its peak and where that is, and what it adds to the class."""
    row: dict[str, Any] = {
        "unit": unit,
        "mean": float(found.mean[unit]),
        "peak": float(found.high[unit]),
        "at": [int(n) for n in found.peaks[unit]],
    }
    if found.contributions is not None:
        row["contribution"] = float(found.contributions[unit])
    return row


def text(row: dict[str, Any], written: list[Path]) -> str:
    """The units as a table, then what was written."""
    size = "×".join(map(str, row["shape"]))
    lines = [f"{row['network']}, {row['layer']}: {size}", f"  {'unit':>6}{'mean':>10}{'peak':>10}  at (row, column)"]
    for each in row["units"]:
        adds = f", adds {each['contribution']:+.3f} to {row['class']}" if "contribution" in each else ""
        place = f"{each['at'][0]}, {each['at'][1]}"
        lines.append(f"  {each['unit']:>6}{each['mean']:>10.4g}{each['peak']:>10.4g}  {place}{adds}")
    return "\n".join([*lines, *(f"  wrote {click.format_filename(path)}" for path in written)])


def layers_text(network: Network, *, as_json: bool) -> str:
    """The layers that have maps, as they run."""
    from cnnviz.models.layers import places

    found = places(network)
    if as_json:
        return json.dumps([{"layer": p.path, "kind": p.kind, "shape": [p.channels, p.height, p.width]} for p in found])
    return "\n".join(place.title for place in found)


def drawn(found: Maps, units: list[int], *, scale: str, ends: tuple[float, float]) -> bytes:
    """The maps in that order as one sheet, as PNG: viridis, or blue and red around 0 if any answer is negative."""
    from cnnviz.data.images import encode_png
    from cnnviz.features.sheets import laid_out, levels, limits
    from cnnviz.figures.colours import table

    colours = table("RdBu_r" if found.values.min() < 0 else "viridis")
    return encode_png(laid_out(colours[levels(found.values, limits(found.values, scale, span=ends))[units]]))
