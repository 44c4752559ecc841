"""Parameters know their range."""

from dataclasses import dataclass

import pytest

from cnnviz.params import param, params


@dataclass(frozen=True)
class Window:
    stride: int = param(1, low=1, high=4, help="how far the window moves")
    fill: str = param("zero", choices=("zero", "mirror"), help="what lies outside", label="border")
    hidden: int = 3


def test_fields_with_param_are_listed_in_order() -> None:
    assert [(p.name, p.label, p.default) for p in params(Window)] == [
        ("stride", "stride", 1),
        ("fill", "border", "zero"),
    ]
    assert Window() == Window(1, "zero", 3)


def test_a_value_out_of_range_is_told_with_the_range() -> None:
    stride, fill = params(Window())
    assert stride.check(4) == 4
    with pytest.raises(ValueError, match="from 1 to 4"):
        stride.check(5)
    with pytest.raises(ValueError, match="zero, mirror"):
        fill.check("wrap")


def test_a_default_out_of_range_is_refused_where_it_is_declared() -> None:
    with pytest.raises(ValueError, match="from 1 to 4"):
        param(9, low=1, high=4, help="too much")
