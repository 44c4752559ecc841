"""Below the race: the current step with its numbers, what to notice, code and downloads."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui.components.race_page import race_page
from cnnviz.ui.racing.code import command, program
from cnnviz.ui.racing.notices import notices
from cnnviz.ui.racing.raced import Raced
from cnnviz.ui.racing.written import formulas
from cnnviz.ui.strip import columns, download, show_code


def strip(raced: Raced) -> None:
    """Three columns under the figure."""
    left, middle, right = columns()
    with left:
        for line in formulas(raced):
            st.latex(line)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notices(raced)))
    with right:
        downloads(raced)
        show_code(program(raced))
        st.code(command(raced), language="bash", wrap_lines=True)


def downloads(raced: Raced) -> None:
    """The paths as numbers, and the race as a page that works without a network."""
    with st.container(horizontal=True):
        download("Paths (CSV)", lambda: csv(raced), name="paths.csv", mime="text/csv")
        download("Race (HTML)", lambda: _page(raced), name="race.html", mime="text/html")


def _page(raced: Raced) -> bytes:
    return race_page(raced.scene(), step=raced.step, runner=raced.focus).encode()


def csv(raced: Raced) -> bytes:
    """One line per rule and step; a path that diverged ends at its last number."""
    lines = ["rule,step,x,y,loss"]
    for path in raced.paths:
        for step, ((x, y), loss) in enumerate(zip(path.path, path.loss, strict=True)):
            lines.append(f"{path.rule},{step},{x!r},{y!r},{loss!r}")
    return ("\n".join(lines) + "\n").encode()
