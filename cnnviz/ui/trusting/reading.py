"""The experiments in words, with their numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnviz.trust.packing import Packed
from cnnviz.ui.components.mapstrip import Frame

if TYPE_CHECKING:
    from cnnviz.inspections.randomization import Event as Forgot
    from cnnviz.trust import Curves

DELETION = (
    "If the map is right, the class goes when the brightest places go (**deletion**: the curve falls early, its area "
    "is small) and comes back with them (**insertion**: a large area). Compare with the same blotches at random "
    "places, and with the middle of the picture, where most things are."
)
RANDOMIZATION = (
    "A map of what the network learned must change when that is forgotten. From the last layer down to the first, "
    "weights become random, and the map is made anew for the same class. **ρ** is Spearman's rank correlation with the "
    "first map, **SSIM** how alike the two look; a map that stays the same would explain the picture, not the network."
)
FEW = 100  # cells of a map below which a rank correlation says little
LIKE = 0.5  # a rank correlation above which two maps are called alike


def readable(name: str) -> str:
    """A class as a person writes it."""
    return name.replace("_", " ")


def titles(method: str) -> dict[str, str]:
    """The orders in which pixels go, by name; of the random ones the first is shown."""
    return {"map": method, "random 0": "random, same cells", "centre": "from the middle"}


def areas(found: Curves, order: str) -> tuple[str, str]:
    """Both areas of an order, deletion first; for the random maps the mean and the spread. "" if unknown."""
    return _area(found, "deletion", order), _area(found, "insertion", order)


def _area(found: Curves, way: str, order: str) -> str:
    if order.startswith("random"):
        mean, spread = found.random(way)
        return f"{mean:.2f} ± {spread:.2f}" if math.isfinite(mean) else ""
    area = found.area(way, order)
    return f"{area:.2f}" if math.isfinite(area) else ""


def verdict(found: Curves, *, method: str, name: str) -> str:
    """What the areas say about this very map."""
    lines = []
    for way, verb, sign in (("deletion", "takes", -1), ("insertion", "brings back", 1)):
        own, (mean, spread) = found.area(way), found.random(way)
        gain = sign * (own - mean)
        better = "sooner than" if gain > spread else "about as soon as" if gain > -spread else "later than"
        lines.append(
            f"- **{way.capitalize()}**: {method} {verb} *{name}* **{better}** chance: area {own:.2f}, random "
            f"{mean:.2f} ± {spread:.2f}, from the middle {found.area(way, 'centre'):.2f}."
        )
    lines.append(
        "- One picture proves little, and holes are pictures that no training showed: read both curves, and change "
        "what the holes are filled with. Random blotches hit the object too."
    )
    return "\n".join(lines)


def stage(event: Forgot, name: str) -> Frame:
    """One map of the cascade with its numbers."""
    trained = not event.stage
    title = "as trained" if trained else f"↓ {event.stage}"
    lines = ("",) if trained else (f"ρ {_signed(event.correlation)} · SSIM {_signed(event.similarity)}",)
    alt = f"Map for {name}, {'as trained' if trained else f'random from the top down to {event.stage}'}. {lines[0]}"
    return Frame(title, "", lines, alt, Packed(event.map, event.rows, event.columns, event.scale))


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def forgot(told: Sequence[Forgot], *, method: str) -> str:
    """Whether the map follows the weights."""
    changed = [event for event in told if event.stage]
    if not changed:
        return ""
    first, last = changed[0], changed[-1]
    largest = max(abs(event.correlation) for event in changed)
    if largest < LIKE:
        judged = f"{method} **passes**: no randomized network gives a map that is like the first one"
    else:
        alike = [event.stage for event in changed if abs(event.correlation) >= LIKE]
        judged = f"Careful: down to *{alike[-1]}* the map still ranks places like the first one, or the other way round"
    cells = told[0].rows * told[0].columns
    few = f" With {cells} cells, chance alone brings large ρ." if cells < FEW and largest >= LIKE else ""
    return (
        f"- {judged} (largest |ρ| {largest:.2f}).{few}\n"
        f"- Random weights in *{first.stage}* alone: ρ {_signed(first.correlation)}, and the class falls from "
        f"{_percent(told[0].probability)} to {_percent(first.probability)}; in all layers: ρ "
        f"{_signed(last.correlation)}.\n"
        "- Passing is necessary, not enough: a map can depend on the weights and still be wrong."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%" if share >= 0.005 else "under 0.5\N{NO-BREAK SPACE}%"
