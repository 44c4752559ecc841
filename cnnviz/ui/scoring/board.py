"""The figure of the lecture on scores and loss: from a picture to a loss, row by row, and what is clicked there."""

from __future__ import annotations

from cnnviz.scores import written
from cnnviz.scores.classifier import pictures, signed
from cnnviz.scores.errors import BadScores
from cnnviz.scores.written import Row
from cnnviz.ui import state
from cnnviz.ui.components.scoreboard import Board, Seen, clicked, edited, heat, scoreboard
from cnnviz.ui.presets import note
from cnnviz.ui.scoring.controls import Scored
from cnnviz.ui.scoring.examples import CLASSES, EXAMPLES, OWN


def draw(shown: Scored) -> None:
    """The scoreboard, and what the example on screen shows."""
    board = Board(shown.rows, shown.label, shown.watched, shown.temperature, seen(shown))
    scoreboard(board, key="scores", on_pick=keep_pick, on_label=keep_label, on_edit=keep_edit, on_heat=keep_heat)
    # what an edit of one score starts from
    state.put("score-shown", written.write(shown.rows))
    state.put("score-truth", str(shown.label))
    note(EXAMPLES)


def seen(shown: Scored) -> Seen | None:
    """The picture, the templates and the terms of the sum in view."""
    if shown.classifier is None or shown.pictured is None:
        return None
    of = shown.classifier
    look = pictures(of.weights) if shown.look == "colour" else signed(of.weights)
    terms = of.terms(shown.x, shown.watched)
    return Seen(shown.pictured.pixels, look, signed(terms[None])[0], told(shown))


def told(shown: Scored) -> tuple[str, ...]:
    """The sum in view, as its positive part, its negative part and the bias."""
    if shown.classifier is None:
        return ()
    terms = shown.classifier.terms(shown.x, shown.watched)
    parts = {"for": terms[terms > 0].sum(), "against": terms[terms < 0].sum()}
    parts["bias b"] = float(shown.classifier.bias[shown.watched])
    lines = [f"{name}: {value:+.2f}".replace("-", "−") for name, value in parts.items()]
    return (*lines, f"score: {shown.rows[shown.watched].score:.2f}".replace("-", "−"))


def keep_pick() -> None:
    """Take over the row that was clicked; a callback."""
    _keep("score-class", clicked("scores", "picked", CLASSES))


def keep_label() -> None:
    """Take over the class that was called true; a callback."""
    _keep("score-label", clicked("scores", "label", written.ROWS))


def _keep(key: str, row: int | None) -> None:
    if row is not None:
        state.put(key, str(row))


def keep_edit() -> None:
    """A score was written into a row: all of them become the student's own numbers; a callback."""
    try:
        rows = written.parse(str(state.get("score-shown", OWN)))
    except BadScores:
        return
    edit = edited("scores", len(rows))
    if edit is not None:
        k, value = edit
        changed = (*rows[:k], Row(rows[k].name, value, rows[k].count), *rows[k + 1 :])
        state.put("score-of", "own")
        state.put("score-own", written.write(changed))
        state.put("score-label", str(state.get("score-truth", "auto")))


def keep_heat() -> None:
    """Take over the temperature at which the slider came to rest; a callback."""
    value = heat("scores")
    if value is not None:
        state.put("score-temperature", f"{value:.4f}".rstrip("0").rstrip("."))
