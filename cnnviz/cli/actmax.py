"""``cnnviz actmax``: the picture that a unit, channel or class answers most to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnnviz.cli.cam import check_outputs, write
from cnnviz.cli.errors import Complaint

if TYPE_CHECKING:
    from cnnviz.actmax import Climbed


@click.command()
@click.argument("network", metavar="NETWORK")
@click.argument("layer", metavar="LAYER", required=False)
@click.argument("unit", metavar="UNIT", required=False, type=click.IntRange(min=0))
@click.option("--objective", metavar="TEXT", help="Instead of LAYER UNIT, such as 'logit:dog - 0.5*channel:stage3:5'.")
@click.option("--steps", default=256, show_default=True, help="How often the picture moves uphill.")
@click.option("--size", type=int, help="Side of the picture in pixels.  [default: what suits the network]")
@click.option("--parameterization", default="fourier+decorrelated", show_default=True, metavar="NAME[+NAME]")
@click.option("--jitter", metavar="NAME[:AMOUNT][+…]", help="usual, strong, none, translate:5+blur:1, …")
@click.option("--penalties", metavar="TEXT", help="What is subtracted, such as '20*tv + 1*l2'; '' is nothing.")
@click.option("--rate", type=float, help="How far a step goes.  [default: what suits the network]")
@click.option("--count", default=1, show_default=True, help="Pictures of each objective.")
@click.option("--seed", default=0, show_default=True, help="Of the start and the jitter.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the pictures side by side, a PNG file.")
@click.option("--npy", type=click.Path(path_type=Path), help="Write the pictures, uint8 (N, h, w, 3), an npy file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def command(
    network: str,
    layer: str | None,
    unit: int | None,
    *,
    objective: str | None,
    jitter: str | None,
    out: Path | None,
    npy: Path | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Make the picture that UNIT (a channel) of LAYER in NETWORK answers most to."""
    check_outputs(out, npy)
    goal = wanted(layer, unit, objective)
    from cnnviz.actmax import MOST_STEPS, climb
    from cnnviz.models import load

    told: list[Climbed] = []
    for climbed in climb(load(network), goal, jitters=jitter, every=MOST_STEPS, **settings):
        told.append(climbed)
        if not as_json:
            click.echo(f"  step {climbed.step:3d}: {climbed.value:.4g}")
    last = told[-1]
    if out is not None:
        write(out, drawn(last))
    if npy is not None:
        from cnnviz.data.arrays import encode_npy

        write(npy, encode_npy(last.image))
    if as_json:
        click.echo(json.dumps(described(network, goal, told)))
    for path in (out, npy):
        if path is not None and not as_json:
            click.echo(f"  wrote {click.format_filename(path)}")


def wanted(layer: str | None, unit: int | None, objective: str | None) -> str:
    """The objective as text, from either way of saying it."""
    if objective is None and (layer is None or unit is None):
        raise Complaint("name a layer and a unit, such as stage3 5, or give --objective 'logit:dog'")
    if objective is not None and layer is not None:
        raise Complaint("give either a layer and a unit or --objective, not both")
    return objective if objective is not None else f"channel:{layer}:{unit}"


def described(network: str, objective: str, told: list[Climbed]) -> dict[str, Any]:
    """What there is to say about the climb."""
    last = told[-1]
    return {
        "network": network,
        "objective": objective,
        "steps": last.steps,
        "value": last.value,
        "each": list(last.each),
        "terms": dict(last.terms),
        "milestones": [{"step": each.step, "value": each.value} for each in told],
        "image": {"shape": list(last.image.shape)},
        "seconds": round(last.seconds, 4),
    }


def drawn(climbed: Climbed) -> bytes:
    """The pictures side by side, as PNG."""
    import numpy as np

    from cnnviz.data.images import encode_png

    return encode_png(np.concatenate(list(climbed.image), axis=1))
