"""The menu of small trainings, and what crosses the border of their process.

Nothing here imports torch: the server of the lectures reads this menu and never runs a task itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.params import params
from cnnviz.registry import Registry

SECONDS = 60.0  # wall clock after which a run is stopped


class BadSettings(ValueError):
    """Settings that a task cannot run with. The message is one sentence that tells the fix."""


@dataclass(frozen=True)
class Words:
    """How a page speaks of a task: while it runs, when it is done, before it was asked for; the verb, and its stop."""

    doing: str = "Training"
    done: str = "Trained here"
    before: str = "These settings have not been trained yet."
    again: str = "trained"
    stopped: str = "You stopped this training."


@dataclass(frozen=True)
class Task:
    """One small training.

    ``settings`` is a frozen dataclass of parameters (int, float, bool, str). ``event`` is a frozen dataclass of
    numbers, strings and nested tuples of them; its first field is ``progress``: 0…1, rising, 1 only in the last event.
    ``run`` takes settings and yields events; it imports torch inside, seeds itself from its settings, and stops when
    nobody asks for the next event. ``seconds`` is the wall clock it may take. ``examples`` are settings that are
    recorded besides the defaults: those of the lecture's presets. ``words`` are how pages speak of it.
    """

    name: str
    title: str
    summary: str
    reference: str
    settings: type
    run: Callable[[Any], Iterator[Any]]
    event: type
    seconds: float = SECONDS
    examples: tuple[Any, ...] = ()
    order: int = 1000
    words: Words = Words()

    def told(self, settings: Any) -> dict[str, Any]:
        """Settings as what JSON can hold, by field; 1 and 1.0 are the same setting."""
        values = ((field.name, getattr(settings, field.name), field.default) for field in dataclasses.fields(settings))
        return {name: _float_if(value, default) for name, value, default in values}

    def rebuilt(self, told: Mapping[str, Any]) -> Any:
        """Settings from what arrived as JSON, each value of its field's type and in its range.

        Raises:
            BadSettings: a name that is no field, a value of another type, or one out of range.
        """
        fields = {field.name: field for field in dataclasses.fields(self.settings)}
        strange = sorted(set(told) - set(fields))
        if strange:
            raise BadSettings(f"{self.title} has no setting {strange[0][:20]!r}; choose among {', '.join(fields)[:60]}")
        values = {name: _typed(name, value, fields[name].default) for name, value in told.items()}
        for each in params(self.settings):
            try:
                each.check(values.get(each.name, each.default))
            except ValueError as error:
                raise BadSettings(f"{error}"[:140]) from None
        return self.settings(**values)

    def event_of(self, told: Mapping[str, Any]) -> Any:
        """An event from what arrived as JSON: lists are tuples again."""
        return self.event(**{name: _tuples(value) for name, value in told.items()})


def _typed(name: str, value: Any, default: Any) -> Any:
    """``value`` if it has the type of the field's default; a whole number passes for a float."""
    kind, value = type(default), _float_if(value, default)
    if type(value) is not kind:
        raise BadSettings(f"{name[:40]} is {str(value)[:20]!r}; give it a value of type {kind.__name__}")
    return value


def _float_if(value: Any, default: Any) -> Any:
    return float(value) if type(value) is int and type(default) is float else value


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value


TASKS: Registry[Task] = Registry("task", "cnnviz.training.tasks")
