"""What stands around the input: how much is added on each side, and what it is filled with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Sides = tuple[tuple[int, int], ...]

MODES = ("zeros", "reflect", "replicate", "circular")
NAMED = ("valid", "same", "full")
_NUMPY = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


class BadConvolution(ValueError):
    """Arrays and settings that do not go together. The message is one sentence that tells the fix."""


def per_axis(value: Any, axes: int, name: str, *, low: int = 1) -> tuple[int, ...]:
    """One whole number per axis, at least ``low``, from one for all or from one each; ``name`` is for the message."""
    given = tuple(value) if isinstance(value, list | tuple) else (value,) * axes
    if len(given) != axes or not all(_is_whole(number) for number in given):
        raise BadConvolution(f"{name} is {value!r}; give one whole number, or {axes}: one for each axis")
    if min(given) < low:
        raise BadConvolution(f"{name} is {value!r}; give numbers of at least {low}")
    return tuple(int(number) for number in given)


def sides(padding: str | int | Sequence[Any], kernel: Sequence[int], dilation: Sequence[int]) -> Sides:
    """How much is added before and after each axis.

    ``padding`` is a number for all sides, one per axis, a pair (before, after) per axis, or a name. With the extent of
    the kernel e = d(k − 1) + 1, *valid* adds nothing, *full* adds e − 1 on each side, so that the kernel touches the
    input with one cell, and *same* adds e − 1 in all, the odd one after, as torch does.
    """
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if isinstance(padding, str):
        if padding not in NAMED:
            raise BadConvolution(f"padding is {padding!r}; give a number or one of {', '.join(NAMED)}")
        named = {
            "valid": tuple((0, 0) for _ in reach),
            "same": tuple((r // 2, r - r // 2) for r in reach),
            "full": tuple((r, r) for r in reach),
        }
        return named[padding]
    if isinstance(padding, list | tuple) and any(isinstance(each, list | tuple) for each in padding):
        if len(padding) != len(reach) or not all(isinstance(each, list | tuple) and len(each) == 2 for each in padding):
            raise BadConvolution(f"padding has {len(padding)} parts; give a pair (before, after) for each axis")
        pairs = (per_axis(each, 2, "padding", low=0) for each in padding)
        return tuple((before, after) for before, after in pairs)
    return tuple((p, p) for p in per_axis(padding, len(reach), "padding", low=0))


def pad(x: Array, amounts: Sides, mode: str = "zeros") -> Array:
    """``x`` with ``amounts`` added around its last axes, filled as ``torch.nn.Conv2d(padding_mode=mode)`` fills it.

    *reflect* mirrors without repeating the border, so it can add one cell less than there are; *circular* at most as
    many as there are. Raises :class:`BadConvolution`.
    """
    check(x.shape[-len(amounts) :], amounts, mode)
    if not any(map(max, amounts)):
        return x
    around = [(0, 0)] * (x.ndim - len(amounts)) + list(amounts)
    padded: Array = np.pad(x, around, mode=_NUMPY[mode])  # type: ignore[call-overload]
    return padded


def check(size: Sequence[int], amounts: Sides, mode: str) -> None:
    """Raise :class:`BadConvolution` if ``mode`` cannot fill ``amounts`` around an input of ``size``."""
    if mode not in MODES:
        raise BadConvolution(f"padding mode is {mode!r}; choose one of {', '.join(MODES)}")
    for cells, pair in zip(size, amounts, strict=True):
        limit = {"reflect": cells - 1, "circular": cells}.get(mode)
        if limit is not None and max(pair) > limit:
            raise BadConvolution(
                f"{mode} padding can add {limit} cells to a side of {cells}, not {max(pair)}: pad less"
            )


def _is_whole(number: Any) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)
