"""Typed scores: what is read, what is refused in a sentence, and D2's prediction as scores."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from cnnviz.scores.errors import BadScores
from cnnviz.scores.written import Row, every, first, loss, parse, probabilities, write


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("3.2, 5.1, -1.7", [("class 0", 3.2, 1), ("class 1", 5.1, 1), ("class 2", -1.7, 1)]),
        ("1 2 3", [("class 0", 1, 1), ("class 1", 2, 1), ("class 2", 3, 1)]),
        ("cat 3; sea lion: −2.5e1", [("cat", 3, 1), ("sea lion", -25, 1)]),
        ("a 1\nb = .5\n", [("a", 1, 1), ("b", 0.5, 1)]),
        ("cat 0; 999 x others 0", [("cat", 0, 1), ("others", 0, 999)]),
        ("2 × 7; x 1", [("class 0", 7, 2), ("x", 1, 1)]),
        ("3 x 4", [("class 0", 4, 3)]),
    ],
)
def test_what_is_read(text: str, rows: list[tuple[str, float, int]]) -> None:
    assert parse(text) == tuple(Row(*row) for row in rows)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "at least two"),
        ("5", "at least two"),
        ("cat", "no score"),
        ("1; cat; 2", "no score"),
        ("1, 1e99", "million"),
        ("0 x a 1; 3", "count"),
        ("; ".join("1" * 1 for _ in range(21)), "at most 20"),
        ("1; 1000000 x others 1", "at least two"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(BadScores, match=told) as refused:
        parse(text)
    assert len(str(refused.value)) <= 140


def test_the_true_class_needs_a_row_of_its_own() -> None:
    with pytest.raises(BadScores, match="row of its own"):
        parse("1000 x every 0", own_row=True)


def test_written_scores_are_read_again() -> None:
    rows = parse("cat 3.25; 997 x others -14.5; dog -1e-05")
    assert parse(write(rows)) == rows


def test_no_text_breaks_the_reader() -> None:
    drawn = random.Random(0)
    for _ in range(3000):
        text = "".join(drawn.choice("0123456789.-+e x×;,\n ab=:_−$<") for _ in range(drawn.randrange(40)))
        try:
            rows = parse(text)
        except BadScores:
            continue
        assert np.isfinite(probabilities(rows)).all()


def test_equal_classes_share_a_row() -> None:
    rows = parse("cat 1; 3 x others 0.5; dog 2")
    assert every(rows).tolist() == [1, 0.5, 0.5, 0.5, 2]
    assert first(rows, 2) == 4
    total = math.e + 3 * math.exp(0.5) + math.exp(2)
    np.testing.assert_allclose(probabilities(rows), [math.e / total, math.exp(0.5) / total, math.exp(2) / total])
    assert loss(rows, 2) == pytest.approx(math.log(total) - 2)
