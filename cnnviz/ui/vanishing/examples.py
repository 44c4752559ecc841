"""The lecture's examples: the decks' numbers, the failing network, its cures, and where the decks err."""

from __future__ import annotations

from cnnviz.ui.presets import Preset

FAILING = "sigmoid,20,normal,0.05,-,-,64,64,2,0"  # as it is kept for comparison


def _set(activation: str, depth: int, **more: object) -> dict[str, object]:
    """The controls of an example; names are those of the records of the controls."""
    plain: dict[str, object] = {
        "init": "xavier-normal",
        "norm": False,
        "residual": False,
        "show": "gradient",
        "kept": "",
    }
    chosen = plain | {"activation": activation, "depth": depth} | more
    if chosen["init"] == "normal":
        chosen.setdefault("sigma", 0.05)
    else:
        chosen.setdefault("gain", 1.0)
    return {f"grad-{name}": value for name, value in chosen.items()}


def _small(activation: str, **more: object) -> dict[str, object]:
    """The failing network with something changed, and itself kept beside it."""
    return _set(activation, 20, **({"init": "normal", "kept": FAILING} | more))


def _bound(depth: int, raised: str, value: str, left: str) -> Preset:
    return Preset(
        f"0.25{raised} = {value}",
        _set("sigmoid", depth),
        f"The slope of the sigmoid is 0.25 at most, so {depth} slopes multiply to 0.25{raised} = {value} at most: the "
        f"dotted line. The weights multiply too, so the measured number is another one: {left}.",
        "Deck D3, vanishing gradients",
    )


EXAMPLES = (
    _bound(5, "⁵", "9.8e-4", "with Xavier’s weights a little below the line"),
    _bound(10, "¹⁰", "9.5e-7", "every layer passes about 0.23, not 0.25"),
    _bound(20, "²⁰", "9.1e-13", "here about a quarter of it is left"),
    Preset(
        "It fails",
        _set("sigmoid", 20, init="normal"),
        "Sigmoid, 20 layers, small normal weights: every layer passes a tenth, and the first layer does not learn. The "
        "next buttons change one thing each and keep this curve for comparison.",
        "Deck D3, vanishing gradients",
    ),
    Preset(
        "Cure: ReLU",
        _small("relu"),
        "The deck’s first cure. The slope is now 1 or 0, yet these weights are too small for it: the gradient still "
        "vanishes, only three times slower per layer. ReLU needs its own first weights: see the next button.",
        "Deck D3, solutions",
    ),
    Preset(
        "ReLU + He",
        _small("relu", init="he-normal"),
        "He’s weights make up for the half of the signal that ReLU sets to 0: every layer passes about as much as it "
        "gets.",
        "He et al. 2015",
    ),
    Preset(
        "Cure: normalization",
        _small("sigmoid", norm=True),
        "The deck’s second cure, with the same sigmoid and the same small weights. Batch norm keeps z near 0, where "
        "the sigmoid is steep, and divides by the spread: the size of the weights drops out.",
        "Deck D3, solutions",
    ),
    Preset(
        "Cure: residual",
        _small("sigmoid", residual=True),
        "The deck’s third cure: each layer adds to its input, so the gradient has a way back that multiplies by 1.",
        "Deck D3, solutions; He et al. 2016",
    ),
    Preset(
        "Sigmoid, large weights",
        _set("sigmoid", 20, init="normal", sigma=1.0),
        "The slopes are the same or smaller, many are saturated, and yet nearly all of the gradient comes through: the "
        "weights multiply by 8 per layer. 0.25ⁿ is a bound for the slopes alone.",
        "",
    ),
    Preset(
        "It explodes",
        _set("relu", 20, init="normal", sigma=0.5),
        "The same chain rule with factors above 1: nearly 3 per layer, 10⁹ after 20 layers. Smaller weights or batch "
        "norm cure it.",
        "",
    ),
    Preset(
        "Tanh + Xavier",
        _set("tanh", 20, init="xavier-uniform"),
        "Why Xavier’s weights were a step forward in 2010: the slope of tanh is 1 around zero, and variance 1/width "
        "keeps the size of what passes.",
        "Glorot & Bengio 2010",
    ),
    Preset(
        "Plain and deep, with batch norm",
        _set("relu", 50, init="he-normal", norm=True),
        "Decks D0 and D1 say that deep plain nets are worse “due to vanishing gradient”. With batch norm it does not "
        "vanish: here it even grows on its way back. What the ResNet paper says, and a training that shows it, stand "
        "in the last section.",
        "Deck D0, ResNet; deck D1, ResNet",
    ),
)
