"""CIFAR-10's pickles, read without ever unpickling.

A pickle is a program for a small stack machine, and two of its instructions can import and call anything. This reader
knows only the instructions of those files; it builds dictionaries, lists, numbers, strings and byte arrays, and calls
nothing, whatever the file says.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.splits import BadData

_RECONSTRUCT = {"numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"}
_KNOWN = _RECONSTRUCT | {"numpy ndarray", "numpy dtype"}


class _Mark:
    """Where a list of items begins on the stack."""


@dataclass(frozen=True)
class _Name:
    """A name that the file mentions; never looked up."""

    name: str


@dataclass
class _Array:
    """An array to be: its state arrives after its name."""

    values: NDArray[np.uint8] | None = None


@dataclass
class _Machine:
    """The stack and the memory of what was put aside."""

    stack: list[Any] = field(default_factory=list)
    memory: dict[int, Any] = field(default_factory=dict)

    def items(self) -> list[Any]:
        """Everything above the last mark, which goes."""
        at = next(k for k in reversed(range(len(self.stack))) if isinstance(self.stack[k], _Mark))
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found


def read_pickle(content: bytes) -> dict[str, Any]:
    """The dictionary that ``content`` describes, arrays as uint8; strings are decoded as Latin-1.

    Raises :class:`BadData` for any instruction, name or state that CIFAR-10's files don't have.
    """
    machine = _Machine()
    try:
        for code, argument, _ in pickletools.genops(content):
            if code.name == "STOP":
                break
            if code.name not in _STEPS:
                raise BadData(f"A CIFAR-10 batch has the foreign instruction {code.name}: do not use that file.")  # noqa: TRY301
            _STEPS[code.name](machine, argument)
        (found,) = machine.stack
        return {str(key): _plain(value) for key, value in found.items()}
    except BadData:
        raise
    except Exception:  # noqa: BLE001 - damaged bytes make the parser raise what it likes
        raise BadData("A CIFAR-10 batch is damaged: download the archive again.") from None


def _plain(value: Any) -> Any:
    if isinstance(value, (_Mark, _Name)):
        raise ValueError("a name without a use")  # noqa: TRY004 (the file is at fault)
    return value.values if isinstance(value, _Array) else value


def _pairs(items: list[Any]) -> dict[Any, Any]:
    return dict(zip(items[::2], items[1::2], strict=True))


def _of(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{kind.__name__} expected")
    return value


def _name(name: str) -> _Name:
    if name not in _KNOWN:
        raise BadData(f"A CIFAR-10 batch names “{name[:30]}”, which it has no use for: do not use that file.")
    return _Name(name)


def _made(called: Any, arguments: Any) -> _Array | _Name:
    """What the two calls in those files make: an empty array, and the type of its numbers."""
    if isinstance(called, _Name) and called.name in _RECONSTRUCT and arguments[0] == _Name("numpy ndarray"):
        return _Array()
    if called == _Name("numpy dtype") and arguments[0] == "u1":
        return _Name("u1")
    raise BadData("A CIFAR-10 batch calls something that it has no use for: do not use that file.")


def _fill(made: Any, state: Any) -> None:
    """Set an array's shape and bytes: ``(version, shape, type, column by column, bytes)``."""
    if made == _Name("u1"):
        return
    _, shape, kind, by_columns, raw = state
    if not isinstance(made, _Array) or kind != _Name("u1") or by_columns:
        raise BadData("A CIFAR-10 batch holds an array that is not of bytes: download the archive again.")
    made.values = np.frombuffer(raw.encode("latin-1"), dtype=np.uint8).reshape(tuple(map(int, shape)))


_Step = Callable[[_Machine, Any], None]


def _constant(value: Any) -> _Step:
    return lambda machine, _: machine.stack.append(value)


def _value(machine: _Machine, argument: Any) -> None:
    machine.stack.append(argument)


def _keep(machine: _Machine, argument: Any) -> None:
    machine.memory[argument] = machine.stack[-1]


def _recall(machine: _Machine, argument: Any) -> None:
    machine.stack.append(machine.memory[argument])


def _empty(kind: type) -> _Step:
    return lambda machine, _: machine.stack.append(kind())


def _collect(make: Callable[[list[Any]], Any]) -> _Step:
    return lambda machine, _: machine.stack.append(make(machine.items()))


def _tuple(count: int) -> _Step:
    def gather(machine: _Machine, _: Any) -> None:
        machine.stack[-count:] = [tuple(machine.stack[-count:])]

    return gather


def _append(machine: _Machine, _: Any) -> None:
    value = machine.stack.pop()
    _of(machine.stack[-1], list).append(value)


def _appends(machine: _Machine, _: Any) -> None:
    items = machine.items()
    _of(machine.stack[-1], list).extend(items)


def _setitem(machine: _Machine, _: Any) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    _of(machine.stack[-1], dict)[key] = value


def _setitems(machine: _Machine, _: Any) -> None:
    items = machine.items()
    _of(machine.stack[-1], dict).update(_pairs(items))


def _named(machine: _Machine, argument: Any) -> None:
    machine.stack.append(_name(argument))


def _reduce(machine: _Machine, _: Any) -> None:
    arguments = machine.stack.pop()
    machine.stack.append(_made(machine.stack.pop(), arguments))


def _build(machine: _Machine, _: Any) -> None:
    state = machine.stack.pop()
    _fill(machine.stack[-1], state)


#: All that is understood; the letters of protocols 0 to 2, which Python 2 wrote.
_STEPS: dict[str, _Step] = {
    "PROTO": lambda _machine, _: None,
    **dict.fromkeys(("INT", "BININT", "BININT1", "BININT2", "LONG1"), _value),
    **dict.fromkeys(("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE"), _value),
    "NONE": _constant(None),
    "NEWTRUE": _constant(True),
    "NEWFALSE": _constant(False),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _keep),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _recall),
    "MARK": lambda machine, _: machine.stack.append(_Mark()),
    "EMPTY_DICT": _empty(dict),
    "EMPTY_LIST": _empty(list),
    "EMPTY_TUPLE": _empty(tuple),
    "DICT": _collect(_pairs),
    "LIST": _collect(list),
    "TUPLE": _collect(tuple),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "APPEND": _append,
    "APPENDS": _appends,
    "SETITEM": _setitem,
    "SETITEMS": _setitems,
    "GLOBAL": _named,
    "REDUCE": _reduce,
    "BUILD": _build,
}
