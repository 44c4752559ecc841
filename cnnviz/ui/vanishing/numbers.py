"""How this lecture writes numbers that span a hundred decades."""

from __future__ import annotations

import math

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(value: float) -> str:
    """``0.069``, ``2.3·10⁻¹³``: for text."""
    head, exponent = _parts(value)
    return head if exponent is None else f"{head}·10{str(exponent).translate(_RAISED)}"


def latex(value: float) -> str:
    """The same for a formula."""
    head, exponent = _parts(value)
    if not math.isfinite(value):
        return r"\infty" if value > 0 else r"\text{undefined}"
    return head if exponent is None else rf"{head}\cdot 10^{{{exponent}}}"


def times(value: float) -> str:
    """A factor in three digits or fewer: ``0.23``, ``1.2``, ``0.004``."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "?"
    if value >= 100 or 0 < value < 0.001:
        return power(value)
    if value == round(value):
        return f"{value:.0f}"
    return f"{value:.2f}" if 0.1 <= value < 10 else f"{value:.2g}" if value < 0.1 else f"{value:.0f}"


def _parts(value: float) -> tuple[str, int | None]:
    """Two digits, and the power of ten if it is written."""
    if not math.isfinite(value):
        return ("∞" if value > 0 else "?"), None
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}", None
    head, exponent = f"{value:.1e}".split("e")
    return head, int(exponent)
