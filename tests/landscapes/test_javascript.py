"""What the translation to JavaScript refuses: everything outside its subset, at once and with the line."""

from __future__ import annotations

import math

import pytest

from cnnviz.landscapes.javascript import CannotTranslate, Script
from cnnviz.landscapes.python import infix

FIVE = 5.0
WORDS = {"a": 1}


def loops(x: float) -> float:
    while x > 1:
        x /= 2
    return x


def divides_down(x: float) -> float:
    return x // 2


def compares_twice(x: float) -> float:
    return 1.0 if 0 < x < 1 else 0.0


def names_a_mapping(x: float) -> float:
    return x * len(WORDS)


def gives_a_keyword(x: float) -> float:
    return max(x, default=1.0)  # type: ignore[call-overload]


def attribute_of_a_module(x: float) -> float:
    return math.sin(x)


def slices(x: list[float]) -> list[float]:
    return x[1:]


def deletes(x: float) -> float:
    del x
    return 1.0


def formats(x: float) -> str:
    return f"{x}"


REFUSED = [
    loops,
    divides_down,
    compares_twice,
    names_a_mapping,
    gives_a_keyword,
    attribute_of_a_module,
    slices,
    deletes,
    formats,
    lambda x: x,
]


@pytest.mark.parametrize("function", REFUSED, ids=lambda function: function.__name__)
def test_what_is_not_in_the_subset_is_refused_at_once(function: object) -> None:
    with pytest.raises(CannotTranslate) as told:
        Script().add(function)
    assert len(str(told.value)) <= 140


def reserved(new: float, x: float) -> float:
    let = new * FIVE
    x, let = let, x
    return (x or let) ** 2


def test_names_of_javascript_and_swaps_are_minded() -> None:
    script = Script()
    script.add(reserved)
    text = "\n".join(script.lines)
    assert "const FIVE = 5.0;" in text and "function reserved(new_, x)" in text and "either(x, let_)" in text
    assert text.index("$1 = let_") < text.index("x = $1")


def test_a_variable_from_outside_has_to_be_a_parameter() -> None:
    scale = 3.0

    def scaled(x: float) -> float:
        return scale * x

    with pytest.raises(CannotTranslate, match="parameter"):
        Script().add(scaled)
    script = Script(frozenset({"scale"}))
    script.add(scaled)
    assert "return (scale * x);" in script.lines[-1]


def test_a_program_as_python() -> None:
    assert infix([2.0, "x", "*", "y", "neg", "sin", "+"]) == "((2.0 * x) + torch.sin((-y)))"
