"""``cnnviz occlude``: what becomes of the score when a part of a picture is covered."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnnviz.cli import classify
from cnnviz.cli.cam import check_outputs, write
from cnnviz.cli.errors import Complaint
from cnnviz.occlusion import Patch, highest, lowest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.models import Box, Network
    from cnnviz.occlusion import Extreme, Occlusion
    from cnnviz.occlusion.sliding import Precision

SIZE = re.compile(r"(\d{1,4})(?:[x×](\d{1,4}))?")


class Size(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has none
    """``32`` or ``24x48``: height and width in pixels."""

    name = "HxW"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Two whole numbers."""
        found = SIZE.fullmatch(str(value))
        if found is None:
            self.fail(f"{str(value)[:20]!r} is no size; write 32 or 24x48", param, ctx)
        return int(found[1]), int(found[2] or found[1])


@click.command()
@click.argument("image", metavar="IMAGE", type=click.Path(path_type=Path))
@click.option(
    "--network", default=classify.DEFAULT_NETWORK, show_default=True, metavar="NAME", help="See `cnnviz networks`."
)
@click.option("--target", metavar="NAME|INDEX", help="The class whose score is watched.  [default: the most probable]")
@click.option("--patch", type=Size(), help="Size of the patch in pixels the network sees.  [default: a fifth]")
@click.option("--stride", type=Size(), help="How far it moves, one number or down x across.  [default: half of it]")
@click.option("--fill", default="gray", show_default=True, metavar="NAME", help="gray, black, mean, blur or noise.")
@click.option("--seed", default=0, show_default=True, help="Other random pixels for the fill noise.")
@click.option("--bf16", is_flag=True, help="In bfloat16, if the processor can and the numbers agree.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the picture with the map over it, a PNG file.")
@click.option("--npy", type=click.Path(path_type=Path), help="Write the drop per window, float32 (rows, columns).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def command(image: Path, network: str, **options: Any) -> None:
    """Cover every part of IMAGE in turn: where does the score of a class fall, and where does it rise?"""
    out, npy = options["out"], options["npy"]
    check_outputs(out, npy)
    from cnnviz.data.images import read_image
    from cnnviz.models import load
    from cnnviz.occlusion import occlude

    loaded = load(network)
    pixels = read_image(image)
    view = loaded.view(pixels)
    patch = _patch(options, (view.shape[0], view.shape[1]))
    precision: Precision = "bf16" if options["bf16"] else "float32"
    *_, found = occlude(loaded, view, patch, target=options["target"], seed=options["seed"], precision=precision)
    if out is not None:
        write(out, drawn(pixels, found, loaded))
    if npy is not None:
        from cnnviz.data.arrays import encode_npy

        write(npy, encode_npy(found.drop))
    row = {"image": str(image)} | described(found, loaded, box=loaded.frame(pixels.shape[:2])) | _told(patch)
    click.echo(json.dumps(row) if options["as_json"] else text(row, [path for path in (out, npy) if path]))


def described(found: Occlusion, network: Network, *, box: Box) -> dict[str, Any]:
    """What there is to say; boxes are top, left, height and width in the picture's own pixels."""
    from cnnviz.cam import Guess, top

    target = Guess(found.target, network.classes[found.target], float(found.clean[found.target]))
    scale = (box.height / found.size[0], box.width / found.size[1])

    def told(extreme: Extreme | None) -> dict[str, Any] | None:
        if extreme is None:
            return None
        y, x, height, width = extreme.box
        place = (box.top + y * scale[0], box.left + x * scale[1], height * scale[0], width * scale[1])
        return {
            "drop": extreme.drop,
            "probability": extreme.probability,
            "predicted": network.classes[extreme.predicted],
            "box": [round(number) for number in place],
        }

    return {
        "network": network.name,
        "target": classify.rows([target])[0],
        "top": classify.rows(top(network, found.clean)),
        "windows": found.windows,
        "grid": [found.rows, found.columns],
        "largest_drop": told(lowest(found)),
        "highest_raise": told(highest(found)),
        "changed": found.changed,
        "exact": found.exact,
        "agreement": found.agreement,
        "seconds": round(found.seconds, 4),
    }


def text(row: dict[str, Any], written: list[Path]) -> str:
    """The top classes, then the two extremes, and where files were written."""
    name, before = row["target"]["name"], 100 * row["target"]["probability"]
    size = "×".join(map(str, row["patch"]))
    lines = [
        classify.text(row),
        f"  {row['windows']} windows of {size} pixels, {row['fill']}; {row['changed']} make another class come first",
        _line(row["largest_drop"], f"{name} falls most", before),
        _line(row["highest_raise"], f"{name} rises most", before),
        *(f"  wrote {click.format_filename(path)}" for path in written),
    ]
    return "\n".join(lines)


def _line(extreme: dict[str, Any], what: str, before: float) -> str:
    top, left, height, width = extreme["box"]
    where = f"rows {top}–{top + height}, columns {left}–{left + width}"
    told = f"  {what}, from {before:.1f} to {100 * extreme['probability']:.1f} %, without {where}"
    return f"{told} (then: {extreme['predicted']})"


def drawn(pixels: NDArray[np.uint8], found: Occlusion, network: Network) -> bytes:
    """The picture with the mean drop of the windows over each pixel: red where the class needs it, blue where not."""
    from cnnviz.data.images import encode_png
    from cnnviz.figures.heatmaps import overlay
    from cnnviz.occlusion import attribution

    return encode_png(overlay(pixels, attribution(found), box=network.frame(pixels.shape[:2]), signed=True))


def _patch(options: dict[str, Any], size: tuple[int, int]) -> Patch:
    from cnnviz.occlusion import FILLS

    if options["fill"] not in FILLS:
        raise Complaint(f"no fill is called {options['fill'][:20]!r}; there are: {', '.join(FILLS)}")
    side = max(1, min(size) // 5)
    height, width = options["patch"] or (side, side)
    down, across = options["stride"] or (max(1, height // 2), max(1, width // 2))
    return Patch(height, width, down, across, options["fill"])


def _told(patch: Patch) -> dict[str, Any]:
    return {
        "patch": [patch.height, patch.width],
        "stride": [patch.stride_down, patch.stride_across],
        "fill": patch.fill,
    }
