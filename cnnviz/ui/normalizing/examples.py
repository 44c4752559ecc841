"""The batch normalization lecture's examples: the decks' numbers, where the decks err, and what no deck shows."""

from __future__ import annotations

from cnnviz.ui.presets import Preset


def _set(**values: object) -> dict[str, object]:
    """The controls of an example; names are those of the records in controls.py."""
    plain = {"source": "numbers", "numbers": "1 2 3 4", "size": 4, "gamma": 2.0, "beta": 1.0, "mode": "train"}
    chosen = plain | {"same": True, "eps": "0.00001"} | values
    if chosen["source"] != "numbers":
        del chosen["numbers"]
    return {f"bn-{name}": value for name, value in chosen.items()}


EXAMPLES = (
    Preset(
        "1, 2, 3, 4",
        _set(),
        "μ = 2.5 and σ² = 1.25, so γ = 2 and β = 1 make −1.68, 0.11, 1.89, 3.68 of it. The deck calls σ² the “standard "
        "deviation”: it is the **variance**, 1.25, and the division is by √(σ² + ε) = 1.118.",
        "Deck D1, batch normalization: motivation",
    ),
    Preset(
        "Times 10, plus 100",
        _set(numbers="110 120 130 140"),
        "The same batch, stretched and shifted: the same x̂ and the same output. So the bias of the layer before is "
        "useless (β replaces it), and its weights may be any size.",
        "Ioffe & Szegedy 2015, §3.3",
    ),
    Preset(
        "Two scales",
        _set(source="scales", seed=0, size=8, gamma=1.0, beta=0.0, gamma2=1.0, beta2=0.0, same=False),
        "x₁ from 1000 to 2000 (dots) hides x₂ from 0.1 to 0.5 (diamonds): on one line x₂ is a point at 0. After the "
        "third step both have mean 0 and spread 1, so neither decides alone.",
        "Deck D2, batch-normalization",
    ),
    Preset(
        "γ, β per feature",
        _set(numbers="1 2 3 4; 4 3 6 5", gamma2=0.5, beta2=-2.0),
        "Two features, two pairs of γ and β, shared by all examples. The deck has them “for each **weight**”: it is "
        "one pair per feature, after a convolution per channel (64 channels: 128 numbers, not 36,864).",
        "Deck D1, batch normalization: motivation",
    ),
    Preset(
        "Evaluation",
        _set(source="random", seed=0, size=8, mode="eval", seen=20),
        "After training the running μ and σ² are used, so x̂ has neither mean 0 nor spread 1 exactly. The deck "
        "says that γ and β are “learned over all the database”: they follow the gradient of one mini-batch after "
        "another, as weights do; what collects all batches are the running μ and σ².",
        "Deck D2, batch-normalization (2)",
    ),
    Preset(
        "A batch of one",
        _set(size=1),
        "Every number is its own mean, so nothing of it is left. One *picture* can still be normalized in training: "
        "each channel has H·W numbers.",
    ),
)
