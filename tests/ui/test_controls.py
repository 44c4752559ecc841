"""Controls drawn from what they control, and choices that links carry."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.usefixtures("fresh_caches")


def script() -> None:
    from dataclasses import dataclass

    import streamlit as st

    from cnnviz.params import param
    from cnnviz.ui import state
    from cnnviz.ui.controls import choose, controls

    @dataclass(frozen=True)
    class Window:
        stride: int = param(1, low=1, high=4, help="How far the window moves.")
        share: float = param(0.5, low=0.0, high=1.0, step=0.1, help="How much is kept.")
        border: str = param("zero", choices=("zero", "mirror"), help="What lies outside.")
        flip: bool = param(False, help="Whether the kernel is turned.")

    state.forget_defaults()
    st.button("Reset", key="reset", on_click=state.reset)
    chosen = choose("Colour", ("red", "green", "blue"), key="colour", default="green", title=str.upper)
    st.text(f"{chosen} {controls(Window, key='w')}")
    st.caption(" ".join(sorted(state.take_nonsense())))


def opened(**query: str) -> AppTest:
    app = AppTest.from_function(script)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def said(app: AppTest) -> Any:
    return app.text[0].value


def test_one_control_per_parameter_with_its_default() -> None:
    app = opened()
    assert said(app).endswith("Window(stride=1, share=0.5, border='zero', flip=False)")
    assert (app.slider(key="w-stride").min, app.slider(key="w-stride").max) == (1, 4)
    assert app.query_params == {}


def test_a_link_sets_every_control() -> None:
    app = opened(colour="blue", **{"w-stride": "3", "w-share": "0.2", "w-border": "mirror", "w-flip": "true"})
    assert said(app) == "blue " + said(app).split(" ", 1)[1]
    assert said(app).endswith("Window(stride=3, share=0.2, border='mirror', flip=True)")


def test_the_menu_shows_titles_and_the_link_carries_names() -> None:
    app = opened()
    assert app.selectbox(key="colour").options == ["RED", "GREEN", "BLUE"]
    app.selectbox(key="colour").set_value("red").run()
    assert said(app).startswith("red ")
    assert app.query_params["colour"] in ("red", ["red"])
    app.selectbox(key="colour").set_value("green").run()
    assert "colour" not in app.query_params


def test_nonsense_gives_the_default_and_is_told_once() -> None:
    app = opened(colour="<b>", **{"w-stride": "99"})
    assert said(app).startswith("green ") and "stride=1," in said(app)
    assert app.caption[0].value == "colour"
    assert app.run().caption[0].value == ""


def test_what_a_new_link_asks_for_wins_over_what_was_chosen() -> None:
    app = opened()
    app.selectbox(key="colour").set_value("red").run()
    app.query_params["colour"] = "green"  # as a link on another page does, also for the default
    assert said(app.run()).startswith("green ")


def test_reset_gives_every_default_back() -> None:
    app = opened(colour="blue", **{"w-stride": "3", "w-border": "mirror"})
    app.button(key="reset").click().run()
    assert said(app).startswith("green ") and said(app).endswith("stride=1, share=0.5, border='zero', flip=False)")
    assert "colour" not in app.query_params


LINKED = """
import streamlit as st
from cnnviz.ui.controls import choose
choose("Which", ["one", "two", "three"], key="which", default="one")
"""


def test_an_address_that_is_late_undoes_no_click(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.ui import state

    page = AppTest.from_string(LINKED).run()
    page.selectbox[0].set_value("two").run()
    page.selectbox[0].set_value("three").run()
    page.query_params["which"] = "two"  # sent by the browser before it had the last answer
    page.run()
    assert page.selectbox[0].value == "three"
    assert page.query_params["which"] == "three"
    monkeypatch.setattr(state, "LATE", -1.0)  # later, the same address is a link that somebody follows
    page.query_params["which"] = "two"
    page.run()
    assert page.selectbox[0].value == "two"
