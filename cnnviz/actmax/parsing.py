"""Objectives as text, for settings, links and the shell: ``channel:stage3:5 - 0.5*logit:cat``. No code is evaluated.

``objectives = objective *(";" objective)``, one per image: a grid of units.
``objective = ["-"] term *((" + " | " - ") term)`` with blanks around the signs, which names may contain.
``term = [number "*"] kind *(":" argument)``.
"""

from __future__ import annotations

import re

from cnnviz.actmax.errors import ClimbError
from cnnviz.actmax.expressions import Objective, Sum, Term
from cnnviz.actmax.registry import OBJECTIVES, PENALTIES

LONGEST, MOST_TERMS, MOST_OBJECTIVES, MOST_FACTOR = 600, 8, 16, 1000.0
_SIGNS = re.compile(r"\s+([+-])\s+")
_FACTOR = re.compile(r"(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})\s*\*\s*(.*)", re.DOTALL | re.ASCII)


def parse(text: str) -> Objective:
    """The objective that ``text`` stands for.

    Raises:
        ClimbError: no such kind, a missing or strange argument, too many terms; the sentence shows the form.
    """
    if len(text) > LONGEST:
        raise ClimbError(f"the objective has {len(text)} letters; {LONGEST} are the limit")
    pieces = _SIGNS.split(f" {text.strip()} " if text.strip() in {"+", "-"} else text.strip())
    if len(pieces) > 2 * MOST_TERMS:
        raise ClimbError(f"the objective has {len(pieces) // 2 + 1} terms; {MOST_TERMS} are the limit")
    parts = [_weighted(pieces[0])]
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        factor, term = _weighted(piece)
        parts.append((-factor if sign == "-" else factor, term))
    return parts[0][1] if parts[0][0] == 1 and len(parts) == 1 else Sum(tuple(parts))


def parse_all(text: str) -> tuple[Objective, ...]:
    """Objectives separated by ``;``, each for an image of its own: ``channel:stem:0; channel:stem:1``."""
    texts = [each for each in text.split(";") if each.strip()] or [text]
    if len(texts) > MOST_OBJECTIVES:
        raise ClimbError(f"there are {len(texts)} objectives; {MOST_OBJECTIVES} are the limit")
    return tuple(parse(each) for each in texts)


def penalty(text: str) -> Objective | None:
    """The penalties that ``text`` stands for, such as ``0.5*tv + 0.1*l2``; none if it is empty."""
    if not text.strip():
        return None
    found = parse(text)
    if any(str(term).partition(":")[0] not in PENALTIES for _, term in found.parts):
        raise ClimbError(f"penalties are {', '.join(PENALTIES)}, such as 0.5*tv; put the rest into the objective")
    return found


def _weighted(piece: str) -> tuple[float, Term]:
    sign, piece = (-1.0, piece[1:].strip()) if piece.startswith("-") else (1.0, piece.strip())
    scaled = _FACTOR.fullmatch(piece)
    factor, name = (float(scaled[1]), scaled[2]) if scaled else (1.0, piece)
    if factor > MOST_FACTOR:
        raise ClimbError(f"the factor {factor:g} is too large; give one up to {MOST_FACTOR:g}")
    return sign * factor, _term(name)


def _term(text: str) -> Term:
    name, *arguments = (each.strip() for each in text.split(":"))
    kinds = {**OBJECTIVES, **PENALTIES}
    if name not in kinds:
        shown = f"{name[:20]!r} is no kind of objective" if name else "a term of the objective is missing"
        raise ClimbError(f"{shown}; write {', '.join(OBJECTIVES)}, as in channel:stage3:5")
    kind = kinds[name]
    try:
        return kind.read(arguments)
    except (TypeError, IndexError):
        raise ClimbError(f"{text[:40]!r} does not have the form {kind.form}; write it so") from None
