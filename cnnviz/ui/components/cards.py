"""The home page's pictures: each is a link to the lecture that made it, opened exactly as shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cnnviz.ui.components.source import component, script, style

if TYPE_CHECKING:
    from cnnviz.ui.lecture import Lecture

_mount = component("cards", html='<div class="root"></div>', css=style("cards"), js=script("cards"))


@dataclass(frozen=True)
class Card:
    """A picture's address, what it shows in words, what to call it, and the query that reproduces it."""

    src: str
    alt: str
    label: str
    query: dict[str, str]


@dataclass(frozen=True)
class Row:
    """A lecture: the section it stands in, its page, title, question and summary, and its cards."""

    section: str
    page: str
    title: str
    question: str
    summary: str
    cards: tuple[Card, ...]


def row(page: str, lecture: Lecture) -> Row:
    """The row of a lecture; the server hands out its pictures as files, which a browser keeps."""
    shown = (Card(f"app/static/{p.file}", p.alt, p.label, p.query) for p in lecture.pictures)
    return Row(lecture.section, page, lecture.title, lecture.question, lecture.summary, tuple(shown))


def cards(rows: Sequence[Row], *, key: str) -> tuple[str, dict[str, str]] | None:
    """Draw all rows as one element: sixty of Streamlit's would hold up the first paint. Returns what was clicked.

    A click gives the page and its query; as links they also open in a new tab, and work before the server answers.
    """
    found = _mount(
        key=key, data={"rows": [asdict(row) for row in rows if row.section]}, on_open_change=lambda: None
    ).open
    if not found:
        return None
    chosen = next((row for row in rows if row.page == found["page"]), None)
    if chosen is None:
        return None
    queries = [card.query for card in chosen.cards]
    return chosen.page, found["query"] if found["query"] in queries else {}
