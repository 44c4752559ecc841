"""The side column: what is maximized, where the image starts, how it is shaken; and what that asks of the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from cnnviz.actmax import JITTERS, PARAMETERIZATIONS, PENALTIES
from cnnviz.inspections.climb import Settings
from cnnviz.params import param
from cnnviz.ui.climbing.terms import Chosen, Option, choose_second, choose_term, together
from cnnviz.ui.controls import choose, controls, menu

if TYPE_CHECKING:
    from cnnviz.models import Network

AUTO, START = "auto", "fourier+decorrelated"
STEPS = ("16", "64", "128", "256", "512")
SIZES = ("0", "28", "32", "64", "96", "128", "160", "224")
WEIGHTS = (0, 1, 3, 10, 30, 100, 300)


@dataclass(frozen=True)
class More:
    """What is folded away: penalties, the length of a step, several images, the seed."""

    tv: int = param(0, choices=WEIGHTS, label="less total variation", help=PENALTIES["tv"].summary)
    l2: int = param(0, choices=WEIGHTS, label="less contrast (L2)", help=PENALTIES["l2"].summary)
    blur: int = param(0, choices=WEIGHTS, label="less fine grain (blur)", help=PENALTIES["blur"].summary)
    rate: str = param(AUTO, choices=(AUTO, "0.01", "0.02", "0.05", "0.1", "0.2"), label="step size", help="Of Adam.")
    count: int = param(1, low=1, high=6, label="images at once", help="Each starts from noise of its own.")
    diversity: int = param(
        0, choices=(0, 1, 3, 10, 30, 100), label="make them differ", help="Weight of diversity between the images."
    )
    seed: int = param(0, low=0, high=99, help="Another start, and other jitter.")

    @property
    def penalties(self) -> str:
        """As :func:`cnnviz.actmax.climb` takes them: ``3*tv + 1*l2``; what suits the network if all are 0."""
        given = {"tv": self.tv, "l2": self.l2, "blur": self.blur}
        return " + ".join(f"{weight}*{name}" for name, weight in given.items() if weight) or AUTO


@dataclass(frozen=True)
class Asked:
    """A climb in the student's words and as settings of the inspection."""

    network: Network
    first: Chosen
    second: tuple[Chosen, float] | None
    settings: Settings

    @property
    def said(self) -> str:
        """What is maximized, in words."""
        if self.second is None:
            return self.first.said
        term, weight = self.second
        return f"{self.first.said} {'plus' if weight > 0 else 'minus'} {abs(weight):g} times {term.said}"


def choose_climb(network: Network) -> Asked:
    """All controls below the menu of networks."""
    first = choose_term(network, "climb", label="Maximize", default="logit")
    start = menu("Image made of", starts(), key="climb-start", default=START, help="What each step may change.")
    jitter = menu("Before each look", jitters(), key="climb-jitter", default=AUTO)
    left, right = st.columns(2, gap="small")
    with left:
        steps = choose("Steps", STEPS, key="climb-steps", default="256", help="How often the image moves uphill.")
    with right:
        help = "Of the image, in pixels; twice the side takes four times as long. Automatic: what suits the network."
        size = choose("Side", SIZES, key="climb-size", default="0", title=side, help=help)
    with st.expander("More"):
        second = choose_second(network, "climb-second")
        more = controls(More, key="climb")
    diversity = (last_layer(network, first), float(more.diversity)) if more.count > 1 else None
    settings = Settings(
        network=network.name,
        objective=together(first, second, diversity=diversity),
        parameterization=start,
        jitter=jitter,
        penalties=more.penalties,
        steps=int(steps),
        rate=0.0 if more.rate == AUTO else float(more.rate),
        size=int(size),
        count=more.count,
        seed=more.seed,
    )
    return Asked(network, first, second, settings)


def last_layer(network: Network, first: Chosen) -> str:
    """Where images are to differ: at the layer that is climbed, or at the last one before the scores."""
    from cnnviz.models.layers import places

    return first.layer or places(network)[-1].path


def side(text: str) -> str:
    """A side in words."""
    return "automatic" if text == "0" else text


def starts() -> dict[str, Option]:
    """Every space with every colour."""

    def having(role: Literal["space", "colour"]) -> list[str]:
        return [name for name, item in PARAMETERIZATIONS.items() if item.role == role]

    found = {}
    for space in having("space"):
        for colour in having("colour"):
            title = f"{PARAMETERIZATIONS[space].title}, {PARAMETERIZATIONS[colour].title.lower()}"
            summary = f"{PARAMETERIZATIONS[space].summary} {PARAMETERIZATIONS[colour].summary}"
            found[f"{space}+{colour}"] = Option(f"{space}+{colour}", title, summary)
    return found


def jitters() -> dict[str, Option]:
    """Every jitter, and what suits the network first."""
    told = "A little shift, turn and zoom; more for networks of 32 pixels."
    items = {name: Option(name, item.title, item.summary) for name, item in JITTERS.items()}
    return {AUTO: Option(AUTO, "What suits the network", told), **items}
