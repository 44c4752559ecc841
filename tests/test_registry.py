"""A registry fills itself, keeps order, and tells what there is."""

from dataclasses import dataclass

import pytest

from cnnviz.registry import Registry, UnknownItem


@dataclass(frozen=True)
class Thing:
    name: str
    order: int = 1000
    title: str = "A thing"
    summary: str = "It is."
    reference: str = "None"


def filled() -> Registry[Thing]:
    things: Registry[Thing] = Registry("thing", "email.mime")  # any small package will do
    things.add(Thing("late"))
    things.add(Thing("early", order=1))
    things.add(Thing("also-late"))
    return things


def test_items_come_in_their_order_then_by_name() -> None:
    assert list(filled()) == ["early", "also-late", "late"]
    assert len(filled()) == 3 and "late" in filled() and "never" not in filled()


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="already a thing called 'late'"):
        filled().add(Thing("late"))


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(UnknownItem, match="no thing is called 'x'; there are: early, also-late, late"):
        filled()["x"]


def test_reading_imports_the_whole_folder() -> None:
    from cnnviz.cam import METHODS

    assert {"cam", "grad-cam", "hires-cam", "xgrad-cam"} <= set(METHODS)
