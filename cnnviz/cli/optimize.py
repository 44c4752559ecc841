"""``cnnviz optimize``: the path of an update rule on a landscape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cnnviz.cli.errors import Complaint

if TYPE_CHECKING:
    from cnnviz.landscapes import Landscape
    from cnnviz.optim import Trajectory


@click.command()
@click.argument("rule")
@click.argument("landscape")
@click.option("--start", nargs=2, type=float, metavar="X Y", help="Where the path begins.  [default: the landscape's]")
@click.option("--steps", default=100, show_default=True, type=int, metavar="N")
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="A setting of the rule or the landscape; repeatable."
)
@click.option("--formula", metavar="TEXT", help='For the landscape "own": f(x, y), such as "x**2 + 10*y**2".')
@click.option("--convention", default="torch", show_default=True, type=click.Choice(["torch", "deck", "distill"]))
@click.option("--schedule", default="constant", show_default=True, metavar="NAME", help="How the rate changes.")
@click.option("--noise", default=0.0, show_default=True, type=click.FloatRange(0.0), help="Deviation of the gradient.")
@click.option("--seed", default=0, show_default=True, type=int, help="Of the noise.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def command(  # noqa: PLR0913 (a run has that many facts)
    rule: str,
    landscape: str,
    *,
    start: tuple[float, float] | None,
    steps: int,
    changes: tuple[str, ...],
    formula: str | None,
    convention: str,
    schedule: str,
    noise: float,
    seed: int,
    as_json: bool,
) -> None:
    """Follow RULE down LANDSCAPE: for example `cnnviz optimize adam rosenbrock --steps 500 --set lr=0.05`."""
    from cnnviz.landscapes import LANDSCAPES
    from cnnviz.optim import RULES, settings_of, trajectory

    RULES[rule]  # a wrong name is told before a wrong setting
    values = parsed(changes)
    surface = own(formula, landscape) if formula is not None or landscape == "own" else LANDSCAPES[landscape]
    surface = surface.vary(**{name: values.pop(name) for name in list(values) if name in surface.parameters})
    found = trajectory(
        rule,
        surface,
        start=start,
        steps=steps,
        settings=settings_of(rule, values),
        convention=convention,
        schedule=schedule,
        noise=noise,
        seed=seed,
    )
    click.echo(json.dumps(described(found)) if as_json else text(found, surface))


def own(formula: str | None, landscape: str) -> Landscape:
    """The landscape that a formula is."""
    from cnnviz.landscapes.formula import formula as read

    if formula is None or landscape != "own":
        raise Complaint('a formula goes with the landscape own: cnnviz optimize adam own --formula "x**2 + 10*y**2"')
    return read(formula)


def parsed(changes: tuple[str, ...]) -> dict[str, float]:
    """``name=value`` pairs as numbers."""
    values = {}
    for change in changes:
        name, sign, value = change.partition("=")
        try:
            values[name.strip().replace("-", "_")] = float(value)
        except ValueError:
            sign = ""
        if not sign:
            raise Complaint(f"--set takes NAME=VALUE with a number, for example lr=0.1; {change!r} is none")
    return values


def described(found: Trajectory) -> dict[str, object]:
    """What there is to say about a path."""
    return {
        "rule": found.rule,
        "landscape": found.landscape,
        "path": [list(point) for point in found.path],
        "loss": list(found.loss),
        "diverged": found.diverged,
    }


def text(found: Trajectory, surface: Landscape) -> str:
    """Where it began and ended."""
    (x0, y0), (x, y) = found.path[0], found.path[-1]
    first = f"{found.rule} on {surface.title}, {len(found.path) - 1} steps"
    last = f"  from ({x0:.6g}, {y0:.6g}) with {found.loss[0]:.6g} to ({x:.6g}, {y:.6g}) with {found.loss[-1]:.6g}"
    return "\n".join([first, last, *(["  diverged: choose a smaller lr"] if found.diverged else [])])
