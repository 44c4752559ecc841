"""A landscape of the student's own: a formula in x and y, read safely, differentiated exactly.

The text is parsed to a syntax tree, never run: simpleeval walks the tree with the few operations given here, over
SymPy's symbols, and SymPy differentiates. SymPy takes half a second to import, so only an own formula does.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cnnviz.landscapes.registry import Landscape, Point

if TYPE_CHECKING:
    import sympy  # type: ignore[import-untyped]

LONGEST = 200  # characters
DEEPEST = 10
LARGEST = 1e100  # a number in a formula
STEEPEST = 100  # an exponent
MOST = 3000  # operations of the value and both derivatives together: 3 ms per step of a path in Python
DOMAIN = ((-2.0, 2.0), (-2.0, 2.0))
FUNCTIONS = ("sin", "cos", "tan", "exp", "log", "sqrt", "abs", "tanh")


class BadFormula(ValueError):
    """A text that is no formula here; the message tells the fix, and carries nothing of the text."""


def formula(text: str, domain: tuple[Point, Point] = DOMAIN) -> Landscape:
    """``x**2 + 10*sin(y)`` as a landscape over ``domain``; raises :class:`BadFormula`. The last 64 are remembered."""
    (left, right), (bottom, top) = domain
    if not all(math.isfinite(v) and abs(v) < LARGEST for v in (left, right, bottom, top)) or left >= right:
        raise BadFormula("Choose a left edge below the right one.")
    if bottom >= top:
        raise BadFormula("Choose a lower edge below the upper one.")
    return _landscape(text, domain)


@lru_cache(maxsize=64)
def _landscape(text: str, domain: tuple[Point, Point]) -> Landscape:
    (left, right), (bottom, top) = domain
    value, gradient, program, latex = _known(text)
    return Landscape(
        name="own",
        title="Your own formula",
        summary="What you wrote, differentiated exactly.",
        reference="SymPy, https://doi.org/10.7717/peerj-cs.103",
        formula=latex,
        domain=domain,
        start=(left + 0.2 * (right - left), bottom + 0.8 * (top - bottom)),
        value=value,
        gradient=gradient,
        program=program,
    )


@lru_cache(maxsize=64)
def _known(text: str) -> tuple[Callable[..., float], Callable[..., Point], dict[str, list[float | str]], str]:
    """Value, gradient, both as postfix programs, and LaTeX."""
    from cnnviz.landscapes import symbols

    try:
        return symbols.compiled(parsed(text))
    except (RecursionError, MemoryError):
        raise BadFormula("This is nested too deeply; write a shorter formula.") from None


def parsed(text: str) -> sympy.Expr:
    """The text as a SymPy expression in x and y; raises :class:`BadFormula`."""
    import simpleeval  # type: ignore[import-untyped]

    from cnnviz.landscapes import symbols

    tree = _tree(text.strip())
    reader = simpleeval.SimpleEval(operators=symbols.OPERATORS, functions=symbols.FUNCTIONS, names=symbols.NAMES)
    reader.nodes = {
        kind: handler
        for kind, handler in reader.nodes.items()
        if kind in (ast.Name, ast.UnaryOp, ast.BinOp, ast.Call, ast.Constant)
    }
    try:
        found = reader.eval("", previously_parsed=tree)
    except BadFormula:
        raise
    except simpleeval.InvalidExpression:
        raise BadFormula(f"Use only numbers, x, y, pi, e, + - * / ** and {', '.join(FUNCTIONS)}.") from None
    except (ArithmeticError, ValueError):
        raise BadFormula("A number in this formula cannot be computed; is something divided by zero?") from None
    except TypeError:
        raise BadFormula("Give each function exactly one number, for example sin(x).") from None
    return symbols.expression(found)


def _tree(text: str) -> ast.expr:
    """The syntax tree, after what students write most often has been told apart."""
    for wrong, message in _slips():
        if re.search(wrong, text):
            raise BadFormula(message)
    if not text:
        raise BadFormula("Write a formula in x and y, for example x**2 + 10*y**2.")
    if len(text) > LONGEST:
        raise BadFormula(f"Write a formula of at most {LONGEST} characters.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadFormula("This cannot be read; check the brackets and the signs between the terms.") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) not in (int, float):
            raise BadFormula("Use plain numbers, such as 2 or 0.5.")
    if _depth(tree) > DEEPEST:
        raise BadFormula(f"Nest at most {DEEPEST} functions and powers in each other.")
    return tree


def _depth(node: ast.AST) -> int:
    """How many functions and powers stand inside each other: what the derivative's length grows with."""
    own = isinstance(node, ast.Call) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow))
    return own + max(map(_depth, ast.iter_child_nodes(node)), default=0)


def _slips() -> Iterator[tuple[str, str]]:
    yield r"\^", "Write a power with two stars: x**2."
    yield r"[²³]", "Write a power with two stars: x**2."
    yield r"=", "Write only the right-hand side: what f(x, y) is, without an equals sign."
    yield r"[−·×÷]", "Use the signs of the keyboard: + - * /."
    yield (
        r"(?<![\w.])(\d+\.?\d*)[xy(]|[)][\w(]|(?<!\w)[xy][\d(]|(?<!\w)[xy]{2}(?!\w)",
        "Write every product with a star: 2*x, x*y.",
    )
    yield r"\d,\d", "Write decimal numbers with a point: 0.5."


def number(value: Any) -> float:
    """A constant part of a formula, checked: it is computed in floats, so no tower of powers takes long."""
    if isinstance(value, complex) or value != value:  # noqa: PLR0124 (NaN)
        raise BadFormula("A number in this formula is not real; is it the root of a negative one?")
    if abs(value) > LARGEST:
        raise BadFormula(f"Use numbers up to {LARGEST:g}.")
    return float(value)
