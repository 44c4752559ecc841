"""What the ledger lecture counts: a network by name, or the stack that the student wrote, as far as it can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnviz.ledger import ARCHITECTURES, INPUT_LIMIT, Architecture, Layer, Ledger, StackError, ledger, parse
from cnnviz.ui.components.ledger import columns

OWN = "own"
PUBLISHED = "published"
START = """conv 16 5 p2
relu
pool 2
conv 20 5 p2
relu
pool 2
conv 20 5 p2
relu
pool 2
fc 10
softmax"""
ATTEMPTS = 80  # lines or layers left out before a broken stack is given up


@dataclass(frozen=True)
class Counted:
    """A network with its ledger; ``columns`` is the same for the browser, ``problem`` one sentence or nothing.

    ``architecture`` is None for the student's own stack. ``key`` names network, text and input: caches look at it.
    """

    title: str
    layers: tuple[Layer, ...]
    made: Ledger
    columns: dict[str, list[Any]]
    problem: str
    architecture: Architecture | None
    key: str


def size_of(text: str) -> tuple[int, int, int] | None:
    """``3x224x224`` as numbers; None if it is none that a ledger takes."""
    parts = text.replace("×", "x").lower().split("x")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    channels, height, width = (int(part) for part in parts)
    return (channels, height, width) if all(1 <= n <= INPUT_LIMIT for n in (channels, height, width)) else None


def size_text(size: tuple[int, int, int]) -> str:
    """``(3, 224, 224)`` as it stands in a link."""
    return "x".join(map(str, size))


def count(name: str, text: str, size: tuple[int, int, int]) -> Counted | None:
    """The ledger of network ``name``, or of ``text`` if it is :data:`OWN`; None if not one layer can be counted.

    What does not fit is told in ``problem``, and the ledger has what comes before it.
    """
    found = ARCHITECTURES[name] if name != OWN else None
    layers, problem = (found.layers, "") if found else _readable(text)
    made, trouble = _countable(layers, size)
    if made is None:
        return None
    return Counted(
        title=found.title if found else "Your own stack",
        layers=layers,
        made=made,
        columns=columns(made),
        problem=problem or trouble,
        architecture=found,
        key=f"{name} {size_text(size)} {text if found is None else ''}",
    )


def refusal(text: str, size: tuple[int, int, int]) -> str:
    """Why :func:`count` gave up on the student's own stack: one sentence."""
    try:
        ledger(parse(text), size)
    except StackError as error:
        return sentence(error)
    return ""


def sentence(error: StackError) -> str:
    """A message that begins with a capital and ends with a full stop."""
    told = str(error)
    return f"{told[:1].upper()}{told[1:].rstrip('.')}."


def _readable(text: str) -> tuple[tuple[Layer, ...], str]:
    """The layers of as many lines from the top as can be read, and what is wrong with the rest."""
    lines, problem = text.splitlines(), ""
    for kept in range(len(lines), max(-1, len(lines) - ATTEMPTS), -1):
        try:
            return parse("\n".join(lines[:kept])), problem
        except StackError as error:
            problem = problem or sentence(error)
    return (), problem or "Write one layer per line, such as conv 16 3 p1."


def _countable(layers: tuple[Layer, ...], size: tuple[int, int, int]) -> tuple[Ledger | None, str]:
    """The ledger of as many layers from the front as fit, and what is wrong with the next."""
    problem = ""
    for kept in range(len(layers), max(0, len(layers) - ATTEMPTS), -1):
        try:
            return ledger(layers[:kept], size), problem
        except StackError as error:
            problem = problem or sentence(error)
    return None, problem
