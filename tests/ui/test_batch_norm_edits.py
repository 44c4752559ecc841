"""What the batch normalization page makes of edits and texts, without drawing it."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.normalization import backward, forward
from cnnviz.training.tasks.batch_norm import Event
from cnnviz.ui.components.batch import Edit
from cnnviz.ui.normalizing import controls, gradient, training
from cnnviz.ui.normalizing.equations import equations
from cnnviz.ui.normalizing.given import BadNumbers, Given, parse, recalled, write


def test_a_dragged_number_becomes_the_students_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"bn-source": "random", "bn-size": 5, "bn-seed": 2}
    monkeypatch.setattr(controls.state, "get", lambda key, default=None: state.get(key, default))
    monkeypatch.setattr(controls.state, "put", state.__setitem__)
    monkeypatch.setattr(controls, "edited", lambda key: Edit(3, 0, 8.25))
    before = Given("random", 5, 2).batch()
    controls.keep_edit()
    after = parse(str(state["bn-numbers"]))
    assert state["bn-source"] == "numbers"
    assert after[3, 0] == 8.25 and np.allclose(np.delete(after, 3, 0), np.delete(before, 3, 0))
    monkeypatch.setattr(controls, "edited", lambda key: Edit(11, 0, 1.0))  # a message of a figure long gone
    controls.keep_edit()
    assert np.array_equal(parse(str(state["bn-numbers"])), after)


def test_a_random_batch_that_is_edited_in_evaluation_keeps_its_training(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"bn-source": "random", "bn-size": 5, "bn-seed": 2, "bn-mode": "eval"}
    monkeypatch.setattr(controls.state, "get", lambda key, default=None: state.get(key, default))
    monkeypatch.setattr(controls.state, "put", state.__setitem__)
    monkeypatch.setattr(controls, "edited", lambda key: Edit(0, 0, 8.25))
    controls.keep_edit()
    kept = recalled(str(state["bn-trained"]))
    assert kept is not None and np.array_equal(kept.batch(3), Given("random", 5, 2).batch(3))


def test_a_written_gradient_fills_up_with_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"bn-upstream": "1"}
    monkeypatch.setattr(gradient.state, "get", lambda key, default=None: state.get(key, default))
    monkeypatch.setattr(gradient.state, "put", state.__setitem__)
    monkeypatch.setattr(gradient, "edited", lambda key: Edit(2, 0, -0.5))
    gradient.keep_edit()
    assert state["bn-upstream"] == "1 0 -0.5"


def test_numbers_are_read_as_they_are_written() -> None:
    for shape in ((1, 1), (4, 2), (12, 1)):
        x = np.random.default_rng(1).integers(-9, 10, shape) / 4
        assert np.array_equal(parse(write(x)), x)
    assert parse("−1, 2").tolist() == [[-1], [2]]
    for source in ("random", "pair", "scales"):
        drawn = Given(source, 12, 5).batch()
        assert np.array_equal(parse(write(drawn)), drawn)
    with pytest.raises(BadNumbers):
        parse("; ;")


def test_the_six_equations_are_written_for_batches_without_spread() -> None:
    x, g = np.array([2.0, 2.0]), np.array([1.0, -1.0])
    lines = equations(g, forward(x, eps=0.0), backward(x, g, eps=0.0), gamma=1.0, eps=0.0)
    assert len(lines) == 6 and "0/0" in lines[3]


def test_a_diverged_run_is_called_so() -> None:
    nan = float("nan")
    line = (0.7, nan)
    event = Event(1.0, (0.1, 3.0) * 2, (False, False, True, True), (1, 2), (line,) * 4, (line,) * 4, ((1.0, 2.0),) * 4)
    event = Event(**{**vars(event), "accuracy": (0.9, nan, 0.95, 0.9)})
    assert "| without | 90 % | diverged |" in training.table(event)
    assert "with batch norm at 0.1, 3**, without at 0.1" in training.reading(event)
