"""Linear classifiers that ship with the program: weights in float16 and a card with their checksum and accuracy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as write_tensors

from cnnviz.data.whole import write_whole
from cnnviz.paths import ASSETS
from cnnviz.scores.classifier import Classifier
from cnnviz.scores.errors import BadScores
from cnnviz.scores.fitting import Recipe

FOLDER = ASSETS / "linear"
LICENCE = "Trained from scratch; the weights are under the licence of this program. The images are not included."
NAMES = ("cifar10", "shapes")


@lru_cache(maxsize=4)
def load(name: str, folder: Path = FOLDER) -> tuple[Classifier, Mapping[str, Any]]:
    """A classifier and its card; shared, so treat it as read-only.

    Raises :class:`BadScores` if a file is missing, or is not the one that the card was written for.
    """
    try:
        card: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        content = (folder / f"{name}.safetensors").read_bytes()
        if hashlib.sha256(content).hexdigest() != card["sha256"]:
            raise BadScores(f"the weights of {name} are not those of their card: install the program again")
        tensors = read_tensors(content)
        classifier = Classifier(
            tensors["weight"].astype(np.float64), tensors["bias"].astype(np.float64), tuple(card["classes"])
        )
    except (OSError, KeyError, json.JSONDecodeError, SafetensorError):
        raise BadScores(f"the weights of {name} cannot be read: install the program again") from None
    classifier.weights.flags.writeable = classifier.bias.flags.writeable = False
    return classifier, card


def save(name: str, classifier: Classifier, *, recipe: Recipe, facts: Mapping[str, Any], folder: Path = FOLDER) -> Path:
    """Write ``name.safetensors`` and its card; ``facts`` are title, data, accuracy and the command that made them."""
    content = write_tensors(
        {"weight": classifier.weights.astype(np.float16), "bias": classifier.bias.astype(np.float32)}
    )
    card = {
        "name": name,
        **facts,
        "classes": list(classifier.classes),
        "recipe": asdict(recipe),
        "parameters": classifier.weights.size + classifier.bias.size,
        "input": "pixel/127.5 - 1, all red, then green, then blue",
        "licence": LICENCE,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{name}.safetensors", content)
    write_whole(folder / f"{name}.json", (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
    return folder / f"{name}.safetensors"
