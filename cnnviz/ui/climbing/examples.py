"""The examples of the lecture on activation maximization: the deck's noise, and what papers found since."""

from __future__ import annotations

from cnnviz.ui.presets import Preset

_USUAL: dict[str, object] = {
    "network": "photo",
    "climb-kind": "logit",
    "climb-start": "fourier+decorrelated",
    "climb-jitter": "auto",
    "climb-steps": "256",
    "climb-size": "0",
    "climb-second-join": "nothing",
    "climb-tv": "0",
    "climb-l2": "0",
    "climb-blur": "0",
    "climb-count": 1,
    "climb-diversity": "0",
}


def _climb(**changed: object) -> dict[str, object]:
    told = {name.replace("_", "-"): value for name, value in changed.items()}
    return _USUAL | {name if name == "network" else f"climb-{name}": value for name, value in told.items()}


EXAMPLES = (
    Preset(
        "A class: dalmatian",
        _climb(**{"class": "dalmatian"}),
        "The picture that this network finds most like a dalmatian: spotted heads with dark ears, several at once. "
        "It was asked for the score, not for a photograph.",
        "Simonyan et al. 2014",
    ),
    Preset(
        "28×28 random noise",
        _climb(network="cifar-resnet20", **{"class": "automobile"}, start="pixel+rgb", jitter="none", size="28"),
        "The deck starts from a 28×28 image of random pixels and climbs. What comes out of free pixels is still noise "
        "to you, and a sure answer to the network. Choose *Fourier* and the usual jitter to see more.",
        "Deck D2, activation maximization with a 28×28 random image",
    ),
    Preset(
        "Free pixels",
        _climb(**{"class": "dog"}, start="pixel+rgb", jitter="none"),
        "Without anything to hold it, the image reaches a higher value than any readable one, by grain: the same "
        "that adversarial pictures add. Compare the four ways below.",
        "Olah et al. 2017",
    ),
    Preset(
        "A first-layer channel",
        _climb(kind="channel", layer="stem.2", unit="11", size="64"),
        "Behind its ReLU, a channel of the first layer wants one edge or colour, as often as there is room: its "
        "kernel, repeated. (Before the ReLU the mean of the map knows only the colour: choose *stem.0* to see it.)",
        "Deck D2, kernels and representations",
    ),
    Preset(
        "A channel halfway",
        _climb(kind="channel", layer="stage2.1", unit="10"),
        "Halfway up, channels want textures: they say nothing yet of things.",
        "Olah et al. 2017",
    ),
    Preset(
        "One unit",
        _climb(kind="unit", layer="stage3.2", unit="40"),
        "One place of the map: the image grows only where that unit looks. The size of what grows is its effective "
        "receptive field.",
        "Erhan et al. 2009",
    ),
    Preset(
        "Four that differ",
        _climb(kind="channel", layer="stage3.2", unit="40", count=4, diversity="10", size="96"),
        "The same channel, four images, and a reward for being different: what a channel wants is often not one thing.",
        "Olah et al. 2017",
    ),
    Preset(
        "Dog minus cat",
        _climb(
            **{"class": "dog"},
            second_join="minus",
            second_kind="logit",
            second_class="cat",
            second_weight="1",
        ),
        "What speaks for a dog and against a cat: fur and eyes, which both have, no longer pay.",
        "",
    ),
    Preset(
        "32×32: a horse",
        _climb(network="cifar-resnet20", **{"class": "horse"}, steps="64", size="32"),
        "A network that has only seen 32×32 pixels, shaken strongly: a head with ears and mane after 64 steps. Compare "
        "the four ways below: they take seconds here.",
        "",
    ),
    Preset(
        "A whole layer",
        _climb(kind="layer", layer="stage3.2"),
        "Everything the layer can answer, squared: its favourite patterns, mixed. Started from a photograph this is "
        "DeepDream.",
        "Mordvintsev et al. 2015",
    ),
)
