"""What the sliding window sends to the browser, and what it believes of what comes back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui import state
from cnnviz.ui.components import window as component
from cnnviz.ui.components.window import BadScene, Edit, Scene, clicked, edited


def scene(**changes: object) -> Scene:
    x, w = np.arange(9.0).reshape(1, 3, 3), np.ones((1, 1, 2, 2))
    made = {
        "kind": "convolution",
        "input": x,
        "padded": x,
        "output": np.ones((1, 2, 2)),
        "weights": w,
        "kernel": (2, 2),
    }
    return Scene(**(made | changes))  # type: ignore[arg-type]


def numbers(message: dict[str, object], name: str) -> np.ndarray:
    sent = message[name]
    assert isinstance(sent, dict)
    return np.frombuffer(base64.b64decode(sent["values"]), "<f4").reshape(sent["shape"])


def test_arrays_travel_as_little_endian_float32() -> None:
    x = np.array([[[1.5, -np.inf], [0.1, 3e30]]])
    message = scene(input=x, padded=x.astype(">f8")[:, ::-1], bias=np.array([7])).message()
    assert np.array_equal(numbers(message, "input"), x.astype(np.float32))
    assert np.array_equal(numbers(message, "padded"), x[:, ::-1].astype(np.float32))  # views and other byte orders too
    assert numbers(message, "bias").tolist() == [7.0]
    assert message["gradient"] is None
    assert (message["kind"], message["kernel"], message["flipped"]) == ("convolution", (2, 2), False)


def test_a_transposed_convolution_shows_the_input_itself() -> None:
    message = scene(kind="transposed", padded=np.zeros((1, 5, 5))).message()
    assert numbers(message, "padded").shape == (1, 3, 3)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "sum"},
        {"weights": None},
        {"kind": "max"},
        {"input": np.ones((3, 3))},
        {"output": np.ones((1, 0, 2))},
    ],
    ids=str,
)
def test_arrays_that_do_not_belong_together_are_refused_in_a_sentence(changes: dict[str, object]) -> None:
    with pytest.raises(BadScene) as caught:
        scene(**changes)
    assert len(str(caught.value)) <= 140 and str(caught.value).endswith(".")


Told = Callable[[object], None]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Pretend that the browser sent something."""

    def tell(sent: object) -> None:
        monkeypatch.setattr(state, "get", lambda key, default=None: sent)
        monkeypatch.setattr(state, "generation", lambda: 2)

    return tell


@pytest.mark.parametrize(
    ("sent", "cell"),
    [
        ([0, 1, 2], (0, 1, 2)),
        ([0, 1.0, 2, 2], (0, 1, 2)),
        ([0, 1, 2, 1], None),  # from before the page was reset
        ([0, 9, 0], None),  # outside the output as it is now
        ([0, 1], None),
        ([0, -1, 0], None),
        ([0, 0.5, 0], None),
        ([0, True, 0], None),
        ([0, float("nan"), 0], None),
        ([0, 1e300, 0], None),
        (["0", "1", "2"], None),
        ("012", None),
        (None, None),
    ],
    ids=str,
)
def test_a_click_is_a_cell_or_nothing(told: Told, sent: object, cell: object) -> None:
    told(SimpleNamespace(cell=sent))
    assert clicked("w", shape=(1, 3, 3)) == cell


@pytest.mark.parametrize(
    ("sent", "edit"),
    [
        ({"which": "input", "index": [0, 1, 2], "value": -0.5}, Edit("input", (0, 1, 2), -0.5)),
        ({"which": "weights", "index": [0, 1, 2, 3], "value": 1}, Edit("weights", (0, 1, 2, 3), 1.0)),
        ({"which": "bias", "index": [4], "value": 1e3}, Edit("bias", (4,), 1e3)),
        ({"which": "input", "index": [0, 1], "value": 1}, None),
        ({"which": "output", "index": [0, 1, 2], "value": 1}, None),
        ({"which": "input", "index": [0, 1, -2], "value": 1}, None),
        ({"which": "input", "index": [0, 1, 2], "value": float("inf")}, None),
        ({"which": "input", "index": [0, 1, 2], "value": "1"}, None),
        ({"which": "input", "index": None, "value": 1}, None),
        ({"which": [], "index": [0], "value": 1}, None),
        ([1, 2], None),
        (None, None),
    ],
    ids=str,
)
def test_an_edit_is_a_number_in_a_cell_or_nothing(told: Told, sent: object, edit: Edit | None) -> None:
    told(SimpleNamespace(edit=sent))
    assert edited("w") == edit


def test_a_page_draws_it_and_a_cell_outside_is_moved_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, object]] = []
    monkeypatch.setattr(component, "_mount", lambda **given: sent.append(given))

    def page() -> None:
        import numpy as np

        from cnnviz.ui.components.window import Scene, clicked, edited, window

        x = np.ones((1, 3, 3))
        drawn = Scene("convolution", x, x, np.ones((2, 2, 2)), np.ones((2, 1, 2, 2)), kernel=(2, 2))
        window(drawn, key="w", cell=(5, -1, 9))
        assert clicked("w") is None and edited("w") is None

    app = AppTest.from_function(page).run()
    assert not app.exception
    (given,) = sent
    assert given["data"]["cell"] == [1, 0, 1]  # type: ignore[index]
