"""The examples of the lecture on scores and loss: the decks' numbers, and what no deck shows."""

from __future__ import annotations

import math

from cnnviz.ui.presets import Preset

CLASSES = 10
LONGEST = 1500  # characters of typed scores in a link
OWN = "; ".join(f"class {k} 0" for k in range(CLASSES))

ESKIMO = {"Eskimo_dog": 0.48957556, "Siberian_husky": 0.35920256, "malamute": 0.15049036}
REST = 1 - sum(ESKIMO.values())  # what Keras's decode_predictions(top=3) leaves out
RESNET50 = (
    "; ".join(f"{name} {math.log(p):.8f}" for name, p in ESKIMO.items()) + f"; 997 x others {math.log(REST / 997):.8f}"
)
GUESS = "airplane 1.2; automobile -0.4; bird 2.1; cat 3; deer 0.9; dog 2.6; frog 1.4; horse 0.2; ship -1; truck -0.7"


def _own(text: str, *, temperature: str = "1", label: str = "auto") -> dict[str, object]:
    return {"score-of": "own", "score-own": text, "score-temperature": temperature, "score-label": label}


def _seen(weights: str, picture: str = "photo", **more: object) -> dict[str, object]:
    chosen: dict[str, object] = {"of": "picture", "weights": weights, "picture": picture, "temperature": "1"}
    return {f"score-{name.replace('_', '-')}": value for name, value in (chosen | more).items()}


EXAMPLES = (
    Preset(
        "32×32×3 → 3072 → 10",
        _seen("cifar10") | {"picture": "cat"},
        "A picture of 32×32×3 is stretched to 3072×1, W is 10×3072: 30,720 weights and 10 biases. This W is right "
        "for 40 % of CIFAR-10's test pictures; chance is 10 %.",
        "Deck D1, fully connected layer",
    ),
    Preset(
        "A shape",
        _seen("shapes", "shape", shape_number=4),
        "A template can hold one place and one form: the shapes move and turn, so W is right for 43 % of new ones, "
        "where a small convolutional network gets 97 %.",
        "",
    ),
    Preset(
        "Untrained",
        _seen("untrained", "shape", start_scale="0.001"),
        "Small random weights make ten scores near 0, so each class gets about a tenth and the loss is close to "
        "ln 10 = 2.303. Watch for it in your first training step.",
        "Deck D1, losses",
    ),
    Preset(
        "All zero: ln 10",
        _own(OWN),
        "Ten equal scores give each class exactly 1/10, whatever their value: the loss is ln 10 = 2.302585. "
        "Only differences count: add a number to all scores and nothing changes.",
        "Deck D1, losses",
    ),
    Preset(
        "ImageNet: ln 1000",
        _own("the true class 0; 999 x others 0"),
        "A thousand equal scores: ln 1000 = 6.907755. That is where ImageNet networks start.",
        "Deck D1, losses",
    ),
    Preset(
        "Eskimo dog?",
        _own(RESNET50),
        "ResNet-50's three best classes hold .48957556 + .35920256 + .15049036 = .99926848; the other 997 classes "
        "share .00073152. The scores are not on the slide: any that differ by one constant give these probabilities, "
        "here the logarithms.",
        "Deck D2, prediction with ResNet-50",
    ),
    Preset(
        "T → 0: only the best",
        _own(GUESS, temperature="0.01", label="5"),
        "Divided by 0.01, a lead of 0.4 becomes a lead of 40: softmax turns into argmax. If the best is wrong, the "
        "loss is as large as the lead: 40. The scores are our own.",
        "",
    ),
    Preset(
        "T → ∞: all alike",
        _own(GUESS, temperature="100", label="5"),
        "Divided by 100, the same scores hardly differ: softmax tends to 1/10 for each class, and the loss to ln 10. "
        "The scores are our own.",
        "",
    ),
)

SIZES = (
    Preset(
        "32×32×3, 10 classes",
        {"size-side": 32, "size-colours": "3", "size-outputs": "10"},
        "CIFAR-10: x is 3072×1 and W 10×3072, so 30,720 weights and 10 biases.",
        "Deck D1, fully connected layer",
    ),
    Preset(
        "200×200, 40k hidden",
        {"size-side": 200, "size-colours": "1", "size-outputs": "40000"},
        "200·200·40,000 = 1.6e9 weights, which the slide rounds up to “~2B”. That is for a gray picture, which the "
        "slide does not say; with three colours it is 4.8e9.",
        "Deck D1, fully connected network",
    ),
    Preset(
        "150×150×3",
        {"size-side": 150, "size-colours": "3", "size-outputs": "10"},
        "150·150 = 22,500 pixels and 67,500 numbers, which the slide writes as 3×22500. Each class needs a template of "
        "as many weights.",
        "Deck D1, motivation of convolutional networks",
    ),
)
