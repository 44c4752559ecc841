"""What the pages offer to take home: whatever a user named, a file has our name and holds that text as a text only."""

from __future__ import annotations

import ast
import csv
import dataclasses
import io
import json
import re
import token
import tokenize
import zipfile
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz import jobs, runs
from cnnviz.data.members import cleaned
from cnnviz.data.sets import admit, opened
from cnnviz.inspections.registry import INSPECTIONS
from cnnviz.jobs import Snapshot
from cnnviz.models import forget, load, uploaded
from cnnviz.paths import PAGES, ROOT
from cnnviz.training.config import Config
from cnnviz.training.networks import spec_of
from cnnviz.training.state import State
from cnnviz.ui.plain import cell
from tests.data.class_sets import tree, zipped
from tests.promises import quick_and_full
from tests.runs.made import begun, passed
from tests.ui.test_hostile_names import markup
from tests.ui.test_hostile_names import wrong as wrong_page

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("fresh_caches")]
FORMULAS = ("=zq()", "+zq()", "-zq()", "@zq()", "＝zq()", "a;=zq()", 'a","=zq()', "\t=zq()", "\r=zq()", "a\n=zq()")
LABELS = ("</script><script>zq", "<b>zq</b>", '"""zq', "a\x00\x1b[31mzq", "\u202ezq", "zq\\", "שלום مرحبا", "q" * 400)
MARKS = (
    "![zq](//192.0.2.1/z)",
    "[zq](//192.0.2.1/z)",
    "`zq`",
    "$zq^2$",
    "\N{PILE OF POO}\N{ZERO WIDTH JOINER}\N{MICROSCOPE}",
)
NAMES = (*FORMULAS, *LABELS, *MARKS, "../../zq", "..\\zq", "con")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}")
BEGINS = re.compile(r"\s*[=+\-@＝＋－＠]")
Offer = tuple[str, str, bytes]  # label of the button, name of the file, content


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Offer]]:
    """Everything that a page offers while this lasts, made as if it were clicked."""
    found: list[Offer] = []
    real = st.download_button

    def note(label: str, data: Any, *args: Any, **more: Any) -> Any:
        if not more.get("disabled"):
            found.append((label, more["file_name"], data()))
        return real(label, data, *args, **more)

    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setattr(st, "download_button", note)
    monkeypatch.setattr(jobs, "submit", lambda *_, **__: "0")
    monkeypatch.setattr(jobs, "find", _over)
    forget()
    yield found
    forget()


def _over(task: Any, settings: Any, **_: Any) -> Snapshot | None:
    """The maps of occlusion at once, of other looks none."""
    name = getattr(task, "name", task)
    if name != "occlusion":
        return None
    events = tuple(INSPECTIONS[name].run(settings))
    return Snapshot("0", name, "done", progress=1.0, seconds=1.0, events=events)


def strangers(names: tuple[str, ...]) -> str:
    """An uploaded network of ten classes, each called by the next of ``names``."""
    from safetensors.torch import save

    state = {key: value.contiguous() for key, value in load("cifar-fast").model.state_dict().items()}
    told = {"classes": json.dumps([names[k % len(names)] for k in range(10)])}
    return uploaded.admit(save(state, told), "cifar-fast")


def own_set(names: tuple[str, ...]) -> str:
    """A set of one's own, uploaded as a zip, whose folders are called so."""
    folders = tuple(re.sub(r"[/\\]", " ", name) for name in names)
    return admit(zipped(tree(classes=folders, each=5)), by="ann", title=f"{names[0]}.zip")


def trained(data: str, label: str) -> str:
    """A run of that name with two saved epochs, of the set called ``data``."""
    config, classes = Config(network="lenet5", data=data), opened(data).classes
    made = runs.create(config, label=label, by=label)
    with runs.writer(made) as write:
        write.event(dataclasses.replace(begun(), classes=classes))
        for epoch in range(2):
            if epoch:
                write.event(passed(epoch))
            state = spec_of(config).build(len(classes)).state_dict()
            tensors = {f"network.{name}": tensor for name, tensor in state.items()}
            write.checkpoint(State(tensors, {"step": 10 * epoch, "epoch": epoch}))
    runs.stand(made, "done")
    return made


def ways(names: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Links in which the texts stand wherever a user's may, page by page."""
    own, data = strangers(names), own_set(names)
    run = trained(data, names[0])
    for page in ("cam", "occlusion", "filters"):
        yield page, {"network": own, "patch": "40", "stride": "half"}
    yield "training", {"run": run, "train-data": data}
    yield "cam", {"network": f"run-{run}@1"}
    yield "filters", {"network": f"run-{run}@1"}
    written = [re.sub(r"[;,\n\r]", " ", name)[:20] for name in names[:18]]
    yield "scores", {"score-of": "own", "score-own": "; ".join(f"{name} {k}" for k, name in enumerate(written))}
    for name in names:
        yield "ledger", {"net": "own", "layers": f"{name.replace('()', '').strip()[:24]}: conv 8 3\nglobal\nfc 4"}
    yield "optimizers", {"landscape": "own", "formula": "x**2 + y**2"}
    yield "pooling", {"pool-gradient": "all"}
    yield "convolution", {"c-view": "picture"}


def others() -> Iterator[tuple[str, dict[str, str]]]:
    """The pages with nothing of a user's, for the offers that the links above do not reach."""
    for page in sorted(PAGES.glob("*.py")):
        if page.stem not in {"cam", "occlusion", "filters", "training", "ledger", "optimizers", "pooling", "home"}:
            yield page.stem, {}


def visit(page: str, query: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def number(text: str) -> bool:
    """Whether a cell begins with a number of ours; where semicolons part the cells, a whole line is one."""
    try:
        return float(text.partition(",")[0]) is not None
    except ValueError:
        return False


def formulas(content: bytes) -> list[str]:
    """Cells that a spreadsheet would compute, whatever it takes for the end of a cell; and unseen characters."""
    text = content.decode()
    found = [f"holds {c!r}" for c in sorted(set(text)) if not c.isprintable() and c != "\n"]
    for comma in ",;\t|":
        cells = (each for line in csv.reader(io.StringIO(text), delimiter=comma) for each in line)
        found += [f"{each[:40]!r} between {comma!r}" for each in cells if BEGINS.match(each) and not number(each)]
    return found


class _Tags(HTMLParser):
    """The elements of a page, and what begins with ``zq`` outside of texts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        assert not any("192.0.2.1" in (value or "") for _, value in attrs)


def tags(content: bytes) -> list[str]:
    reader = _Tags()
    reader.feed(content.decode())
    return reader.found


def wrong(offer: Offer) -> list[str]:
    """What is wrong with a file: its name, or a content that is not what the name says."""
    _, name, content = offer
    found = [] if FILE.fullmatch(name) and ".." not in name else [f"is called {name!r}"]
    kind = name.rpartition(".")[2]
    if kind == "csv":
        found += formulas(content)
    elif kind == "json":
        json.loads(content)
    elif kind == "html":
        outer = [each for each in tags(content) if each in {"script", "b", "img", "a", "iframe"}]
        found += [f"has {outer}"] if set(outer) != {"script"} or len(outer) > 2 else []
    elif kind == "npy":
        np.load(io.BytesIO(content), allow_pickle=False)
    elif kind == "png":
        found += [] if content.startswith(b"\x89PNG") else ["is no PNG"]
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found += [f"holds {each!r}" for each in archive.namelist() if not FILE.fullmatch(each.replace("/", "-"))]
    return found


def loose(app: AppTest) -> list[str]:
    """Code to copy in which a user's text is anything but a comment or a string."""
    found = []
    for each in app.code:
        if each.language == "python" and "zq" in each.value:
            ast.parse(each.value)
            words = tokenize.generate_tokens(io.StringIO(each.value).readline)
            found += [word.string for word in words if word.type == token.NAME and "zq" in word.string]
    return found


def offered() -> set[str]:
    """The labels of all buttons for downloads in the source."""
    labels = set()
    for path in [*(ROOT / "cnnviz" / "ui").rglob("*.py"), *PAGES.glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
                labels |= {str(node.args[0].value)} if called in {"download", "download_button"} else set()
    return labels


@pytest.mark.promise("names")
@pytest.mark.parametrize("starts", quick_and_full([0], range(0, len(NAMES), 8)))
def test_no_text_of_a_user_is_more_than_text_in_what_is_taken_home(
    starts: Iterable[int], offers: list[Offer], figure: Callable[[str], None]
) -> None:
    bad, seen, files = [], set(), 0
    links = [each for start in starts for each in ways((*NAMES[start:], *NAMES[:start])[:10])]
    for page, query in [*links, *others()]:
        app = visit(page, query)
        bad += [f"{page}: {each}" for each in markup(app) + loose(app) + [each.message for each in app.exception]]
        bad += [f"{page} {query}: {offer[1]} {each}"[:300] for offer in offers for each in wrong(offer)]
        seen, files = seen | {label for label, _, _ in offers}, files + len(offers)
        offers.clear()
    assert not bad, f"{len(bad)}:\n" + "\n".join(bad[:40])
    assert seen == offered(), f"not reached: {offered() - seen}"
    figure(f"{files} files of {len(seen)} kinds offered on {len(links)} hostile links: 0 formulas, 0 markup, 0 paths")


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_is_never_a_formula_and_keeps_what_can_be_read(name: str) -> None:
    line = f'"{cell(name)}",1\n-1,"{cell(name)}"\n'
    assert formulas(line.encode()) == []
    assert [row[:1] for row in csv.reader(io.StringIO(line))] == [[cell(name)], ["-1"]]
    assert all(letter in cell(name) for letter in name if letter.isalnum())


def test_the_check_finds_what_it_is_for() -> None:
    for text in ("=1+1,2", '1,"@x"', "1;=2", '1,"a;=2"', "a\t=2", "1,-x", "a|+x", "a\x1b"):
        assert formulas(f"{text}\n".encode()), text
    assert not formulas(b'name,value\n"\'=x",-1e-3\n-inf,nan\n')
    assert wrong(("x", "../a.json", b"{}")) and wrong(("x", "a\nb.json", b"{}"))
    assert wrong(("x", "a.html", b"<script></script><script></script><script></script>"))
    assert wrong(("x", "a.html", b"<script></script><b>"))


@pytest.mark.promise("names")
def test_class_folders_of_an_uploaded_zip_are_labels(
    offers: list[Offer], caplog: pytest.LogCaptureFixture, figure: Callable[[str], None]
) -> None:
    data = own_set(NAMES)
    names = opened(data).classes
    assert {cleaned(name) for name in NAMES if not re.search(r"[/\\\0]", name)} <= set(names)
    assert all(each.isprintable() and 0 < len(each) <= 40 for each in names)
    app = visit("training", {"run": trained(data, NAMES[0]), "train-data": data})
    assert not wrong_page(app, caplog) + markup(app)
    title = opened(data).title
    assert title.isprintable() and any(title in str(each.options) for each in app.selectbox)
    figure(f"{len(NAMES)} hostile names of folders in a zip: {len(names)} classes, 0 markup, 0 exceptions")


def test_classes_of_one_name_are_told_apart(offers: list[Offer]) -> None:
    network = load(strangers(("crane", "crane", "cat")))
    assert network.classes[:3] == ("crane (0)", "crane (1)", "cat (2)") and len(set(network.classes)) == 10
