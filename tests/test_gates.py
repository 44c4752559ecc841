"""The static gates: the tree passes them, each is shown lines that break it, and ruff holds the rest."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tools import gates

BAD: dict[str, list[str]] = {
    "unpickling": [
        "import dill",
        "import marshal",
        "from pickle import loads",
        "import pickle\npickle.loads(data)",
        "import shelve as s",
    ],
    "loading": [
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=trusted)",
        "torch.hub.load('a', 'b')",
        "load_state_dict_from_url(url)",
        "yaml.load(text)",
    ],
    "running": [
        "eval(text)",
        "exec(text)",
        "compile(text, 'a', 'exec')",
        "os.system(text)",
        "subprocess.run(text, shell=True, timeout=1)",
        "spec.loader.exec_module(module)",
    ],
    "unpacking": [
        "archive.extractall(folder)",
        "archive.extract(member, folder)",
        "shutil.unpack_archive(a)",
        "tempfile.mktemp()",
    ],
    "remembering": [
        "@cache\ndef f(text): ...",
        "@functools.cache\ndef f(*, text): ...",
        "@lru_cache(maxsize=None)\ndef f(text): ...",
        "@lru_cache(None)\ndef f(text): ...",
        "@st.cache_data\ndef f(text): ...",
        "@st.cache_resource(show_spinner=False)\ndef f(): ...",
        "@st.cache_data(max_entries=None)\ndef f(text): ...",
    ],
    "waiting": [
        "urllib.request.urlopen(url)",
        "requests.get(url)",
        "session.get(url)",
        "subprocess.run(['ls'])",
        "process.communicate()",
        "process.wait()",
        "thread.join()",
        "lines.get()",
        "future.result()",
        "lock.acquire()",
        "socket.create_connection(('a', 1))",
        "with FileLock(path): ...",
    ],
    "marking": [
        "st.markdown(text, unsafe_allow_html=True)",
        "st.html(text)",
        "from streamlit.components.v1 import html",
        "st.components.v1.html(text)",
    ],
    "writing": [
        "open(path, 'w')",
        "path.open('ab')",
        "path.open(mode='x')",
        "path.open('r+b' if path.exists() else 'w+b')",
        "path.write_text(text)",
        "path.write_bytes(data)",
        "np.save(path, values)",
        "torch.save(state, path)",
        "json.dump(card, file)",
        "save_file(tensors, path)",
        "os.open(path, os.O_RDWR | os.O_CREAT)",
    ],
}
GOOD = [
    "import pickle\ntry: ...\nexcept pickle.UnpicklingError: ...",
    "torch.load(path, weights_only=True)",
    "np.load(path)",
    "np.load(path, allow_pickle=False)",
    "model.eval()",
    "re.compile('a')",
    "@cache\ndef f(): ...",
    "@lru_cache\ndef f(text): ...",
    "@lru_cache(maxsize=8)\ndef f(text): ...",
    "@st.cache_data(max_entries=4)\ndef f(text): ...",
    "process.wait(10)",
    "lines.get(timeout=1)",
    "values.get('a')",
    "', '.join(words)",
    "with FileLock(path, timeout=1): ...",
    "st.markdown(text)",
    "path.open('rb')",
    "path.read_text()",
]
BAD_SCRIPTS: dict[str, list[str]] = {
    "markup": [
        "node.innerHTML = text;",
        "node.innerHTML = `<b>${name}</b>`;",
        "node.innerHTML = '<b>' + name;",
        "node.outerHTML += text",
        "node.insertAdjacentHTML('beforeend', text)",
        "document.write(text)",
        "node.setAttribute('onclick', text)",
        "frame.srcdoc = text",
    ],
    "program": [
        "eval(text)",
        "new Function('x', text)",
        "setTimeout('go()', 5)",
        'link.href = "javascript:go()"',
        "await import(address)",
        "importScripts(a)",
    ],
    "outward": [
        "fetch('/a')",
        "img.src = 'https://example.org/a.png'",
        "img.src = '//example.org/a.png'",
        "new WebSocket(a)",
        "navigator.sendBeacon(a)",
        "@import 'a.css';",
        "a { background: url(b.png); }",
        "navigator.serviceWorker.register('a')",
        "//# sourceMappingURL=a.js.map",
    ],
}
GOOD_SCRIPTS = [
    "node.innerHTML = `<b>\n</b>`;",
    'node.innerHTML = "<b></b>";',
    'const NS = "http://www.w3.org/2000/svg";',
    "setTimeout(() => go(), 5);",
    "a.style.backgroundImage = `url(${data.address})`; // a comment",
]
RUFF = {
    "S101": "assert x",
    "S102": "exec(x)",
    "S307": "eval(x)",
    "S301": "import pickle\npickle.loads(x)",
    "S306": "import tempfile\ntempfile.mktemp()",
    "S311": "import random\nrandom.random()",
    "S324": "import hashlib\nhashlib.md5(x)",
    "S113": "import requests\nrequests.get('https://a')",
    "S202": "import tarfile\ntarfile.open('a').extractall()",
    "S506": "import yaml\nyaml.load(x)",
    "S602": "import subprocess\nsubprocess.run(x, shell=True)",
    "T201": "print(x)",
    "B019": "from functools import lru_cache\nclass A:\n    @lru_cache\n    def f(self): ...",
}
"""What is left to ruff: a rule, and a line of the program that breaks it."""


def test_nothing_in_the_tree_passes_a_gate_unasked() -> None:
    found = gates.everything()
    assert not gates.faults(found), "\n".join(gates.faults(found))
    assert {each.path for each in found} <= {path for _, path, _ in gates.ALLOWED}


def test_every_allowance_has_its_reason_and_a_stale_one_is_a_fault() -> None:
    assert all(len(reason) >= 6 for reason in gates.ALLOWED.values())
    assert len(gates.faults([])) == len(gates.ALLOWED)
    suppressed = re.compile(r"# noqa: [A-Z0-9, ]*\bS\d+")
    for path in (p for place in gates.PROGRAM[1:] for p in (gates.ROOT / place).rglob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not suppressed.search(line) or re.search(r"noqa: [A-Z0-9, ]+(\(| - ).{5}", line), (path.name, line)


@pytest.mark.parametrize(("gate", "source"), [(gate, bad) for gate, lines in BAD.items() for bad in lines])
def test_each_gate_bites(gate: str, source: str) -> None:
    assert gate in {found.gate for found in gates.in_python("cnnviz/x.py", source)}


@pytest.mark.parametrize("source", GOOD)
def test_what_is_right_passes(source: str) -> None:
    assert not list(gates.in_python("cnnviz/x.py", source))


@pytest.mark.parametrize(("gate", "source"), [(gate, bad) for gate, lines in BAD_SCRIPTS.items() for bad in lines])
def test_each_gate_for_scripts_bites(gate: str, source: str) -> None:
    assert gate in {found.gate for found in gates.in_script("cnnviz/x.js", source)}


@pytest.mark.parametrize("source", GOOD_SCRIPTS)
def test_scripts_that_are_right_pass(source: str) -> None:
    assert not list(gates.in_script("cnnviz/x.js", source))


def test_every_gate_is_shown_a_break() -> None:
    assert set(BAD) == {gate.__name__ for gate in gates.GATES} and set(BAD_SCRIPTS) == set(gates.SCRIPTED)


def test_a_fault_names_the_file_the_line_and_what_is_wrong() -> None:
    found = list(gates.in_python("cnnviz/x.py", "def f():\n    eval(text)"))
    assert [(each.function, each.line) for each in found] == [("f", 2)]
    assert gates.faults(found)[0] == "cnnviz/x.py:2: running: calls eval, in f"


@pytest.mark.parametrize("rule", RUFF)
def test_ruff_holds_the_rest(rule: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    checked = subprocess.run(
        [*command, "--stdin-filename", "cnnviz/x.py", "-"],
        check=False,
        input=RUFF[rule],
        cwd=gates.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert f" {rule} " in checked.stdout
