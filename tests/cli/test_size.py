"""``cnnviz size``: JSON as promised, a sentence for people, a sentence for every mistake."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cnnviz.cli import main


def run(line: str) -> Result:
    return CliRunner().invoke(main, ["size", *line.split()])


def answer(line: str) -> dict[str, Any]:
    result = run(f"{line} --json")
    assert (result.exit_code, result.stderr) == (0, "")
    row: dict[str, Any] = json.loads(result.stdout)
    assert list(row) == ["size", "fits", "exact", "dropped", "padding_to_fit"]
    assert all(isinstance(value, float) for value in row["exact"])
    return row


@pytest.mark.parametrize(
    ("line", "size", "fits", "dropped", "padding"),
    [
        ("7 3", [5, 5], True, [0, 0], [0, 0]),
        ("7 3 --stride 2", [3, 3], True, [0, 0], [0, 0]),
        ("7 3 --stride 3", [2, 2], False, [1, 1], [1, 1]),
        ("7 3 --stride 3 --policy error", None, False, [1, 1], [1, 1]),
        ("7 3 --stride 3 --policy ceil", [3, 3], False, [0, 0], [1, 1]),
        ("7 3 --stride 3 --policy same", [3, 3], True, [0, 0], [1, 1]),
        ("7x5 3x2 --stride 2x1 --padding 1x0", [4, 4], True, [0, 0], [0, 0]),
        ("224 11 --stride 4", [54, 54], False, [1, 1], [None, None]),
        ("227x224 11 --stride 4", [55, 54], False, [0, 1], [0, None]),
        ("7 3 --dilation 2x3", [3, 1], True, [0, 0], [0, 0]),
        ("4 3 --stride 2 --transposed --output-padding 1", [10, 10], True, [0, 0], [0, 0]),
        ("4x5 3x4 --stride 2 --padding 1 --transposed", [7, 10], True, [0, 0], [0, 0]),
    ],
)
def test_the_object_that_was_promised(
    line: str, size: list[int] | None, *, fits: bool, dropped: list[int], padding: list[int | None]
) -> None:
    row = answer(line)
    assert (row["size"], row["fits"], row["dropped"], row["padding_to_fit"]) == (size, fits, dropped, padding)


def test_exact_is_the_quotient_before_rounding() -> None:
    assert answer("7x9 3 --stride 3x2")["exact"] == pytest.approx([7 / 3, 4.0])
    assert answer("224 11 --stride 4")["exact"] == [54.25, 54.25]


WORDS = {
    "7 3": "7×7 and a kernel of 3×3 give 5×5.",
    "7x8 3 --stride 3": (
        "7×8 and a kernel of 3×3 give 2×2, rounded from 2.33×2.67; dropped at the end: 1 row and 2 columns; "
        "padding 1×2 makes it fit."
    ),
    "224x227 11 --stride 4 --policy error": (
        "224×227 and a kernel of 11×11 do not fit: 54.25×55; no padding that is the same on both sides makes it fit."
    ),
    "7 3 --stride 3 --policy ceil": (
        "7×7 and a kernel of 3×3 give 3×3, rounded from 2.33×2.33; padding 1 makes it fit."
    ),
}


@pytest.mark.parametrize(("line", "sentence"), WORDS.items())
def test_in_words(line: str, sentence: str) -> None:
    result = run(line)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{sentence}\n", "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("3 5", "a kernel of 5 does not fit an input of 3; raise padding to at least 1"),
        ("7x3 5", "a kernel of 5 does not fit an input of 3; raise padding to at least 1"),
        ("7 3 --stride 0", "the stride is 0; choose a whole number from 1"),
        ("0 3", "the input is 0"),
        ("7 3 --padding -1", "'-1' is no padding; write whole numbers such as 7, or 7x5"),
        ("7x 3", "'7x' is no input"),
        ("7 3x3x3", "'3x3x3' is no kernel"),
        ("7.5 3", "'7.5' is no input"),
        ("٧ 3", "is no input"),
        ("9" * 50 + " 3", "the input is too large"),
        ("9" * 5000 + " 3", "is no input"),
        ("7 3 --policy round", "'round' is not one of 'error', 'floor', 'ceil', 'same'"),
        ("7 3 --output-padding 1", "add --transposed"),
        ("7 3 --transposed --stride 2 --output-padding 2", "choose at most 1"),
        ("7 3 --transposed --policy same", "leave out the policy same"),
        ("1 1 --transposed --padding 3", "lower it by at least 6 in all"),
        ("7", "Missing argument 'K'"),
    ],
)
def test_a_mistake_is_one_sentence(line: str, words: str) -> None:
    result = run(line)
    assert (result.exit_code, result.stdout) == (2, "")
    (sentence,) = result.stderr.splitlines()
    assert sentence.startswith("Error: ") and words in sentence


def test_it_needs_neither_torch_nor_streamlit() -> None:
    code = (
        "import sys; from cnnviz.cli import main; main(['size', '7', '3'], standalone_mode=False); "
        "sys.exit(any(name in sys.modules for name in ('torch', 'streamlit', 'plotly')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
