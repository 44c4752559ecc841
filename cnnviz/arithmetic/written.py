"""Small arrays as a person types them into a field or a link: ``0 80 40; 20 40 0``; and back."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic.padding import BadConvolution

Array = NDArray[Any]

MAX_NUMBERS = 1024
MAX_CHARACTERS = 6000
LARGEST = 1e6
_NUMBER = re.compile(r"[-+]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})(e[-+]?\d{1,2})?", re.ASCII | re.IGNORECASE)


def read(text: str, name: str, *, rank: int) -> Array:
    """The array in ``text``: blanks or commas between numbers, ``;`` or a new line between rows, ``|`` between
    channels, ``/`` between filters. ``rank`` 4 gives (filters, channels, rows, columns), 3 leaves the filters out.

    >>> read("0 .25; .5 1", "the kernel", rank=4).tolist()
    [[[[0.0, 0.25], [0.5, 1.0]]]]

    Raises :class:`BadConvolution`; ``name`` is for its message.
    """
    text = re.sub(r"\]\s*,\s*\[", ";", text)  # Python's and JSON's rows are understood too
    text = re.sub(r"[\[\]]", " ", text).strip().strip(";").strip()
    if len(text) > MAX_CHARACTERS:
        raise BadConvolution(f"{name} has {len(text):,} characters and the limit is {MAX_CHARACTERS:,}; shorten it")
    filters = text.split("/")
    if rank < 4 and len(filters) > 1:
        raise BadConvolution(f"{name} has a “/”, which separates filters of a kernel; write “|” between channels")
    values = [[[_row(row, name) for row in _rows(plane)] for plane in each.split("|")] for each in filters]
    if len({(len(each), len(plane), len(row)) for each in values for plane in each for row in plane}) > 1:
        raise BadConvolution(f"{name} has rows or channels of different lengths; make them equal")
    array: Array = np.array(values, dtype=np.float64)
    if array.size > MAX_NUMBERS:
        raise BadConvolution(f"{name} has {array.size:,} numbers and the limit is {MAX_NUMBERS:,}; shorten it")
    return array if rank == 4 else array[0]


def write(array: Array) -> str:
    """The shortest text that :func:`read` turns into ``array``, of rank 1 to 4, to six digits."""
    if array.ndim <= 1:
        return " ".join(number(value) for value in np.atleast_1d(array))
    between = {2: "; ", 3: " | ", 4: " / "}[array.ndim]
    return between.join(write(part) for part in array)


def number(value: float) -> str:
    """Up to six digits, no trailing zeros: 0.25, 45, −3."""
    return f"{value + 0.0:.6g}"


def _rows(plane: str) -> list[str]:
    return [row for row in re.split(r"[;\n]", plane) if row.strip()] or [""]


def _row(text: str, name: str) -> list[float]:
    words = text.replace(",", " ").replace("−", "-").split()
    wrong = next((word for word in words if not _NUMBER.fullmatch(word)), None)
    if wrong is not None or not words:
        what = f"{wrong[:12]!r}, which is no number" if wrong else "a row without numbers"
        raise BadConvolution(f"{name} has {what}; write numbers with blanks between, and ; after each row")
    values = [float(word) for word in words]
    if max(map(abs, values)) > LARGEST:
        raise BadConvolution(f"{name} has a number beyond one million; choose smaller ones")
    return values
