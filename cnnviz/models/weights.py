"""Weights that ship with the program: ``<name>.safetensors`` and the model card ``<name>.json`` beside it.

The two vouch for each other: the card holds the sha256 of the weights, the header of the weights that of the card's
content. A change to either is found before anything is loaded.
"""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from cnnviz.data.whole import write_whole
from cnnviz.models.errors import BadWeights
from cnnviz.models.registry import NETWORKS
from cnnviz.paths import ASSETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER = ASSETS / "weights"
LICENCE = "Trained from scratch; the weights are under the licence of this program. The images are not included."


def save_embedded(  # noqa: PLR0913 (a card has that many facts)
    name: str,
    model: nn.Module,
    *,
    classes: Sequence[str],
    data: str,
    recipe: Mapping[str, Any],
    seed: int,
    accuracy: Mapping[str, float],
    folder: Path = FOLDER,
    command: str = "",
) -> Path:
    """Write the weights of ``model`` and their card into ``folder``; return the path of the weights.

    Matrices and kernels are stored in float16, vectors (biases, batch norm) in float32. ``accuracy`` holds shares
    (``{"top1": 0.85, …}``), ``command`` the line that trains it again. Raises :class:`ValueError` if a weight is not
    finite in float16.
    """
    tensors = {key: _stored(key, tensor) for key, tensor in model.state_dict().items()}
    card: dict[str, Any] = {
        "name": name,
        "title": NETWORKS[name].title,
        "classes": list(classes),
        "data": data,
        "recipe": dict(recipe),
        "seed": seed,
        "accuracy": dict(accuracy),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "created_by": command,
        "licence": LICENCE,
    }
    content = safetensors.torch.save(tensors, metadata={"card": _fingerprint(card)})
    card["sha256"] = hashlib.sha256(content).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.safetensors"
    write_whole(target, content)
    write_whole(folder / f"{name}.json", (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
    return target


def read_embedded(name: str, folder: Path | None = None) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The verified float32 state and the card of network ``name``.

    Raises :class:`BadWeights` if either file is missing or changed.
    """
    folder = FOLDER if folder is None else folder
    try:
        card = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        content = (folder / f"{name}.safetensors").read_bytes()
    except FileNotFoundError as error:
        raise BadWeights(f"{Path(error.filename).name} is missing in {folder}; {_fix(name)}") from error
    except (OSError, ValueError) as error:
        raise BadWeights(f"the weights of {name} in {folder} cannot be read; {_fix(name)}") from error
    if not isinstance(card, dict) or hashlib.sha256(content).hexdigest() != card.get("sha256"):
        raise BadWeights(f"{name}.safetensors is not the file that its card {name}.json describes; {_fix(name)}")
    return _parse(name, content, card), card


def read_card(name: str, folder: Path | None = None) -> dict[str, Any]:
    """The card of network ``name`` as it stands on disk, for showing; empty if it is missing or no card."""
    try:
        card = json.loads(((FOLDER if folder is None else folder) / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}


def embedded(name: str, folder: Path | None = None) -> bool:
    """Whether the weights of ``name`` and their card are there; :func:`read_embedded` verifies them."""
    folder = FOLDER if folder is None else folder
    return all((folder / f"{name}.{ending}").is_file() for ending in ("safetensors", "json"))


def _parse(name: str, content: bytes, card: Mapping[str, Any]) -> dict[str, Tensor]:
    try:
        tensors = safetensors.torch.load(content)
        header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
    except (SafetensorError, ValueError, struct.error) as error:
        raise BadWeights(f"{name}.safetensors is not a safetensors file; {_fix(name)}") from error
    if header.get("__metadata__", {}).get("card") != _fingerprint(card):
        raise BadWeights(f"the card {name}.json was changed after the weights were saved; {_fix(name)}")
    # a copy: what safetensors returns lives in the read-only buffer of the file
    return {key: t.to(torch.float32, copy=True) if t.is_floating_point() else t.clone() for key, t in tensors.items()}


def _stored(key: str, tensor: Tensor) -> Tensor:
    half = tensor.is_floating_point() and tensor.ndim > 1
    stored = tensor.detach().cpu().to(torch.float16 if half else tensor.dtype).contiguous()
    if stored.is_floating_point() and not stored.isfinite().all():
        raise ValueError(f"{key} holds values beyond float16: the network diverged; train with a lower learning rate")
    return stored


def _fingerprint(card: Mapping[str, Any]) -> str:
    """sha256 of the card's content but for ``sha256`` itself; layout and line ends do not matter."""
    content = {key: value for key, value in card.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _fix(name: str) -> str:
    return f"restore both files from the program's repository, or train {name} again (cnnviz train --help)"
