"""What the user got wrong is one sentence; what we got wrong keeps its traceback."""

from __future__ import annotations

import json

import pytest

from cnnviz.cli.errors import Complaint, one_sentence, sentence
from cnnviz.params import Param
from cnnviz.registry import UnknownItem


def test_our_own_exceptions_become_their_sentence() -> None:
    with pytest.raises(Complaint, match=r"^no colour is called 'x'; there are: a, b$") as caught, one_sentence():
        raise UnknownItem("no colour is called 'x';\n there are: a, b")
    assert caught.value.exit_code == 2


def test_a_value_error_of_our_code_becomes_its_sentence() -> None:
    with pytest.raises(Complaint, match="choose a value from 0 to 1"), one_sentence():
        Param("opacity", 0.5, "", low=0, high=1).check(2)


def test_a_value_error_of_a_library_is_a_bug() -> None:
    with pytest.raises(json.JSONDecodeError), one_sentence():
        json.loads("{")


@pytest.mark.parametrize("error", [KeyError("name"), TypeError("of None"), RuntimeError("shape"), BrokenPipeError()])
def test_bugs_and_closed_pipes_pass_through(error: Exception) -> None:
    with pytest.raises(type(error)), one_sentence():
        raise error


def test_a_file_error_names_the_file() -> None:
    assert sentence(FileNotFoundError(2, "No such file or directory", "a.png")) == "a.png: No such file or directory"


def test_it_decorates() -> None:
    @one_sentence()
    def fail() -> None:
        raise UnknownItem("none")

    for _ in range(2):
        with pytest.raises(Complaint, match="none"):
            fail()
