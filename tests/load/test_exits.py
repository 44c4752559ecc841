"""Whatever is raised behind a page, an exit included, the server goes on and the page says one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.load.apart import complete
from tests.load.changes import changes
from tests.load.screen import GENERAL
from tests.load.served import Server, served
from tests.load.tab import tab

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="reads the clock of the server's process")]
KINDS = ("SystemExit", "KeyboardInterrupt", "MemoryError", "RecursionError")
# the real server, in which three places fail as a file says: a page, a part with a timer, and a button's callback
PROGRAM = """
import builtins, os, sys
from pathlib import Path
import cnnviz.ui.training.words, cnnviz.ui.vanishing.controls
from cnnviz.cli import main
from cnnviz.ui import state

def fail(*_, **__):
    raise getattr(builtins, Path(os.environ["RAISED"]).read_text())("cannot read /srv/secret/students.csv")

state.reset = fail
cnnviz.ui.training.words.readings = fail
cnnviz.ui.vanishing.controls.choose = fail
if __name__ == "__main__":
    main(["app", "--no-browser", *sys.argv[1:]])
"""


async def after(server: Server, page: str, *, press: str = "") -> list[str]:
    """What a new visitor of a page is told, or is told when a button is pressed; the page then answers as before."""
    async with tab(server.url) as visitor:
        await visitor.open(page)
        if press:
            assert not visitor.screen.faults
            await visitor.change(next(each for each in changes(visitor.screen) if each.label == press))
        told, visitor.screen.faults = visitor.screen.faults, []
        await visitor.again()
        assert len(visitor.screen.elements) > 5
        assert not (press and visitor.screen.faults), visitor.screen.faults
        return told


@pytest.mark.promise("faults")
@pytest.mark.timeout(300)
def test_nothing_that_is_raised_ends_the_server(tmp_path: Path, figure: Callable[[str], None]) -> None:
    program, raised = tmp_path / "program.py", tmp_path / "raised"
    program.write_text(PROGRAM)
    asked = [("vanishing", ""), ("training", "")]
    with served(tmp_path / "data", command=(sys.executable, str(program)), RAISED=str(raised)) as server:
        for kind in KINDS:
            raised.write_text(kind)
            # what exits in a callback ends that run without a word: Streamlit's net is for errors
            for page, press in asked if kind in {"SystemExit", "KeyboardInterrupt"} else [*asked, ("sizes", "Reset")]:
                told = complete(after(server, page, press=press))
                assert told and all(GENERAL in each and "secret" not in each for each in told), (kind, page, told)
                assert len(set(told)) == 1, told
        assert server.process.is_running()
        assert complete(after(server, "convolution")) == []
    figure(f"{', '.join(KINDS)} in a page and a part, the last two in a callback: one sentence, the server goes on")
