"""The vanishing-gradient lecture's controls and its main figure: what is left of the gradient at every layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from cnnviz.params import param
from cnnviz.signals import ACTIVATIONS, INITIALIZATIONS, Flow, Net, expected_factors, measure
from cnnviz.signals.registry import Array
from cnnviz.ui import cache, state
from cnnviz.ui.components.flow import Bars, Line, flow, picked
from cnnviz.ui.controls import choose, controls, menu
from cnnviz.ui.presets import note
from cnnviz.ui.vanishing import kept
from cnnviz.ui.vanishing.examples import EXAMPLES
from cnnviz.ui.vanishing.numbers import power, times

MEASURES = {
    "gradient": "the gradient at each layer, ‖∂ℓ/∂a‖",
    "weight": "the weights' gradient, ‖∂ℓ/∂W‖",
    "signal": "the signal on its way forward, rms(a)",
    "saturated": "how many slopes φ′ are below 0.01",
    "dead": "how many units are dead (φ′ = 0 for all)",
}
AXES = {
    "gradient": "‖∂ℓ/∂a‖",
    "weight": "‖∂ℓ/∂W‖",
    "signal": "rms of a",
    "saturated": "slopes below 0.01",
    "dead": "dead units",
}
COLOURS = {"gradient": "#CC79A7", "weight": "#CC79A7", "signal": "#009E73", "saturated": "#D55E00", "dead": "#D55E00"}
KEPT = ("#0072B2", "#E69F00", "#56B4E9")
FLOORS = ((6e-8, "float16: 0 below here"), (1.4e-45, "float32: 0 below here"))  # smallest subnormal numbers


@dataclass(frozen=True)
class Depth:
    """How deep the network is."""

    depth: int = param(20, low=1, high=50, label="layers", help="Each one multiplies the gradient by its factor.")


@dataclass(frozen=True)
class Sigma:
    """The size of normal weights."""

    sigma: float = param(
        0.05, low=0.01, high=2.0, step=0.01, label="size σ of the weights", help="Larger weights pass more."
    )


@dataclass(frozen=True)
class Gain:
    """What the weights of the other initializations are multiplied by."""

    gain: float = param(
        1.0, low=0.1, high=5.0, step=0.1, label="weights times", help="The gain g: larger weights pass more."
    )


@dataclass(frozen=True)
class Cures:
    """What keeps a gradient alive."""

    norm: bool = param(False, label="batch normalization", help="Every layer's z to mean 0, variance 1, before φ.")
    residual: bool = param(False, label="residual connections", help="Every layer adds to its input: a + φ(Wa).")


@dataclass(frozen=True)
class Further:
    """What is seldom changed."""

    width: int = param(64, low=4, high=64, step=4, label="units per layer", help="Theory is for very wide layers.")
    batch: int = param(64, low=2, high=64, step=2, label="examples", help="The loss is their mean.")
    draws: int = param(2, low=1, high=5, label="networks averaged", help="More of them, smoother bars.")
    seed: int = param(0, low=0, high=99, label="seed", help="Another number, other weights.")


@dataclass(frozen=True)
class Shown:
    """The state of the page, measured: the network, its flow, those kept, what the bars show, the layer in view."""

    net: Net
    flow: Flow
    kept: tuple[tuple[Net, Flow], ...]
    measure: str
    layer: int

    @cached_property
    def expected(self) -> Array:
        """What theory expects each layer to multiply by."""
        return expected_factors(self.net)


def choose_net() -> Shown:
    """Draw the controls and measure what they ask for; a network measured before comes from the cache."""
    activation = menu("Activation φ", ACTIVATIONS, key="grad-activation", default="sigmoid")
    depth = controls(Depth, key="grad")
    initialization = menu("First weights", INITIALIZATIONS, key="grad-init", default="xavier-normal")
    normal = initialization == "normal"
    scale = controls(Sigma, key="grad").sigma if normal else controls(Gain, key="grad").gain
    cures = controls(Cures, key="grad")
    with st.expander("More"):
        more = controls(Further, key="grad")
    net = Net(
        depth.depth,
        more.width,
        activation,
        initialization,
        scale,
        cures.norm,
        cures.residual,
        more.batch,
        more.draws,
        more.seed,
    )
    others = tuple((each, measured(each)) for each in kept.kept() if each != net)
    return Shown(net, measured(net), others, state.linked("grad-show", "gradient", MEASURES), _layer(net))


def measured(net: Net) -> Flow:
    """The flow of a network, shared by all sessions."""
    return cache.made(lambda: measure(net), f"flow {kept.write(net)}")


def _layer(net: Net) -> int:
    """The layer in view, inside this network; 0 is the input."""
    text = state.linked("grad-layer", "1", lambda text: text.isdecimal() and len(text) <= 2)
    return min(int(text), net.depth)


def keep_layer() -> None:
    """Take over the layer that was chosen in the figure; a callback."""
    layer = picked("flow")
    if layer is not None:
        state.put("grad-layer", str(layer))


def draw(shown: Shown) -> None:
    """The bars with the curves kept, and below what they show."""
    bars = _bars(shown)
    flow(
        bars,
        _lines(shown),
        chosen=max(shown.layer, bars.layers[-1]),
        label=_label(shown),
        key="flow",
        on_layer=keep_layer,
    )
    left, middle, right = st.columns([5, 3, 3], vertical_alignment="bottom")
    with left:
        choose(
            "The bars show",
            list(MEASURES),
            key="grad-show",
            default="gradient",
            title=MEASURES.__getitem__,
            help="What is measured at every layer.",
        )
    with middle:
        st.button(
            "Keep this curve",
            icon=":material/add:",
            on_click=kept.keep,
            args=(shown.net,),
            help=f"It stays for comparison, up to {kept.MOST} of them, also in the link.",
            width="stretch",
        )
    with right:
        st.button("Forget the kept", on_click=kept.forget, disabled=not state.get(kept.KEY), width="stretch")
    note(EXAMPLES)


def back(values: Array) -> list[float]:
    """From the last layer to the first."""
    return [float(value) for value in values[::-1]]


def _bars(shown: Shown) -> Bars:
    values = back(getattr(shown.flow, shown.measure))
    layers = list(range(shown.net.depth, shown.net.depth - len(values), -1))
    gradient = shown.measure == "gradient"
    return Bars(
        name="this network",
        title=AXES[shown.measure],
        layers=layers,
        values=values,
        words=[_words(shown, layer, value) for layer, value in zip(layers, values, strict=True)],
        log=shown.measure in ("gradient", "weight", "signal"),
        colour=COLOURS[shown.measure],
        between=[f"×{times(f)}" for f in back(shown.flow.factors)] if gradient else (),
        floors=FLOORS if shown.measure in ("gradient", "weight") else (),
    )


def _words(shown: Shown, layer: int, value: float) -> str:
    """What is said about a layer that is pointed at."""
    place = "Input" if layer == 0 else f"Layer {layer}"
    if shown.measure in ("saturated", "dead"):
        return f"{place}: {value:.0%} {AXES[shown.measure]}."
    line = f"{place}: {AXES[shown.measure]} = {power(value)}"
    if shown.measure == "gradient" and layer < shown.net.depth:
        factor, theory = shown.flow.factors[layer], shown.expected[layer]
        line += f". Layer {layer + 1} let ×{times(factor)} through; theory expects ×{times(theory)}"
    return f"{line}."


def _lines(shown: Shown) -> list[Line]:
    lines = [
        Line(kept.title(net, shown.net), back(getattr(measured, shown.measure)), KEPT[k])
        for k, (net, measured) in enumerate(shown.kept)
    ]
    if shown.measure != "gradient":
        return lines
    start, steps = float(shown.flow.gradient[-1]), range(shown.net.depth + 1)
    theory = start * np.cumprod([1.0, *shown.expected[::-1]])
    bound = ACTIVATIONS[shown.net.activation].largest
    limit = [start * bound**k for k in steps]
    return [
        *lines,
        Line("expected by theory", [float(v) for v in theory], "", "dashed"),
        Line(f"{times(bound)}ⁿ, the bound of the slope alone", limit, "#8A8A8A", "dotted"),
    ]


def _label(shown: Shown) -> str:
    net, what = shown.net, MEASURES[shown.measure]
    values = getattr(shown.flow, shown.measure)
    told = f"from {power(values[-1])} at the last layer to {power(values[0])} at the first"
    return f"Bars: {what} of {kept.title(net, net)}, {told}."
