"""A lecture: one page file with a ``LECTURE`` record and a ``render()``; and the frame that all lectures share."""

from __future__ import annotations

import functools
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.elements import exception

from cnnviz.paths import ASSETS, PAGES
from cnnviz.ui import state
from cnnviz.ui.components.link import copy_link
from cnnviz.ui.plain import quoted
from cnnviz.ui.theme import apply_theme, projector

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

P = ParamSpec("P")
R = TypeVar("R")

ABOUT = "cnnviz: interactive lectures on convolutional neural networks. Everything runs on this computer."
GENERAL = "Something went wrong here. Press Reset or choose something else; the server's log has the details."
SECTIONS = ("", "Convolution", "Training", "Looking inside")


@dataclass(frozen=True)
class Reference:
    """A source: who, when, what, and where to read it."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture for the home page: file name in ``static/``, what it shows, and the link that opens it live."""

    file: str
    label: str
    alt: str
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lecture:
    """What a page says about itself. ``section`` is one of :data:`SECTIONS`; ``order`` sorts within it.

    ``pictures`` are files in ``static/`` made by the lecture's own figures, with the query that reproduces each.
    """

    title: str
    section: str
    order: int
    icon: str
    question: str
    summary: str
    references: tuple[Reference, ...] = ()
    pictures: tuple[Picture, ...] = ()


@cache
def lectures() -> dict[Path, Lecture]:
    """Every page file with its record, in menu order. Discovered, not listed."""
    found = {}
    for path in sorted(PAGES.glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"cnnviz_page_{path.stem}", path)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        found[path] = module.LECTURE
    order = sorted(found, key=lambda p: (SECTIONS.index(found[p].section), found[p].order))
    return {path: found[path] for path in order}


def page(path: Path) -> st.Page:
    """Streamlit's page for a lecture. Its address is the stem of the file: the cold deep link depends on that."""
    lecture = lectures()[path]
    home = path.stem == "home"
    return st.Page(path, title=lecture.title, icon=lecture.icon, url_path=None if home else path.stem, default=home)


def menu() -> dict[str, list[st.Page]]:
    """The pages of the menu, by section."""
    sections: dict[str, list[st.Page]] = {}
    for path, lecture in lectures().items():
        sections.setdefault(lecture.section, []).append(page(path))
    return sections


class _Navigation:
    """Whether this server process has declared its pages yet (see :func:`hand_over`)."""

    declared = False


def configure() -> None:
    """Title, icon and width of the window. The icon is a file: a page's own would be fetched from the network."""
    # with an entry of its own the menu is shown, and with it the choice of light or dark
    st.set_page_config(
        page_title="cnnviz", page_icon=str(ASSETS / "icon.png"), layout="wide", menu_items={"About": ABOUT}
    )
    st.logo(str(ASSETS / "logo.svg"), size="large")


def navigate() -> st.Page:
    """Declare the menu and return the page to run; called by ``app.py`` on every run."""
    configure()
    current = st.navigation(menu(), position="top")
    _Navigation.declared = True
    return current


def hand_over() -> None:
    """Cure for the cold deep link.

    A folder called ``pages`` makes Streamlit run a page file directly for the first visitor of a fresh server, without
    ``app.py``'s menu. If this process has not declared its pages and ``app.py`` is the main script, declare and rerun.
    """
    if _Navigation.declared:
        return
    configure()
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is not None and Path(context.main_script_path).name == "app.py":
        st.navigation(menu(), position="hidden")
        _Navigation.declared = True
        st.rerun()


def run(lecture: Lecture, render: Callable[[], None]) -> None:
    """Draw a page: frame, body, references. What goes wrong in the body becomes one sentence."""
    hand_over()
    with one_sentence():
        apply_theme()
        state.forget_defaults()
        state.arrive(lecture.title)
        if lecture.section:
            _head(lecture)
    with one_sentence():
        render()
    with one_sentence():
        _note_nonsense()
        if lecture.references:
            _references(lecture)


def _note_nonsense() -> None:
    """Tell once which values of the link were dropped: the names of controls, never what the link said."""
    state.compare_with_link()
    dropped = sorted(state.take_nonsense())
    if dropped:
        names = " and a ".join(dropped[:2] if len(dropped) < 3 else (dropped[0], f"further {len(dropped) - 1}"))
        st.toast(f"This link asked for a {names} that this page does not know; what it knows is shown.")


def _head(lecture: Lecture) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="cnnviz-head"):
        with st.container(gap=None):
            st.header(lecture.title, anchor=False)
            st.markdown(lecture.question)
        with st.container(horizontal=True, vertical_alignment="center", width="content", key="cnnviz-tools"):
            copy_link()
            st.button(
                "Reset",
                icon=":material/restart_alt:",
                help="All controls back to their defaults.",
                on_click=state.reset,
                key="reset",
            )
            projector()


def body() -> tuple[DeltaGenerator, DeltaGenerator]:
    """The two columns of a lecture: controls, and the figure. On a phone the figure comes first."""
    with st.container(key="cnnviz-body"):
        side, main = st.columns([1, 3], gap="medium")
    return side, main


def _references(lecture: Lecture) -> None:
    parts = [f"[{r.text}]({r.url})" if r.url else r.text for r in lecture.references]
    st.caption("Sources: " + " · ".join(parts))


def fragment(body: Callable[P, R], *, key: str | None = None, run_every: float | None = None) -> Callable[P, R | None]:
    """A part of the page that reruns alone, and then has the net of the page around it."""

    @functools.wraps(body)
    def caught(*args: P.args, **kwargs: P.kwargs) -> R | None:
        found: list[R] = []
        with one_sentence():
            found.append(body(*args, **kwargs))
        return found[0] if found else None

    options: dict[str, Any] = {} if key is None else {"key": key}
    drawn: Callable[P, R | None] = st.fragment(caught, run_every=run_every, **options)
    return drawn


@contextmanager
def one_sentence() -> Iterator[None]:
    """An error of a lecture is one sentence for the student and a full trace for the server's log."""
    try:
        yield
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # nobody can interrupt the thread of a page
        import logging

        logging.getLogger("cnnviz").exception("a page failed")
        st.error(quoted(sentence(error)), icon=":material/error:")


def sentence(error: BaseException) -> str:
    """What to show for ``error``: our own errors carry their sentence, others get a general one."""
    return str(error) if type(error).__module__.startswith("cnnviz.") else GENERAL


# what Streamlit shows where no net of ours is: an error in the callback of a button
vars(exception)["_GENERIC_UNCAUGHT_EXCEPTION_TEXT"] = GENERAL
