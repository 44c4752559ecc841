"""Texts of users are labels: whatever is typed, named or uploaded reaches no path, no markup and no evaluator."""

from __future__ import annotations

import ast
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.paths import PAGES, ROOT
from tests.promises import quick_and_full
from tests.ui.nonsense import NAUGHTY
from tests.ui.training_runs import CONFIG, begun, epoch, made, steps

NAMES = [path.stem for path in sorted(PAGES.glob("*.py"))]
WORDS = ("own", "stack", "numbers", "typed")  # what menus call a choice that is written by hand
CONSOLES = ("etc/passwd", "shadow", "win.ini", "id_rsa", "naughty")
# marks of markdown that would show a link, a picture, a colour, an icon or a formula instead of the text itself
MARKUP = ("[zq](javascript:zq)", "![zq](//192.0.2.1/z)", ":red[zq]", "$zq^2$", "**zq**", "<b>zq</b>", "`zq`", "# zq")
MARKED = re.compile(r"(?<!\\)(\[zq\]\(|!\[zq|:red\[zq|\$zq|\*\*zq|`zq`)")
# what torch asks and makes when it is first used
LIBRARIES = ("/dev/", "/sbin/ldconfig", str(Path(tempfile.gettempdir(), "torchinductor")))
WATCH: dict[str, Any] = {"on": False, "inside": "", "found": []}


def _audit(event: str, args: tuple[Any, ...]) -> None:
    """Every file that Python opens to write, and every folder it makes."""
    if not WATCH["on"] or event not in {"open", "os.mkdir", "os.rename", "os.remove", "os.system", "subprocess.Popen"}:
        return
    path = str(args[0])
    writes = event != "open" or bool((args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    if (writes and not path.startswith((WATCH["inside"], *LIBRARIES))) or any(word in path for word in CONSOLES):
        WATCH["found"].append(f"{event} {path[:100]}")


sys.addaudithook(_audit)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was written outside the user's folder, or read from where only a name could have led."""
    inside = tmp_path / "deep" / "data"
    inside.mkdir(parents=True)
    monkeypatch.setenv("CNNVIZ_DATA", str(inside))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    WATCH.update(on=True, inside=str(inside), found=[])
    before = {each for each in tmp_path.rglob("*") if inside not in each.parents}
    yield WATCH["found"]
    WATCH["on"] = False
    assert {each for each in tmp_path.rglob("*") if inside not in each.parents} == before


def opened(name: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def run_of_ones_own(label: str = "") -> str:
    return made([begun(), *steps(1, 60), epoch(1)], config=CONFIG, label=label, state="done")


def fields() -> dict[str, tuple[str, dict[str, str]]]:
    """Every text field of every page by its key: the page, and the link that shows it."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for name in NAMES:
        first = opened(name)
        keys = list(first.session_state["cnnviz.defaults"])
        menus = [key for key in keys if isinstance(first.session_state["cnnviz.defaults"][key], str)]
        ways = [{}, *({key: word for key in menus if key not in {"run", "compare", "network"}} for word in WORDS)]
        if "run" in keys:
            ways.append({"run": run_of_ones_own()})
        for way in ways:
            app = opened(name, **way) if way else first
            for each in [*app.text_input, *app.text_area]:
                if not each.disabled:
                    found.setdefault(
                        each.key, (name, {k: v for k, v in way.items() if k == "run" or k in app.query_params})
                    )
    return found


def in_source() -> set[str]:
    """Keys of the text fields in the source, as far as they are written there."""
    keys = set()
    for path in [*(ROOT / "cnnviz" / "ui").rglob("*.py"), *PAGES.glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {
                "text_input",
                "text_area",
                "chat_input",
            }:
                given = {each.arg: each.value for each in node.keywords}.get("key")
                if isinstance(given, ast.Constant):
                    keys.add(str(given.value))
    return keys


def markup(app: AppTest) -> list[str]:
    """Elements that run HTML but for our style sheets, and texts in which a name is shown as markup."""
    found = []
    for each in app.main:
        proto = getattr(each, "proto", None)
        kind = getattr(each, "type", "")
        text = str(getattr(each, "value", "") or getattr(proto, "body", "")) if kind in SHOWN else ""
        if getattr(proto, "allow_html", False):
            found.append(f"{kind} with HTML")
        bare = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        if MARKED.search(bare):
            found.append(f"{kind}: {text[:160]}")
    return found


SHOWN = {"markdown", "caption", "error", "warning", "info", "success", "toast", "header", "subheader", "title", "latex"}


def wrong(app: AppTest, log: pytest.LogCaptureFixture) -> list[str]:
    """Exceptions, faults that the net caught, and sentences that are none."""
    found = [f"exception {each.message}"[:200] for each in app.exception]
    found += [f"log: {each.exc_info[1]!r}"[:300] for each in log.records if each.exc_info]
    return found + [f"too long: {each.value[:200]}" for each in app.error if len(each.value) > 200]


@pytest.mark.promise("names")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("share", quick_and_full(12, 1))
def test_any_text_in_any_field_is_a_label(
    share: int, watched: list[str], caplog: pytest.LogCaptureFixture, figure: Callable[[str], None]
) -> None:
    every = fields()
    assert in_source() <= set(every), f"not reached: {in_source() - set(every)}"
    bad, typed = [], 0
    for number, (key, (name, way)) in enumerate(sorted(every.items())):
        app = opened(name, **way)
        for text in [*NAUGHTY[number % share :: share], *MARKUP[number % 2 :: 2 if share > 1 else 1]]:
            caplog.clear()
            field = next((each for each in [*app.text_input, *app.text_area] if each.key == key), None)
            if field is None:  # a network of this name was chosen meanwhile
                app = opened(name, **way)
                field = next(each for each in [*app.text_input, *app.text_area] if each.key == key)
            field.set_value(text).run()
            typed += 1
            bad += [f"{name} {key} ← {text[:40]!r}: {each}" for each in wrong(app, caplog) + markup(app)]
            if app.exception:
                app = opened(name, **way)
    assert not bad, f"{len(bad)} of {typed}:\n" + "\n".join(bad[:60])
    assert not watched, watched[:20]
    figure(f"{typed:,} texts typed into {len(every)} fields: 0 files outside, 0 markup, 0 exceptions")


@pytest.mark.promise("names")
@pytest.mark.parametrize("name", ["cam", "occlusion", "filters"])
def test_the_classes_of_a_strangers_network_are_labels(
    name: str, watched: list[str], caplog: pytest.LogCaptureFixture, figure: Callable[[str], None]
) -> None:
    """A link opens it for others: a picture in a class's name would ask another machine whenever it is shown."""
    from safetensors.torch import save

    from cnnviz.models import load, uploaded

    state = {key: value.contiguous() for key, value in load("cifar-fast").model.state_dict().items()}
    names = [*MARKUP, "%s{0}", "=1+1"]
    own = uploaded.admit(save(state), "cifar-fast", names="\n".join(names))
    app = opened(name, network=own)
    assert not wrong(app, caplog) + markup(app)
    classes = load(own).classes
    for each in classes:
        app = opened(name, network=own, **{"class": each})
        assert not wrong(app, caplog) + markup(app)
    assert not watched, watched[:20]
    figure(f"{len(classes)} hostile names of classes of an uploaded network on {name}: 0 markup, 0 exceptions")


def test_the_networks_of_the_program_keep_the_names_of_their_classes() -> None:
    from cnnviz.models import load
    from cnnviz.models.weights import read_card

    for name in ("photo", "cifar-fast"):
        assert list(load(name).classes) == read_card(name)["classes"]
