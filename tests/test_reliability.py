"""RELIABILITY.md says what the tests of promises measured, and names no test that is not there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.promises import MISSING, PROMISES
from tools.reliability import read, table

ROOT = Path(__file__).parents[1]
TOLD = (ROOT / "RELIABILITY.md").read_text()


def line(test: str, figure: str, *, promise: str = "bombs", passed: bool = True) -> str:
    return json.dumps({"promise": promise, "figure": figure, "test": test, "passed": passed}) + "\n"


@pytest.mark.parametrize("name", PROMISES)
def test_every_promise_has_a_row_with_a_figure_or_says_what_is_missing(name: str) -> None:
    row = next(line for line in TOLD.splitlines() if line.startswith(f"| {PROMISES[name]} |"))
    assert "not measured" not in row and "not held" not in row
    assert (name in MISSING) == ("**Missing**" in row.partition(PROMISES[name])[2]) or name in MISSING


def test_every_test_that_is_named_exists_and_carries_a_promise() -> None:
    named = re.findall(r"`(tests/[^`:]+)::(\w+)", TOLD)
    assert len(named) >= len(PROMISES)
    for file, function in named:
        source = (ROOT / file).read_text()
        assert f"def {function}(" in source and "promise(" in source, f"{file}::{function}"


def test_the_full_form_counts_and_the_later_file(tmp_path: Path) -> None:
    first, later = tmp_path / "first", tmp_path / "later"
    first.write_text(line("t.py::a[quick]", "3") + line("t.py::a[full]", "4") + line("t.py::b", "5"))
    later.write_text(line("t.py::b", "6"))
    assert {each["test"]: each["figure"] for each in read([first, later])} == {"t.py::a[full]": "4", "t.py::b": "6"}


def test_a_promise_that_is_not_held_or_not_measured_is_seen() -> None:
    told = table([{"promise": "bombs", "figure": "7 | 8", "test": "t.py::a", "passed": False}])
    assert "**not held**: 7 \\| 8" in told
    assert told.count("**not measured**") == len(PROMISES) - 1 - len(MISSING.keys() - {"bombs"})
