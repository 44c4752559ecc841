"""A stack by lines: nothing is lost or counted twice, and the line that is blamed is the one that is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ledger import ARCHITECTURES, StackError, ledger, parse, written
from cnnviz.ledger.lines import lined

SIZE = (3, 32, 32)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_lines_of_a_network_add_up_to_its_ledger(name: str) -> None:
    architecture = ARCHITECTURES[name]
    whole, found = ledger(architecture), lined(written(architecture.layers), architecture.input)
    assert found.problem == "" and found.made is not None
    assert [row for line in found.lines for row in line.rows] == list(found.made.rows)
    assert sum(line.params for line in found.lines) == whole.params
    assert sum(line.macs for line in found.lines) == whole.macs
    assert found.lines[-1].output == whole.rows[-1].output


def test_each_line_tells_its_own_layers() -> None:
    found = lined("conv 16 5 p2; relu  # first\n\npool 2\nresidual {\n  conv 16 3 p1\n}\nfc 10", SIZE)
    assert [line.number for line in found.lines] == [1, 3, 6, 7]
    assert [line.output for line in found.lines] == [(16, 32, 32), (16, 16, 16), (16, 16, 16), (10,)]
    assert [line.params for line in found.lines] == [1216, 0, 16 * (9 * 16 + 1), 40_970]
    assert [line.field for line in found.lines[:3]] == [5, 6, 10]
    assert [found.line_of(row) for row in range(6)] == [1, 1, 3, 6, 6, 7]


@pytest.mark.parametrize(
    ("text", "at", "words", "counted"),
    [
        ("conv 16 5 p2\nconvv 3\nfc 10", 2, "try 'conv'", 1),
        ("conv 16 3\n\n# words\npool 2\nconv 9 33\nfc 10", 5, "pool less before it", 2),
        ("fc 10\nconv 3 3", 2, "put it before the flatten or fc layer", 1),
        ("relu\nresidual {\nconv 4 3 p1\n}\nfc 1", 2, "shortcut", 1),
        ("relu\nresidual {\nconv 4 x\n}\nfc 1", 3, "window", 1),
        ("relu\nrepeat 3 {\nconv 4 3", 2, "add }", 1),
        ("relu\n}\nfc 1", 2, "remove it", 1),
        ("", 1, "begin with a layer", 0),
        ("\n \n# only words", 1, "begin with a layer", 0),
        ("conv 4 60", 1, "pool less", 0),
    ],
)
def test_the_line_that_is_wrong_is_told_with_its_fix(text: str, at: int, words: str, counted: int) -> None:
    found = lined(text, SIZE)
    assert (found.at, len(found.lines)) == (at, counted)
    assert words in found.problem and len(found.problem) <= 140 and "\n" not in found.problem


WORDS = st.sampled_from(
    [
        "conv 8 3 p1",
        "conv 8 3",
        "pool 2",
        "relu; bn",
        "fc 4",
        "residual {",
        "}",
        "shortcut {",
        "",
        "# x",
        "conv",
        "repeat 2 {",
    ]
)


@given(st.lists(WORDS, max_size=12).map("\n".join))
def test_a_text_is_counted_whole_exactly_when_the_ledger_takes_it(text: str) -> None:
    found = lined(text, SIZE)
    try:
        whole = ledger(parse(text), SIZE)
    except StackError:
        assert found.problem and 1 <= found.at <= max(len(text.splitlines()), 1)
    else:
        assert found.problem == "" and found.made == whole
