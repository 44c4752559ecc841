"""A parameter is a dataclass field that knows its range: one declaration serves the code, the slider and the test.

Standard library only: everything may import this module.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Param:
    """What a control needs to know about a field: its range or its choices, and what it does to the picture."""

    name: str
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[Any, ...] = ()
    label: str = ""

    def check(self, value: Any) -> Any:
        """Return ``value`` if it is in range; otherwise raise :class:`ValueError` naming the range."""
        if self.choices and value not in self.choices:
            raise ValueError(f"{self.name} is {value!r}; choose one of {', '.join(map(str, self.choices))}")
        if self.low is not None and self.high is not None and not self.low <= value <= self.high:
            raise ValueError(f"{self.name} is {value}; choose a value from {self.low} to {self.high}")
        return value


def param(
    default: Any,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    choices: tuple[Any, ...] = (),
    label: str = "",
) -> Any:
    """Declare a dataclass field with a default, a range (or choices) and one line of help.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Window:
    ...     stride: int = param(1, low=1, high=4, help="how far the window moves between two sums")
    >>> [p.name for p in params(Window)]
    ['stride']
    """
    checked = Param("default", default, help, low, high, step, choices, label)
    checked.check(default)
    return dataclasses.field(default=default, metadata={"param": checked})


def params(record: Any) -> Iterator[Param]:
    """The parameters of a dataclass (or of an instance of it), in the order of its fields."""
    for field in dataclasses.fields(record):
        if "param" in field.metadata:
            declared: Param = field.metadata["param"]
            label = declared.label or field.name.replace("_", " ")
            yield dataclasses.replace(declared, name=field.name, label=label)
