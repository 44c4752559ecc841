"""The optimizers lecture's examples: the decks' rules, where a deck errs, and races that show one thing each."""

from __future__ import annotations

from cnnviz.optim import theory
from cnnviz.ui.presets import Preset
from cnnviz.ui.racing.settings import written

FIRST = "sgd,momentum,rmsprop,adam"
OWN = "x**2 + 10*sin(y)**2"


def _set(**values: object) -> dict[str, object]:
    """The controls of an example: settings of a rule as ``adam="lr=0.1"``, all others by their key."""
    plain: dict[str, object] = {"rules": FIRST, "landscape": "quadratic", "race-steps": 100, "race-convention": "torch"}
    plain |= {"race-schedule": "constant", "race-noise": 0.0, "race-seed": 0, "start": ""}
    for name, value in values.items():
        plain[NAMES.get(name, f"set-{name.replace('_', '-')}")] = value
    if plain["landscape"] == "quadratic":
        plain.setdefault("race-kappa", 10)
    return plain


def _best(kappa: float) -> dict[str, str]:
    """The best settings of gradient descent and of momentum on the ravine."""
    alpha, beta = theory.optimal_momentum(1.0, kappa)
    descent = written("sgd", {"lr": theory.optimal_descent(1.0, kappa)})
    return {"sgd": descent, "momentum": written("momentum", {"lr": alpha, "momentum": beta})}


NAMES = {
    "rules": "rules",
    "landscape": "landscape",
    "start": "start",
    "runner": "runner",
    "formula": "formula",
    "kappa": "race-kappa",
    "steps": "race-steps",
    "convention": "race-convention",
    "schedule": "race-schedule",
    "noise": "race-noise",
    "seed": "race-seed",
}

EXAMPLES = (
    Preset(
        "D1: AdaGrad climbs",
        _set(rules="adagrad-plus,adagrad", steps=5, start="quadratic:1,1", runner="adagrad-plus"),
        "As the slide prints it, AdaGrad adds its step: from (1, 1) with ε = 0.5 the loss goes 5.5 → 12.4, 20.2, 28.6, "
        "37.4, 46.5. The minus sign is missing in Δθ = ε/(δ+√r) ⊙ g; with it, the same numbers lead down.",
        "Deck D1, slide on AdaGrad",
    ),
    Preset(
        "D1: four rules",
        _set(convention="deck", start="quadratic:1,1"),
        "SGD, momentum, RMSProp and Adam as the slides write them; the slides give no settings, so these are ours. "
        "D1's momentum, v ← αv − εg and θ ← θ + v, walks PyTorch's path as long as the rate stays the same.",
        "Deck D1, slides on SGD, momentum, RMSProp and Adam",
    ),
    Preset(
        "κ = 10, best settings",
        _set(rules="sgd,momentum", steps=40, **_best(10.0)),
        "The best rate without momentum is 2/(1+κ) = 0.182, and each step keeps (κ−1)/(κ+1) = 82 % of the distance. "
        "With the best momentum it is (√κ−1)/(√κ+1) = 52 %.",
        "Goh 2017",
    ),
    Preset(
        "κ = 100, best settings",
        _set(
            rules="sgd,momentum",
            steps=150,
            kappa=100,
            **_best(100.0),
        ),
        "Ten times steeper: gradient descent keeps 98 % of the distance per step, momentum 82 %, what gradient descent "
        "had at κ = 10. Momentum turns κ into √κ.",
        "Goh 2017",
    ),
    Preset(
        "Critical damping",
        _set(
            rules="momentum",
            steps=60,
            start="quadratic:1.5,1",
            momentum="lr=0.025 momentum=0.25",
            runner="momentum",
        ),
        "Along y the curvature is λ = 10, and β = (1 − √(αλ))² = 0.25 is the largest memory that does not yet "
        "oscillate. More β and the path swings through the valley, less and it crawls.",
        "Goh 2017",
    ),
    Preset(
        "Just above the bound",
        _set(rules="sgd,momentum", steps=200, sgd="lr=0.201", momentum="lr=0.381", runner="sgd"),
        "SGD with a rate of 0.201 just passes its bound of 2/κ = 0.2 and diverges along y, slowly but surely. Momentum "
        "0.9 moves the bound to (2 + 2·0.9)/κ = 0.38, and 0.381 passes that.",
        "Goh 2017",
    ),
    Preset(
        "Out of the saddle",
        _set(rules="sgd,momentum,adam", landscape="saddle", steps=120, momentum="lr=0.05", runner="momentum"),
        "Along the ridge the gradient shrinks, and the way down begins with a slope of 0.001. Momentum adds up these "
        "hints and leaves after 41 steps, SGD not in 120; Adam divides by their size and leaves after 11.",
        "Dauphin et al. 2014",
    ),
    Preset(
        "Rosenbrock's valley",
        _set(
            rules="sgd,momentum,nesterov,rmsprop,adam",
            landscape="rosenbrock",
            steps=500,
            sgd="lr=0.001",
            momentum="lr=0.001",
            nesterov="lr=0.001",
            runner="adam",
        ),
        "Everyone is in the bent valley at once; following it to (1, 1) is what takes the time. A larger rate throws "
        "SGD out of it: the walls are 2,500 times as steep as the floor.",
        "Rosenbrock 1960",
    ),
    Preset(
        "Noise on the egg box",
        _set(
            rules="sgd,momentum,adam",
            landscape="rastrigin",
            steps=300,
            noise=20.0,
            seed=2,
            schedule="cosine",
            sgd="lr=0.004",
            momentum="lr=0.004",
            adam="lr=0.2",
            runner="momentum",
        ),
        "Each dimple has its own minimum, and without noise everyone stays in the first. With the noise of small "
        "batches momentum rolls over the rims, and settles elsewhere as the rate falls; SGD and Adam stay.",
        "Rastrigin 1974",
    ),
    Preset(
        "ConvNetJS's Adam",
        _set(rules="adam-times,adam", steps=60, adam="lr=0.02", adam_times="lr=0.02", runner="adam-times"),
        "ConvNetJS multiplies by the bias corrections 1 − βᵗ where Adam divides. With β₁ = 0.9 and β₂ = 0.999 the "
        "first step is (1−β₁)²/(1−β₂) = 10 rates long: 0.2 instead of 0.02.",
        "ConvNetJS, pull request 70",
    ),
    Preset(
        "Four basins",
        _set(
            rules="sgd,momentum,rmsprop,adam",
            landscape="himmelblau",
            steps=150,
            sgd="lr=0.01",
            momentum="lr=0.01",
            rmsprop="lr=0.1",
            adam="lr=0.2",
            start="himmelblau:1.75,0.25",
            runner="momentum",
        ),
        "All four minima are equally deep. From this start momentum is carried past the nearest one and ends in "
        "another basin: drag the start and see where the borders lie.",
        "Himmelblau 1972",
    ),
)
