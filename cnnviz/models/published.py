"""Weights that torchvision publishes: downloaded on request, kept in the user's folder, verified before each use."""

from __future__ import annotations

import functools
import hashlib
import pickle
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from cnnviz.models.errors import BadWeights, NotDownloaded
from cnnviz.paths import user_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader
    from pathlib import Path

    from cnnviz.data.downloads import Progress
    from cnnviz.models.registry import Published, Spec


def path(published: Published) -> Path:
    """Where the file is kept: ``weights/`` in the user's data folder."""
    return user_data() / "weights" / published.file_name


def verified(published: Published) -> bool:
    """Whether the file is there and has the published digest; a file is read once and again only after it changed."""
    file = path(published)
    try:
        state = file.stat()
    except OSError:
        return False
    return _matches(file, state.st_size, state.st_mtime_ns, published.sha256_prefix)


@functools.lru_cache(maxsize=64)
def _matches(file: Path, size: int, changed: int, prefix: str) -> bool:
    # size and time of change are there to key the cache
    del size, changed
    with file.open("rb") as opened:
        return _digest(opened).startswith(prefix)


def _digest(opened: BufferedReader) -> str:
    return hashlib.file_digest(opened, "sha256").hexdigest()


def fetch_weights(spec: Spec, *, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Progress]:
    """Download the file of ``spec`` unless it is there; yield how far it is. Raises ``DownloadError`` when offline."""
    from cnnviz.data import downloads

    published = _published(spec)
    if verified(published):
        return
    yield from downloads.fetch(
        published.url, path(published), sha256=published.sha256_prefix, size=None, cancelled=cancelled
    )


def read_published(spec: Spec) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The verified state of ``spec`` and a card made from what torchvision says about it.

    The digest is taken from the very file handle that is then read, each time. Raises :class:`NotDownloaded` or
    :class:`BadWeights`.
    """
    published = _published(spec)
    try:
        with path(published).open("rb") as opened:
            digest = _digest(opened)
            if not digest.startswith(published.sha256_prefix):
                raise BadWeights(_refused(spec, published))
            opened.seek(0)
            state = torch.load(opened, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        size = f"{published.megabytes:.0f} MB"
        raise NotDownloaded(f"{spec.title} needs {size} first: cnnviz networks --download {spec.name}") from error
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise error if isinstance(error, BadWeights) else BadWeights(_refused(spec, published)) from error
    if not isinstance(state, dict) or not all(isinstance(key, str) for key in state):
        raise BadWeights(_refused(spec, published))
    if published.ignored:
        state = {key: tensor for key, tensor in state.items() if not key.startswith(published.ignored)}
    return state, _card(spec, published, digest)


def _published(spec: Spec) -> Published:
    if spec.published is None:
        raise ValueError(f"{spec.title} is not published by torchvision; its weights ship with the program")
    return spec.published


def _refused(spec: Spec, published: Published) -> str:
    return f"{path(published)} is not the published file; delete it and run cnnviz networks --download {spec.name}"


def _card(spec: Spec, published: Published, digest: str) -> dict[str, Any]:
    from torchvision.models import get_weight

    meta = get_weight(published.weights).meta
    return {
        "name": spec.name,
        "title": spec.title,
        "classes": list(meta["categories"]),
        "data": "ImageNet-1K (ILSVRC 2012)",
        "recipe": meta["recipe"],
        "seed": None,
        "accuracy": {"top1": published.top1, "top5": published.top5},
        "parameters": published.parameters,
        "sha256": digest,
        "created_by": f"torchvision.models.{published.weights}",
        "licence": "Published by torchvision (BSD-3-Clause); ImageNet is for non-commercial research and teaching.",
    }
