"""The optimizers lecture's controls and its race."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from cnnviz.landscapes import LANDSCAPES, Landscape
from cnnviz.landscapes.formula import LONGEST, BadFormula, formula
from cnnviz.optim import CONVENTIONS, RULES, SCHEDULES
from cnnviz.params import param
from cnnviz.ui import state
from cnnviz.ui.components.race import MOST_RUNNERS, race, viewed
from cnnviz.ui.controls import choose, controls
from cnnviz.ui.plain import quoted
from cnnviz.ui.presets import note
from cnnviz.ui.racing import settings
from cnnviz.ui.racing.examples import EXAMPLES, FIRST, OWN
from cnnviz.ui.racing.raced import Raced

FORMS = {"torch": "PyTorch", "deck": "deck D1", "distill": "Distill"}


@dataclass(frozen=True)
class Ravine:
    """The quadratic's parameter."""

    kappa: int = param(10, low=1, high=200, label="steeper in y by κ", help="The condition number λₙ/λ₁.")


@dataclass(frozen=True)
class Length:
    """How long a race is."""

    steps: int = param(100, low=1, high=500, label="steps", help="How many updates each rule makes.")


@dataclass(frozen=True)
class Further:
    """What is seldom changed."""

    schedule: str = param(
        "constant", choices=tuple(SCHEDULES), label="schedule", help="How the rate falls; drawn below."
    )
    convention: str = param(
        "torch", choices=CONVENTIONS, label="rules as written by", help="torch: PyTorch. deck: D1. distill: Goh 2017."
    )
    noise: float = param(
        0.0,
        low=0.0,
        high=20.0,
        step=0.1,
        label="gradient noise",
        help="Deviation of the error that a small batch adds.",
    )
    seed: int = param(0, low=0, high=99, label="noise drawn anew", help="Each number is another order of the batches.")


@dataclass(frozen=True)
class Window:
    """What is drawn of a formula of one's own."""

    x: float = param(0.0, low=-10.0, high=10.0, step=0.5, label="middle, x", help="Where the picture has its middle.")
    y: float = param(0.0, low=-10.0, high=10.0, step=0.5, label="middle, y", help="Where the picture has its middle.")
    reach: float = param(2.0, low=0.5, high=20.0, step=0.5, label="from the middle to the edge", help="Half the width.")


def choose_raced() -> Raced:
    """Draw the controls; what cannot be is told in a sentence, and the rest is raced."""
    rules = _rules()
    name = choose(
        "Landscape",
        [*LANDSCAPES, "own"],
        key="landscape",
        default="quadratic",
        title=_title,
        help="The surface that the rules walk down; the last one takes a formula of yours.",
    )
    ravine = controls(Ravine, key="race") if name == "quadratic" else Ravine()
    text = _text() if name == "own" else ""
    focus = choose(
        "Set up, and write out",
        rules,
        key="runner",
        default=rules[0],
        title=_rule_title,
        help="The rule whose sliders stand below and whose step is written out.",
    )
    settings.sliders(focus)
    length = controls(Length, key="race")
    with st.expander("More"):
        settings.sliders(focus, seldom=True)
        further = controls(Further, key="race")
        window = controls(Window, key="window") if name == "own" else Window()
    surface, told = _surface(name, ravine, text, window=window)
    return Raced(
        landscape=surface,
        start=_start(surface),
        rules=tuple(rules),
        settings=tuple(settings.given(rule) for rule in rules),
        focus=rules.index(focus),
        steps=length.steps,
        convention=further.convention,
        schedule=further.schedule,
        noise=further.noise,
        seed=further.seed,
        step=_step(length.steps),
        text=text,
        told=told,
    )


def _rules() -> list[str]:
    """The rules that race; at least one does."""
    text = state.linked("rules", FIRST, _is_list)
    state.put("rules-shown", text.split(","))
    st.multiselect(
        "Who races",
        list(RULES),
        key="rules-shown",
        format_func=_rule_title,
        max_selections=MOST_RUNNERS,
        on_change=_keep_rules,
        help="The last ones in the list are wrong on purpose: see the gallery below.",
    )
    for rule in RULES:  # the settings of every rule stay in the link
        settings.given(rule)
    return text.split(",")


def _is_list(text: str) -> bool:
    names = text.split(",")
    return 1 <= len(names) <= MOST_RUNNERS and len(set(names)) == len(names) and all(name in RULES for name in names)


def _keep_rules() -> None:
    chosen = state.get("rules-shown") or []
    if chosen:  # the last one stays: an empty race shows nothing
        state.put("rules", ",".join(chosen))


def _rule_title(rule: str) -> str:
    return RULES[rule].title + (" (wrong)" if RULES[rule].bug else "")


def _title(name: str) -> str:
    return "Your own formula" if name == "own" else LANDSCAPES[name].title


def _text() -> str:
    text = state.linked("formula", OWN, lambda text: len(text) <= LONGEST)
    st.text_input("f(x, y) =", key="formula", max_chars=LONGEST, help="For example sin(x)*cos(y) + 0.1*(x**2 + y**2)")
    return text


def _surface(name: str, ravine: Ravine, text: str, *, window: Window) -> tuple[Landscape, str]:
    """The landscape; for a formula that is none the default one, and the sentence that tells the fix."""
    if name != "own":
        surface = LANDSCAPES[name]
        return (surface.vary(kappa=float(ravine.kappa)) if name == "quadratic" else surface), ""
    x, y, reach = window.x, window.y, window.reach
    domain = ((x - reach, x + reach), (y - reach, y + reach))
    try:
        return formula(text, domain), ""
    except BadFormula as refused:
        return formula(OWN, domain), f"{refused} Drawn meanwhile: {OWN}."


NUMBER = r"-?\d{1,9}(\.\d{1,9})?"


def _start(surface: Landscape) -> tuple[float, float]:
    """Where the paths begin: dragged on this landscape, from the link, or the landscape's own place."""
    text = state.linked("start", "", lambda text: bool(re.fullmatch(rf"(|[\w-]+:{NUMBER},{NUMBER})", text)))
    name, _, point = text.partition(":")
    if name != surface.name:
        return surface.start
    x, _, y = point.partition(",")
    return float(x), float(y)


def start_text(surface: str, point: tuple[float, float]) -> str:
    """A start as the link carries it, with the landscape it was chosen on."""
    x, y = (f"{at:.4f}".rstrip("0").rstrip(".") for at in point)
    return f"{surface}:{'0' if x == '-0' else x},{'0' if y == '-0' else y}"


def _step(steps: int) -> int | None:
    text = state.linked("step", "", lambda text: bool(re.fullmatch(r"\d{0,3}", text)))
    return min(int(text), steps) if text else None


def draw(raced: Raced) -> None:
    """The race, what could not be, and the example on screen."""
    if raced.told:
        st.warning(quoted(raced.told))
    drawn = _linked()
    race(raced.scene(), key="race", step=raced.step, runner=raced.focus, on_view=lambda: _keep_view(raced, drawn))
    note(EXAMPLES)


def _linked() -> tuple[object, ...]:
    return tuple(state.get(key) for key in ("rules", "landscape", "start", "step", "runner", "formula"))


def _keep_view(raced: Raced, drawn: tuple[object, ...]) -> None:
    """Take over where the start was dragged, the step and the runner, so that link and words follow; a callback.

    A click on an example tells the view of before in the same message: what the example has just set stays.
    """
    told = viewed("race")
    if told is None or _linked() != drawn:
        return
    if told.start != raced.start:
        state.put("start", start_text(raced.landscape.name, told.start))
    state.put("step", "" if told.step is None or told.step >= raced.steps else str(told.step))
    if told.runner < len(raced.rules):
        state.put("runner", raced.rules[told.runner])
