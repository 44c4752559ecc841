"""Pictures and maps with nothing in them, or too much: what must never become a NaN in a figure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

LARGEST, TINIEST = np.finfo(np.float32).max, np.finfo(np.float32).smallest_subnormal


def _pictures() -> dict[str, np.ndarray]:
    y, x = np.mgrid[0:40, 0:56]
    flat = {"black": (0, 0, 0), "white": (255, 255, 255), "gray": (124, 116, 104), "red": (255, 0, 0)}
    found = {name: np.broadcast_to(np.array(c, np.uint8), (40, 56, 3)).copy() for name, c in flat.items()}
    found["checks"] = np.repeat((255 * ((x + y) % 2)).astype(np.uint8)[..., None], 3, 2)
    found["one point"] = np.repeat((255 * ((x == 7) & (y == 9))).astype(np.uint8)[..., None], 3, 2)
    found["saturated"] = (255 * np.random.default_rng(0).integers(0, 2, (40, 56, 3))).astype(np.uint8)
    found["thread"] = np.zeros((8, 400, 3), np.uint8)
    return found


PICTURES = _pictures()


def _maps() -> dict[str, np.ndarray]:
    one, noise = np.ones((7, 9), np.float32), np.random.default_rng(0).normal(size=(7, 9)).astype(np.float32)
    found = {
        "zero": 0 * one,
        "constant": 3 * one,
        "negative": -3 * one,
        "largest": LARGEST * one,
        "both ends": np.where(noise > 0, LARGEST, -LARGEST).astype(np.float32),
        "1e38": (1e38 * np.clip(noise, -1, 1)).astype(np.float32),
        "denormal": (TINIEST * np.sign(noise)).astype(np.float32),
        "one denormal": np.where(noise == noise.max(), TINIEST, 0).astype(np.float32),
        "one cell": noise[:1, :1],
        "one row": noise[:1],
        "large": np.tile((1e38 * np.clip(noise, -1, 1)).astype(np.float32), (40, 40)),
    }
    for name, value in (("nan", np.nan), ("inf", np.inf), ("minus inf", -np.inf)):
        found[name] = (value * one).astype(np.float32)
        found[f"some {name}"] = np.where(noise > 0.5, value, noise).astype(np.float32)
        found[f"large, some {name}"] = np.tile(found[f"some {name}"], (40, 40))
    return found


MAPS = _maps()


def numbers(found: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a record, with the names that lead to it; an array counts with its extremes."""
    if isinstance(found, bool | str | bytes) or found is None:
        return
    if isinstance(found, np.ndarray):
        if found.dtype.kind == "f" and found.size:
            yield path, float(np.abs(found.astype(np.float64)).max())
    elif isinstance(found, int | float | np.number):
        yield path, float(found)
    else:
        for name, each in _parts(found):
            yield from numbers(each, f"{path}.{name}")


def _parts(found: Any) -> Iterator[tuple[Any, Any]]:
    if is_dataclass(found):
        yield from ((field.name, getattr(found, field.name)) for field in fields(found))
    elif isinstance(found, dict):
        yield from found.items()
    elif isinstance(found, list | tuple):
        yield from enumerate(found)


def check(found: Any, what: str) -> int:
    """Fail if a number of a record is not finite; how many there are."""
    every = list(numbers(found))
    bad = [(path, value) for path, value in every if not np.isfinite(value)]
    assert not bad, f"{what}: {bad[:5]}"
    return len(every)


def strict(text: str) -> Any:
    """Read JSON as a browser does: NaN and Infinity are no numbers."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(word: str) -> None:
    raise AssertionError(f"the message holds {word}")
