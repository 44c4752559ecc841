"""The student's own formula: exact derivatives, and nothing but one sentence for whatever else is typed."""

from __future__ import annotations

import math
import random
import subprocess
import sys
import time

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.landscapes.formula import FUNCTIONS, BadFormula, formula
from cnnviz.landscapes.python import infix

PIECES = [
    *("x", "y", "2", "0.5", "3", "1e3", "pi", "e", "**", "*", "+", "-", "/", "(", ")", ",", " ", "^", "=", "."),
    *(f"{name}(" for name in FUNCTIONS),
    *("__class__", "lambda", "'a'", "[", "]", "if", "else", "1j", "True", "x.real", "\n", ";", "²", "99", "9**9**9"),
]


@st.composite
def expressions(draw: st.DrawFn, depth: int = 4) -> str:
    if depth == 0 or (depth < 3 and draw(st.booleans())):
        return draw(st.sampled_from(["x", "y", "2", "0.3", "pi"]))
    kind = draw(st.integers(0, 3))
    inner = draw(expressions(depth=depth - 1))
    if kind == 0:
        return f"{draw(st.sampled_from(FUNCTIONS))}({inner})"
    if kind == 1:
        return f"({inner})**{draw(st.sampled_from(['2', '3', '0.5', '-1', 'x']))}"
    other = draw(expressions(depth=depth - 1))
    return f"({inner} {draw(st.sampled_from('+-*/'))} {other})"


formula("x")  # SymPy's import is paid here, not by the first text


def read(text: str) -> object:
    """The landscape, or None if the text is refused as it should be."""
    begin = time.process_time()
    try:
        return formula(text)
    except BadFormula as refused:
        told = str(refused)
        assert told.endswith((".", "?")) and len(told) <= 140 and "\n" not in told
        return None
    finally:
        assert time.process_time() - begin < 0.5, text


formula("x")  # SymPy's import is not in the measured time


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.text(max_size=40))
def test_whatever_is_typed_gives_a_landscape_or_one_sentence(text: str) -> None:
    read(text)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(expressions(), st.floats(-2, 2), st.floats(-2, 2))
def test_derivatives_are_those_of_autograd(text: str, x: float, y: float) -> None:
    surface = read(text)
    if surface is None:
        return
    try:
        value, gradient = surface.value(x, y), surface.gradient(x, y)
    except (ArithmeticError, ValueError):
        return
    theta = torch.tensor([x, y], dtype=torch.float64, requires_grad=True)
    scope = {"torch": torch, "x": theta[0], "y": theta[1]}
    expected = eval(f"{infix(surface.program['value'])} + 0 * (x + y)", scope)  # noqa: S307 (of our own printing)
    (slope,) = torch.autograd.grad(expected, theta)
    steep = max(map(abs, (value, *gradient)))
    if not (math.isfinite(steep) and steep < 1e6 and torch.isfinite(slope).all()):
        return
    assert value == pytest.approx(float(expected.detach()), rel=1e-8, abs=1e-8)
    assert gradient == pytest.approx(tuple(slope.tolist()), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "value", "gradient"),
    [
        ("x**2 + 10*y**2", 0.09 + 4.9, (0.6, 14.0)),
        ("abs(x - y)*tanh(y)", 0.4 * math.tanh(0.7), (-math.tanh(0.7), math.tanh(0.7) + 0.4 / math.cosh(0.7) ** 2)),
        ("x**y", 0.3**0.7, (0.7 * 0.3**-0.3, 0.3**0.7 * math.log(0.3))),
        ("e**x / sqrt(y)", math.exp(0.3) / 0.7**0.5, (math.exp(0.3) / 0.7**0.5, -0.5 * math.exp(0.3) * 0.7**-1.5)),
        ("3", 3.0, (0.0, 0.0)),
    ],
)
def test_values_by_hand(text: str, value: float, gradient: tuple[float, float]) -> None:
    surface = formula(text)
    assert surface.value(0.3, 0.7) == pytest.approx(value, rel=1e-12)
    assert surface.gradient(0.3, 0.7) == pytest.approx(gradient, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("", "for example"),
        ("x^2", r"x\*\*2"),
        ("2x", r"2\*x"),
        ("x y", "brackets|signs"),
        ("f(x,y) = x", "right-hand side"),
        ("sin x", "signs"),
        ("sin(x, y)", "exactly one"),
        ("sin", "exactly one"),
        ("x.real", "Use only"),
        ("__import__('os').system('true')", "plain numbers"),
        ("open(x)", "Use only"),
        ("x if y else 1", "Use only"),
        ("[x]*10**9", "Use only"),
        ("9**9**9", "exponents up to 100"),
        ("x**1e9", "exponents up to 100"),
        ("((7*x)**99)**99", "exponents|numbers up to"),
        ("1" + "0" * 150, "numbers up to"),
        ("1/0", "divided by zero"),
        ("1/(x - x)", "divided by zero"),
        ("sqrt(-1)", "computed|real"),
        ("(-8)**0.5", "real"),
        ("x+" * 150 + "x", "at most 200"),
        ("tanh(" * 30 + "x" + ")" * 30, "Nest at most"),
        ("(" * 99 + "x" + ")" * 100, "brackets"),
        ("x\0y", "brackets|Use"),
        ("1,5*x", "point"),
    ],
)
def test_what_is_wrong_is_told_with_its_fix(text: str, fix: str) -> None:
    with pytest.raises(BadFormula, match=fix) as told:
        formula(text)
    assert "__import__" not in str(told.value) and len(str(told.value)) <= 140


def test_the_window_needs_two_edges() -> None:
    with pytest.raises(BadFormula, match="left edge"):
        formula("x", ((1.0, 1.0), (0.0, 1.0)))
    with pytest.raises(BadFormula, match="lower edge"):
        formula("x", ((0.0, 1.0), (2.0, 1.0)))


def test_sympy_is_imported_only_for_a_formula() -> None:
    code = (
        "import sys, cnnviz.optim, cnnviz.landscapes.formula\nlist(cnnviz.optim.RULES)\nprint('sympy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_random_points_of_a_long_formula_agree_with_autograd() -> None:
    text = "0.1*(x**2 + y**2)**2 - cos(3*x)*exp(-y*y) + log(1 + x*x)/(2 + sin(y)) + abs(x - 0.3)*tan(0.2*y)"
    surface, draw = formula(text), random.Random(0)
    for _ in range(100):
        point = (draw.uniform(-2, 2), draw.uniform(-2, 2))
        theta = torch.tensor(point, dtype=torch.float64, requires_grad=True)
        scope = {name: getattr(torch, name) for name in FUNCTIONS} | {"x": theta[0], "y": theta[1]}
        (slope,) = torch.autograd.grad(eval(text, scope), theta)  # noqa: S307 (a text of this test)
        assert surface.gradient(*point) == pytest.approx(tuple(slope.tolist()), rel=1e-10, abs=1e-10)
