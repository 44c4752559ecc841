"""What is to be maximized, chosen by menus instead of typed: its kind, layer, number or class; and a second term."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.actmax import OBJECTIVES
from cnnviz.inspections.climb import Settings
from cnnviz.ui import state
from cnnviz.ui.controls import choose, menu

if TYPE_CHECKING:
    from cnnviz.models import Network

NUMBERED, NAMED = ("channel", "unit"), ("logit",)
RANDOM = "random"
WEIGHTS = ("0.1", "0.2", "0.5", "1", "2", "5")
JOINS = {"nothing": "nothing", "minus": "minus", "plus": "plus"}


@dataclass(frozen=True)
class Chosen:
    """One term: ``text`` as :func:`cnnviz.actmax.parse` reads it, ``said`` as a person says it.

    ``layer`` is "" for a class score; ``number`` is -1 where there is none; ``name`` is the class.
    """

    kind: str
    text: str
    said: str
    layer: str = ""
    number: int = -1
    name: str = ""


@dataclass(frozen=True)
class Option:
    """An item of a menu that is no registry's."""

    name: str
    title: str
    summary: str = ""
    reference: str = ""


def choose_term(network: Network, key: str, *, label: str, default: str = "channel") -> Chosen:
    """Menus for one term, its link below ``key``; only what the kind needs is asked."""
    kinds = {name: item for name, item in OBJECTIVES.items() if name != "diversity"}
    kind = menu(label, kinds, key=f"{key}-kind", default=default)
    if kind in NAMED:
        return logit(network, choose_class(network, f"{key}-class"))
    layer, channels = choose_layer(network, f"{key}-layer")
    if kind in NUMBERED:
        return numbered(kind, layer, choose_number(channels, f"{key}-unit"))
    if kind == "direction":
        return direction(layer, choose_toward(network, layer, f"{key}-toward"))
    return Chosen(kind, f"{kind}:{layer}", f"all of {layer}", layer)


def logit(network: Network, name: str) -> Chosen:
    """The score of the class ``name``; by its number where the name would be read as something else."""
    plain = re.fullmatch(r"[\w.']+", name) and not name.isdecimal()
    return Chosen("logit", f"logit:{name if plain else network.index(name)}", readable(name), name=name)


def numbered(kind: str, layer: str, number: int) -> Chosen:
    """A channel, or one unit of it in the middle of its map."""
    where = f"channel {number} of {layer}"
    said = where if kind == "channel" else f"the middle unit of {where}"
    return Chosen(kind, f"{kind}:{layer}:{number}", said, layer, number)


def direction(layer: str, toward: str) -> Chosen:
    """Many channels of ``layer`` at once."""
    if toward.startswith(RANDOM):
        seed = toward.removeprefix(RANDOM).strip() or "0"
        return Chosen("direction", f"direction:{layer}:{RANDOM}:{seed}", f"a random direction in {layer}", layer)
    return Chosen("direction", f"direction:{layer}:{toward}", f"{readable(toward)}’s direction in {layer}", layer)


def readable(name: str) -> str:
    """A class as a person writes it."""
    return name.replace("_", " ")


def choose_class(network: Network, key: str) -> str:
    """A menu of all classes."""
    names = list(network.classes)
    recorded = Settings().objective.removeprefix("logit:")
    # CIFAR's networks draw a good horse
    default = next((name for name in (recorded, "horse") if name in names), names[0])
    help = "Its score before the softmax. Type to search."
    return choose(f"Class, of {len(names)}", names, key=key, default=default, title=readable, help=help)


def choose_layer(network: Network, key: str) -> tuple[str, int]:
    """A menu of the layers to begin with, and of the one that the link asks for; its path and its channels."""
    from cnnviz.models.layers import places, worth

    found = {place.path: place for place in places(network)}
    titles = {path: place.title for path, place in found.items()}
    good = {_inside(found, layer.path): layer.title for layer in worth(network)}
    names = list(good)
    default = names[max(0, len(names) - 2)]
    asked = state.linked(key, default, titles)
    if asked not in good:
        names.append(asked)
    path = choose(
        "Layer",
        names,
        key=key,
        default=default,
        title=lambda name: f"{name}: {good[name]}" if name in good else titles[name],
        help="Early layers want edges, late ones parts of things. A link may ask for any layer with maps.",
    )
    return path, found[path].channels


def _inside(found: Collection[str], path: str) -> str:
    """The layer whose answer is that of the stage ``path``: itself, or its last block."""
    return path if path in found else [each for each in found if each.startswith(f"{path}.")][-1]


def choose_number(channels: int, key: str) -> int:
    """A menu of the channels of a layer; type a number."""
    numbers = [str(k) for k in range(channels)]
    return int(choose(f"Channel, of {channels}", numbers, key=key, default="0", help="Type a number."))


def choose_toward(network: Network, layer: str, key: str) -> str:
    """Where a direction points: at random, or as the linear layer weights the channels for a class."""
    from cnnviz.cam.head import gap_linear_head

    with network.lock:
        classes = network.classes if gap_linear_head(network.model, layer) is not None else ()
    names = [*(f"{RANDOM} {k}" for k in range(8)), *classes]
    help = "At random; behind the last map also as the linear layer weights the channels for a class."
    return choose("Toward", names, key=key, default=names[0], title=readable, help=help)


def choose_second(network: Network, key: str) -> tuple[Chosen, float] | None:
    """A second term with its signed weight, if one is wanted."""
    joins = {name: Option(name, title) for name, title in JOINS.items()}
    joined = menu(
        "Plus or minus a second",
        joins,
        key=f"{key}-join",
        default="nothing",
        help="The image climbs for both at once, or for one and against the other.",
    )
    if joined == "nothing":
        return None
    second = choose_term(network, key, label="Second", default="logit")
    weight = choose("Its weight", WEIGHTS, key=f"{key}-weight", default="1")
    return second, float(weight) * (-1 if joined == "minus" else 1)


def together(first: Chosen, second: tuple[Chosen, float] | None, *, diversity: tuple[str, float] | None) -> str:
    """The objective as text: ``channel:stage3:5 - 0.5*logit:cat``."""
    text = first.text
    if second is not None:
        text += f" {'-' if second[1] < 0 else '+'} {_factor(abs(second[1]))}{second[0].text}"
    if diversity is not None and diversity[1] > 0:
        text += f" + {_factor(diversity[1])}diversity:{diversity[0]}"
    return text


def _factor(weight: float) -> str:
    return "" if weight == 1 else f"{weight:g}*"
