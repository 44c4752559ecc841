"""Numbers as the formulas and sentences of this lecture write them."""

from __future__ import annotations

import math
from collections.abc import Sequence

WRITTEN = 30  # characters of a sum that the formula writes out


def number(value: float, digits: int = 4) -> str:
    r"""A number for a formula: ``-1.342``, ``1.2\cdot 10^{-5}``; 0/0 where there is none."""
    if not math.isfinite(value):
        return "0/0" if math.isnan(value) else r"\infty"
    if abs(value) < 5e-13:
        return "0"
    if abs(value) < 1e-3 or abs(value) >= 1e6:
        head, power = f"{value:.1e}".split("e")
        head = head.removesuffix(".0")
        return rf"10^{{{int(power)}}}" if head == "1" else rf"{head}\cdot 10^{{{int(power)}}}"
    return f"{value:.{digits}g}"


def plain(value: float, digits: int = 3) -> str:
    """A number for a sentence, with a real minus."""
    if not math.isfinite(value):
        return "no number"
    if abs(value) < 5e-13:
        return "0"
    text = f"{value:.{digits}g}"
    if abs(value) < 1e-3:
        head, power = f"{value:.1e}".split("e")
        text = f"{head}·10{raised(int(power))}"
    return (f"{value:,.0f}" if "e+" in text else text).replace("-", "−")


def raised(power: int) -> str:
    """A whole exponent: ⁻⁵."""
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def bracketed(value: float) -> str:
    """A number after a sign or a dot: negative ones in brackets."""
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def summed(terms: Sequence[str]) -> str:
    """Terms joined by plus, as many as a line holds, and the last one."""
    if sum(len(term) + 1 for term in terms) <= WRITTEN or len(terms) <= 2:
        kept = list(terms)
    else:
        fits = max(1, sum(1 for k in range(len(terms)) if sum(len(t) + 1 for t in terms[: k + 1]) <= WRITTEN - 8))
        kept = [*terms[:fits], r"\dots", terms[-1]]
    return "+".join(kept).replace("+-", "-")
