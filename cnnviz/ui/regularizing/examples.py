"""The regularization lecture's examples: the decks' lists and numbers, and where the decks err."""

from __future__ import annotations

import dataclasses

from cnnviz.training.tasks.overfit import EXAMPLES as TRAINED
from cnnviz.training.tasks.overfit import Overfit
from cnnviz.ui.presets import Preset

_CHOICES = ("kind", "width", "decay", "rate", "steps")
_SECTIONS: dict[str, object] = {"drop-chance": 0.5, "pick-models": "20", "heart-known": True, "heart-augmented": True}


def values(settings: Overfit, **sections: object) -> dict[str, object]:
    """What an example sets: all controls of the training, and those of the sections that it is about."""
    told = {
        f"fit-{field.name}": str(value) if field.name in _CHOICES else value
        for field in dataclasses.fields(Overfit)
        for value in [getattr(settings, field.name)]
    }
    return told | _SECTIONS | {name.replace("_", "-"): value for name, value in sections.items()}


EXAMPLES = (
    Preset(
        "It overfits",
        values(TRAINED["It overfits"]),
        "“Overfitting is a problem since CNNs have many parameters”: here 4,417 of them for 40 points. The training "
        "loss goes to 0 while the validation loss rises; the boundary bends around single points.",
        "Deck D0, preventing overfitting",
    ),
    Preset(
        "Weight decay",
        values(TRAINED["Weight decay"]),
        "“Penalizes weight magnitudes”: the first of the deck's three forms of regularization. Both losses meet, and "
        "the boundary is smooth.",
        "Deck D0, preventing overfitting",
    ),
    Preset(
        "Dropout",
        values(TRAINED["Dropout"]),
        "AlexNet's dropout of 0.5. “At test time, use all the neurons but multiply their outputs by 0.5” is right for "
        "the paper; PyTorch and the others multiply by 1/0.5 in training instead and do nothing at test. Below, both "
        "agree on average.",
        "Deck D4, AlexNet",
    ),
    Preset(
        "More data",
        values(TRAINED["More data"]),
        "The first step of the deck's list: ten times the points. “Add batch regularization” in the same list means "
        "batch *normalization*.",
        "Deck D2, avoiding overfitting",
    ),
    Preset(
        "A smaller network",
        values(TRAINED["A smaller network"]),
        "“Reduce architecture complexity”, the last step of the deck's list: two units per layer have 15 parameters, "
        "too few to fence in single points. On spirals they are too few to learn anything: that is underfitting.",
        "Deck D2, avoiding overfitting",
    ),
    Preset(
        "Spirals",
        values(TRAINED["Spirals"]),
        "Two arms with 60 points. A weight decay of 0.003 helps, ten times as much would unroll the spirals: try it.",
        "",
    ),
    Preset(
        "“Validation test”",
        values(Overfit(), pick_models="100"),
        "The deck writes “use validation **test** to choose model”: a slip, it is the validation *set*. Choosing among "
        "100 equal models by the test set makes the winner look better than it is: see the last but one section.",
        "Deck D0, validation",
    ),
    Preset(
        "Learned by heart",
        values(Overfit(), heart_known=False),
        "Equation (4) answers rightly wherever it was trained and 0 elsewhere. The deck says that it minimizes “(5)”: "
        "the empirical risk is equation (3), (5) comes later. Its risk on new points is no better than guessing.",
        "Deck D3, the learning task",
    ),
    Preset(
        "The epoch's size",
        values(Overfit(), heart_augmented=False),
        "“The epoch size does not change”: augmentation replaces pictures, it adds none to an epoch. What grows is the "
        "number of *different* pictures over all epochs: see the last section.",
        "Deck D3, data augmentation",
    ),
)
