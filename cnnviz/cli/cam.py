"""``cnnviz cam``: where in a picture a network sees a class."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnnviz.cam.registry import METHODS
from cnnviz.cli import classify
from cnnviz.cli.errors import Complaint, sentence
from cnnviz.data.whole import write_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.cam import Explanation
    from cnnviz.models import Network


@click.command()
@click.argument("image", metavar="IMAGE", type=click.Path(path_type=Path))
@click.option(
    "--network", default=classify.DEFAULT_NETWORK, show_default=True, metavar="NAME", help="See `cnnviz networks`."
)
@click.option("--method", metavar="NAME", help=f"{', '.join(METHODS)}.  [default: cam, else grad-cam]")
@click.option("--target", metavar="NAME|INDEX", help="The class to look for.  [default: the most probable]")
@click.option("--layer", metavar="PATH", help="The layer to look at, such as stage4.  [default: the last map]")
@click.option("--out", type=click.Path(path_type=Path), help="Write the picture with the map over it, a PNG file.")
@click.option("--npy", type=click.Path(path_type=Path), help="Write the map, float32 (h, w) with signs, an npy file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def command(
    image: Path,
    network: str,
    *,
    method: str | None,
    target: str | None,
    layer: str | None,
    out: Path | None,
    npy: Path | None,
    as_json: bool,
) -> None:
    """Show which places of IMAGE made the network say a class."""
    check_outputs(out, npy)
    from cnnviz.cam import default_method
    from cnnviz.data.images import read_image
    from cnnviz.models import load

    loaded = load(network)
    start = time.perf_counter()
    pixels = read_image(image)
    chosen = method or default_method(loaded, layer)
    found = explained(loaded, pixels, method=chosen, target=target, layer=layer)
    if out is not None:
        write(out, drawn(pixels, found))
    if npy is not None:
        from cnnviz.data.arrays import encode_npy

        write(npy, encode_npy(found.map))
    row = described(image, loaded, found) | {"seconds": round(time.perf_counter() - start, 4)}
    click.echo(json.dumps(row) if as_json else text(row, [path for path in (out, npy) if path]))


def explained(
    network: Network, pixels: NDArray[np.uint8], *, method: str, target: str | None, layer: str | None
) -> Explanation:
    """The map; on a terminal a method that takes long tells on stderr how far it is."""
    from cnnviz.cam import explain, explain_in_steps

    if METHODS[method].steps is None or not sys.stderr.isatty():
        return explain(network, pixels, method=method, target=target, layer=layer)
    found: Explanation | None = None
    for progress in explain_in_steps(network, pixels, method=method, target=target, layer=layer):
        found = progress.explanation
        if progress.total:
            left = "" if progress.left is None else f", about {progress.left:.0f} s left"
            click.echo(
                f"\r{METHODS[method].title}: {progress.done} of {progress.total}{left}\033[K", nl=False, err=True
            )
    click.echo("\r\033[K", nl=False, err=True)
    if found is None:
        raise Complaint("nothing was computed; try again")
    return found


def described(path: Path, network: Network, found: Explanation) -> dict[str, Any]:
    """What there is to say about the map."""
    from cnnviz.cam import top

    (target,) = classify.rows([found.target])
    return {
        "image": str(path),
        "network": network.name,
        "method": found.method,
        "layer": found.layer,
        "target": target,
        "top": classify.rows(top(network, found.probabilities)),
        "map": {"shape": list(found.map.shape), "min": float(found.map.min()), "max": float(found.map.max())},
    }


def text(row: dict[str, Any], written: list[Path]) -> str:
    """The top classes, then what the map is and where it was written."""
    size = "×".join(map(str, row["map"]["shape"]))
    span = f"{row['map']['min']:.3g} to {row['map']['max']:.3g}"
    line = f"  {row['method']} at {row['layer']} for {row['target']['name']}: {size}, from {span}"
    return "\n".join([classify.text(row), line, *(f"  wrote {click.format_filename(path)}" for path in written)])


def drawn(pixels: NDArray[np.uint8], found: Explanation) -> bytes:
    """The picture with the positive part of the map over it, as PNG."""
    from cnnviz.data.images import encode_png
    from cnnviz.figures.heatmaps import overlay

    return encode_png(overlay(pixels, found.map, box=found.box))


def check_outputs(*paths: Path | None) -> None:
    """Refuse before anything is computed what could not be written afterwards."""
    given = [path for path in paths if path is not None]
    for path in given:
        if path.is_dir():
            raise Complaint(f"{click.format_filename(path)} is a folder; name a file in it")
        if not path.parent.is_dir():
            raise Complaint(f"there is no folder {click.format_filename(path.parent)}; create it first")
    if len({path.resolve() for path in given}) < len(given):
        raise Complaint("the picture and the map can't go to the same file; give two names")


def write(path: Path, content: bytes) -> None:
    """Write a file that is whole or absent (or as it was), whatever happens meanwhile."""
    try:
        write_whole(path, content)
    except OSError as error:
        why = sentence(OSError(error.errno, error.strerror))
        raise Complaint(f"{click.format_filename(path)} can't be written: {why}; choose another place") from error
