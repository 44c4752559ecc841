"""Train the linear classifiers in ``assets/linear``: ``python -m tools.linear_templates --data cifar10-jpeg.tar.xz``.

``--data`` is a folder or archive with ``train/<class>/<file>`` and ``test/<class>/<file>``; without it only the
classifier of the generated shapes is made. One core, about a minute each.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from cnnviz.data.folders import Labelled, read
from cnnviz.data.generated import shapes
from cnnviz.scores.fitting import Recipe, fit, measured
from cnnviz.scores.shelf import save

CIFAR10 = Recipe(steps=4000, batch=256, rate=2e-3, decay=0.1)
SHAPES = Recipe(steps=3000, batch=256, rate=2e-3, decay=0.1)


def make(name: str, title: str, *, data: tuple[str, Labelled, Labelled], recipe: Recipe) -> None:
    """Train on the first set, measure once on the second, and write weights and card."""
    source, train, test = data
    *_, last = fit(np.stack(train.images), train.labels, train.classes, recipe=recipe)
    _, share = measured(last.classifier, np.stack(test.images), test.labels)
    facts = {
        "title": title,
        "data": source,
        "accuracy": {"images": len(test), "top1": round(share, 4)},
        "created_by": "python -m tools.linear_templates",
    }
    print(save(name, last.classifier, recipe=recipe, facts=facts), f"{share:.2%}")


def main() -> None:
    """Both classifiers, or the one whose data needs no file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args().data
    drawn = ("generated shapes, seeds 1 and 2", shapes(40_000, seed=1), shapes(5_000, seed=2))
    make("shapes", "Generated shapes", data=drawn, recipe=SHAPES)
    if given is not None:
        photographed = ("cifar10-jpeg", read(given, "train"), read(given, "test"))
        make("cifar10", "CIFAR-10", data=photographed, recipe=CIFAR10)


if __name__ == "__main__":
    main()
