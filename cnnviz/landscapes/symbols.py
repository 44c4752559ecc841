"""Formulas as SymPy sees them: what may stand in one, its derivatives, and its program for the browser.

Imports SymPy (half a second): only :mod:`cnnviz.landscapes.formula` imports this module, when a formula is read.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

import sympy  # type: ignore[import-untyped]

from cnnviz.landscapes.formula import FUNCTIONS as KNOWN
from cnnviz.landscapes.formula import LARGEST, MOST, STEEPEST, BadFormula, number

Program = list[float | str]
X, Y = sympy.symbols("x y")
NAMES = {"x": X, "y": Y, "pi": math.pi, "e": math.e}


def _sign(u: float) -> float:
    """0 at 0, as in PyTorch."""
    return math.copysign(1.0, u) if u else 0.0


# each function's value at a number, and its LaTeX
PLAIN: dict[str, Callable[..., float]] = {name: getattr(math, name, abs) for name in KNOWN} | {"sign": _sign}
LATEX = {
    "exp": r"e^{%s}",
    "sqrt": r"\sqrt{%s}",
    "abs": r"\left|%s\right|",
    "sign": r"\operatorname{sign}\left(%s\right)",
}


class Written(sympy.Function):  # type: ignore[misc]
    """A function that stays as it was written: SymPy's own look for simpler forms, for minutes in a deep nest."""

    nargs = 1

    def fdiff(self, _argument: int = 1) -> sympy.Expr:
        """Its derivative by its argument; SymPy does the chain."""
        return SLOPES[self.func.__name__](self.args[0])

    def _latex(self, printer: Any, exp: str = "") -> str:
        name = self.func.__name__
        written = LATEX.get(name, rf"\{name}\left(%s\right)") % printer.doprint(self.args[0])
        return rf"\left({written}\right)^{{{exp}}}" if exp else written


class Power(sympy.Function):  # type: ignore[misc]
    """u to the v for a v that is no number."""

    nargs = 2

    def fdiff(self, argument: int = 1) -> sympy.Expr:
        """By u, or by v."""
        u, v = self.args
        return v * Power(u, v - 1) if argument == 1 else self * WRITTEN["log"](u)

    def _latex(self, printer: Any, exp: str = "") -> str:
        base, exponent = (printer.doprint(part) for part in self.args)
        written = rf"\left({base}\right)^{{{exponent}}}"
        return rf"\left({written}\right)^{{{exp}}}" if exp else written


WRITTEN: dict[str, Any] = {name: type(name, (Written,), {}) for name in PLAIN}
# the derivative of each by its argument
SLOPES: dict[str, Callable[[Any], Any]] = {
    "sin": WRITTEN["cos"],
    "cos": lambda u: -WRITTEN["sin"](u),
    "tan": lambda u: 1 + WRITTEN["tan"](u) ** 2,
    "exp": WRITTEN["exp"],
    "log": lambda u: 1 / u,
    "sqrt": lambda u: sympy.Rational(1, 2) / WRITTEN["sqrt"](u),
    "abs": WRITTEN["sign"],
    "tanh": lambda u: 1 - WRITTEN["tanh"](u) ** 2,
    "sign": lambda _: sympy.S.Zero,
}


def _power(base: Any, exponent: Any) -> Any:
    if not (isinstance(exponent, float) or getattr(exponent, "is_number", False)):
        return Power(base, exponent)
    if abs(exponent) > STEEPEST:
        raise BadFormula(f"Use exponents up to {STEEPEST}.")
    return base**exponent


def _checked(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Numbers are computed in floats, all else by SymPy, which never meets a number or a power that is too large."""

    def apply(*parts: Any) -> Any:
        plain = all(isinstance(part, (int, float)) for part in parts)
        made = operation(*(number(part) if plain else _exact(part) for part in parts))
        return number(made) if plain else _small(made)

    return apply


def _exact(part: Any) -> Any:
    """A number as SymPy's, whole if it is: x² is not x to the 2.0."""
    if isinstance(part, (int, float)):
        return sympy.Integer(int(part)) if part == int(part) and abs(part) < 1e15 else sympy.Float(part)
    return part


def _small(made: sympy.Expr) -> Any:
    if made.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I):
        raise BadFormula("This has no real value anywhere; is something divided by zero?")
    if any(abs(atom) > LARGEST for atom in made.atoms(sympy.Number)):
        raise BadFormula(f"Use numbers up to {LARGEST:g}.")
    if any(abs(power.exp) > STEEPEST for power in made.atoms(sympy.Pow) if power.exp.is_number):
        raise BadFormula(f"Use exponents up to {STEEPEST}.")
    return number(float(made)) if made.is_Number else made  # x − x is 0


def _function(name: str) -> Callable[[Any], Any]:
    def apply(part: Any) -> Any:
        return number(PLAIN[name](number(part))) if isinstance(part, (int, float)) else _small(WRITTEN[name](part))

    return apply


OPERATORS = {
    ast.Add: _checked(operator.add),
    ast.Sub: _checked(operator.sub),
    ast.Mult: _checked(operator.mul),
    ast.Div: _checked(operator.truediv),
    ast.Pow: _checked(_power),
    ast.USub: _checked(operator.neg),
    ast.UAdd: _checked(operator.pos),
}
FUNCTIONS = {name: _function(name) for name in KNOWN}


def expression(found: Any) -> sympy.Expr:
    """What was read, as SymPy's expression even if it is a number."""
    if isinstance(found, (int, float)):
        return _exact(number(found))
    if not isinstance(found, sympy.Expr):  # the bare name of a function
        raise BadFormula("Give each function exactly one number, for example sin(x).")
    return found


def compiled(
    value: sympy.Expr,
) -> tuple[Callable[..., float], Callable[..., tuple[float, float]], dict[str, Program], str]:
    """Value and gradient as functions of floats, as postfix programs, and the value's LaTeX."""
    parts = (value, sympy.diff(value, X), sympy.diff(value, Y))
    programs = dict(zip(("value", "gx", "gy"), map(program, parts), strict=True))
    if sum(map(len, programs.values())) > MOST:
        raise BadFormula("Its derivative is too long; write a shorter formula.")
    return _plain(value), _plain(*parts[1:]), programs, sympy.latex(value)


def _plain(*parts: sympy.Expr) -> Callable[..., Any]:
    """A function of two floats; raises ArithmeticError or ValueError where there is no real value."""
    inner = sympy.lambdify((X, Y), parts, modules=[PLAIN | {"Power": operator.pow}, "math"], cse=True)

    def call(x: float, y: float) -> Any:
        found = inner(x, y)
        if any(isinstance(part, complex) for part in found):
            raise ValueError("no real value")
        return (float(found[0]), float(found[1])) if len(found) > 1 else float(found[0])

    return call


def program(part: sympy.Expr) -> Program:
    """An expression in postfix form: numbers, "x", "y" and names of operations, each taking what stands before it."""
    if part.is_Symbol:
        return [part.name]
    if part.is_Number:
        return [float(part)]
    if part.is_Add:
        return _chain([program(term) for term in part.args], "+")
    if part.is_Mul:
        return _product(part.args)
    if part.is_Pow:
        return _raised(part.base, part.exp)
    inner = [item for argument in part.args for item in program(argument)]
    return [*inner, "**" if isinstance(part, Power) else part.func.__name__]


def _chain(parts: list[Program], name: str) -> Program:
    joined = parts[0]
    for part in parts[1:]:
        joined = [*joined, *part, name]
    return joined


def _product(factors: tuple[sympy.Expr, ...]) -> Program:
    """Factors over divisors; a leading −1 becomes a sign."""
    below = [f.base**-f.exp for f in factors if _divides(f)]
    above = [f for f in factors if not _divides(f) and f is not sympy.S.NegativeOne]
    joined: Program = _chain([program(f) for f in above], "*") if above else [1.0]
    for divisor in below:
        joined = [*joined, *program(divisor), "/"]
    return [*joined, *(["neg"] if sympy.S.NegativeOne in factors else [])]


def _divides(factor: sympy.Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Number and factor.exp < 0)


def _raised(base: sympy.Expr, exponent: sympy.Expr) -> Program:
    if exponent.is_Number and exponent < 0:
        return [1.0, *program(base**-exponent), "/"]
    return [*program(base), *program(exponent), "**"]
