"""A bug: AdaGrad that adds its step, as deck D1 prints it."""

from __future__ import annotations

from cnnviz.optim.registry import RULES, Rule
from cnnviz.optim.rules.adagrad import Adagrad, deck

RULES.add(
    Rule(
        name="adagrad-plus",
        title="AdaGrad that adds",
        summary="The step is added instead of subtracted, so the path climbs.",
        reference="Deck D1, slide on AdaGrad",
        formula=r"r \leftarrow r + g^2,\quad \theta \leftarrow \theta + \frac{\varepsilon}{\delta + \sqrt r}\, g",
        settings=Adagrad,
        walk=deck,
        state=("r_x", "r_y"),
        torch="Adagrad",
        torch_options={"maximize": True},
        bug="The slide's Δθ has no minus sign.",
        right="adagrad",
        order=210,
    )
)
