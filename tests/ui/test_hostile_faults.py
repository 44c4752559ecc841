"""A fault anywhere behind a page is one sentence on it and a trace in the log; the next visit finds the page whole."""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
import random
import sys
import threading
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz.paths import PAGES, ROOT
from cnnviz.ui.lecture import GENERAL
from tests.promises import quick_and_full

NAMES = [path.stem for path in sorted(PAGES.glob("*.py"))]
PRIVATE = "/srv/secret/students.csv"
EXITS = (SystemExit, KeyboardInterrupt)  # no ``Exception``: they pass what catches one
KINDS = (RuntimeError, MemoryError, RecursionError, ZeroDivisionError, OSError, AssertionError, KeyError, *EXITS)
# what starts and ends a page, and the net itself
FRAME = ("run", "hand_over", "configure", "one_sentence", "sentence", "_note_nonsense")


def opened(name: str) -> AppTest:
    return AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=120).run()


@functools.cache
def functions() -> dict[CodeType, FunctionType]:
    """The functions and methods of the program that are imported, by their code."""
    found = {}
    for name, module in tuple(sys.modules.items()):
        if not name.startswith("cnnviz.") or module is None:
            continue
        for each in tuple(vars(module).values()):
            inner = vars(each).values() if inspect.isclass(each) and each.__module__ == name else (each,)
            for one in inner:
                function = (
                    inspect.unwrap(getattr(one, "fget", None) or one) if callable(one) or hasattr(one, "fget") else one
                )
                ours = isinstance(function, FunctionType) and (function.__module__ or "").startswith("cnnviz.")
                if ours and not function.__code__.co_freevars:
                    found[function.__code__] = function
    return found


def called(do: Callable[[], Any]) -> list[FunctionType]:
    """What of the program is called meanwhile, in the threads that begin meanwhile."""
    seen: dict[CodeType, None] = {}

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen[frame.f_code] = None

    threading.setprofile(note)
    try:
        do()
    finally:
        threading.setprofile(None)
    functions.cache_clear()
    known = functions()
    return [known[code] for code in seen if code in known and known[code].__name__ not in FRAME]


@contextlib.contextmanager
def broken(function: FunctionType, kind: type[BaseException]) -> Iterator[list[int]]:
    """``function`` raises, wherever it was imported to; yields how often it did."""
    raised: list[int] = []
    whole = function.__code__

    def fail(*_: Any, **__: Any) -> Any:
        import tests.ui.test_hostile_faults as here

        here.RAISED.append(1)
        raise here.KIND(f"cannot read {here.PRIVATE}, token hunter2")

    import tests.ui.test_hostile_faults as here

    here.KIND, here.RAISED = kind, raised
    function.__code__ = fail.__code__
    try:
        yield raised
    finally:
        function.__code__ = whole


KIND: type[BaseException] = RuntimeError
RAISED: list[int] = []


def wrong(app: AppTest) -> list[str]:
    """What a visitor must not see, and whether the sentence is missing."""
    told = [each.value for each in app.error] + [each.message for each in app.exception]
    shown = str(app.main) + str(app.toast) + "".join(str(each.proto) for each in app.exception)
    found = [f"shows {word}" for word in (PRIVATE, "hunter2", "Traceback", "cannot read", str(ROOT)) if word in shown]
    found += [] if len(set(told)) == 1 and len(told[0]) <= 140 else [f"says {sorted(set(told))}"]
    return found + ["an exception"] * len(app.exception)


@pytest.fixture(autouse=True)
def _shown_as_to_a_class() -> Iterator[None]:
    """The settings of the server, from the folder that has them."""
    from streamlit import config

    assert config.get_option("client.showErrorDetails") == "none"
    yield
    st.cache_data.clear()


def fault(
    name: str, function: FunctionType, kind: type[BaseException], log: pytest.LogCaptureFixture
) -> tuple[bool, list[str]] | None:
    """Open the page while ``function`` fails: whether it says so, and what is wrong; None if nothing failed."""
    st.cache_data.clear()
    log.clear()
    with broken(function, kind) as raised:
        app = opened(name)
    if not raised:
        return None
    if not app.error and not app.exception:
        return False, []  # the page does without it: what it asks may fail
    logged = any(each.exc_info and PRIVATE in str(each.exc_info[1]) for each in log.records)
    ours = GENERAL not in [each.value for each in app.error]  # an error that the program expects has its own sentence
    return True, wrong(app) + ([] if logged or ours else ["nothing in the log"])


@pytest.mark.promise("faults")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("count", quick_and_full(1, 60))
def test_whatever_a_page_calls_may_fail(
    count: int, caplog: pytest.LogCaptureFixture, figure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    random_, forced, spoken, bad = random.Random(3), 0, 0, []
    caplog.set_level(logging.ERROR)
    for name in NAMES:
        st.cache_data.clear()
        opened(name)
        found = called(lambda name=name: opened(name))
        shown = 0
        for function in random_.sample(found, len(found)):
            told = fault(name, function, random_.choice(KINDS), caplog)
            if told is None:
                continue
            said, problems = told
            forced, spoken, shown = forced + 1, spoken + said, shown + 1
            bad += [f"{name}: {function.__module__}.{function.__qualname__} {each}" for each in problems]
            if shown >= count:
                break
        after = opened(name)
        bad += [f"{name}: not whole afterwards: {[each.value for each in after.error]}"] * bool(
            after.error or after.exception
        )
        assert shown, f"nothing of {name} could be made to fail"
    assert not bad, f"{len(bad)} of {forced}:\n" + "\n".join(bad[:60])
    figure(
        f"{forced:,} functions behind {len(NAMES)} pages made to fail, one at a time: {spoken:,} times one sentence, "
        f"{forced - spoken:,} times the page does without"
    )


@pytest.mark.promise("faults")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", quick_and_full(1, 10_000))
def test_a_button_whose_callback_fails_is_one_sentence(
    count: int, caplog: pytest.LogCaptureFixture, figure: Callable[[str], None]
) -> None:
    clicked, bad = 0, []
    for name in NAMES:
        for key in [each.key for each in opened(name).button if each.key and not each.disabled][:count]:
            app = opened(name)
            states = app.session_state._state._state._new_widget_state.widget_metadata
            told = [each for each in states.values() if each.callback is not None and key in each.id]
            if not told:
                continue
            function = inspect.unwrap(getattr(told[0].callback, "__func__", told[0].callback))
            if not isinstance(function, FunctionType) or function.__code__.co_freevars:
                continue
            with broken(function, RuntimeError) as raised:
                app.button(key=key).click().run()
            if raised:
                clicked += 1
                shown = "".join(str(each.proto) for each in app.exception) + str(app.main)
                said = {each.value for each in app.error} | {each.message for each in app.exception}
                bad += [f"{name} {key}: says {said}"] * (said != {GENERAL}) + [f"{name} {key}: {shown[:200]}"] * (
                    PRIVATE in shown
                )
            bad += [f"{name} {key}: not whole afterwards"] * bool(app.run().exception)
    assert not bad, "\n".join(bad)
    assert clicked
    figure(f"{clicked} callbacks of buttons made to fail: one sentence each, and the page is whole at the next click")
