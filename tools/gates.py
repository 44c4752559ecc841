"""Static gates: lines that may not be in the program, and the few that may, each with its reason.

``make check`` runs ``python -m tools.gates`` beside ruff, whose ``S`` and ``T20`` rules hold what is not asked here:
assert, print, weak digests, guessable random numbers. A gate looks at one node of a syntax tree, or at the text of a
script or style sheet, and says what is wrong with it. ``tests/test_gates.py`` shows every gate a line that breaks it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tools.gate_allowances import ALLOWED

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ("app.py", "pages", "cnnviz")
ALL = (*PROGRAM, "bench", "tools")


class Found(NamedTuple):
    """A line that does not pass: the gate, the file, the function around the line (empty outside), its number."""

    gate: str
    path: str
    function: str
    line: int
    what: str


Gate = Callable[[ast.AST], str]


def unpickling(node: ast.AST) -> str:
    """No pickle, by whatever name; of the module itself the name of its error alone, to catch what torch raises."""
    for name in _imported(node):
        if name.split(".")[0] in {"cPickle", "_pickle", "dill", "shelve", "marshal", "joblib", "cloudpickle"}:
            return f"imports {name}"
        if name.startswith("pickle.") and name != "pickle.UnpicklingError":
            return f"imports {name}"
    if isinstance(node, ast.Attribute) and _dotted(node.value) == "pickle" and node.attr != "UnpicklingError":
        return f"uses pickle.{node.attr}"
    return ""


def loading(node: ast.AST) -> str:
    """Weights are all that torch reads, and no hub is asked; numpy reads no objects, YAML makes none."""
    name = _dotted(node.func) if isinstance(node, ast.Call) else ""
    if name == "torch.load" and not _is(_keyword(node, "weights_only"), True):
        return "torch.load without weights_only=True"
    if any(keyword.arg == "allow_pickle" and not _is(keyword.value, False) for keyword in _keywords(node)):
        return "allow_pickle"
    if name.endswith("load_state_dict_from_url") or (isinstance(node, ast.Attribute) and _dotted(node) == "torch.hub"):
        return "torch.hub, which checks nothing that is cached"
    return f"calls {name}" if name in {"yaml.load", "yaml.unsafe_load", "yaml.full_load"} else ""


def running(node: ast.AST) -> str:
    """No text becomes a program or a command."""
    if not isinstance(node, ast.Call):
        return ""
    name = _dotted(node.func)
    if name in {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "pty.spawn", "runpy.run_path"}:
        return f"calls {name}"
    if isinstance(node.func, ast.Attribute) and node.func.attr == "exec_module":
        return "runs a file"
    return "shell=True" if _keyword(node, "shell") is not None and not _is(_keyword(node, "shell"), False) else ""


def unpacking(node: ast.AST) -> str:
    """No archive decides where its members lie; temporary names are never guessed."""
    name = _attribute_called(node)
    if name in {"extractall", "extract", "unpack_archive", "mktemp"}:
        return f"calls {name}: read the members that are wanted"
    return ""


def remembering(node: ast.AST) -> str:
    """A cache of a function that takes something has an end; Streamlit's always."""
    if isinstance(node, ast.FunctionDef):
        takes = bool(node.args.args or node.args.kwonlyargs or node.args.vararg or node.args.kwarg)
        for decorator in node.decorator_list:
            name, most = _last(decorator), _most(decorator)
            if name in {"cache_data", "cache_resource"} and not (most and _keyword(decorator, "max_entries")):
                return f"{name} without max_entries"
            if takes and (name == "cache" or (name == "lru_cache" and isinstance(decorator, ast.Call) and not most)):
                return f"{name} without an end"
    return ""


def waiting(node: ast.AST) -> str:
    """Whoever waits for someone else waits for so many seconds."""
    if isinstance(node, ast.With):
        locks = (item.context_expr for item in node.items if _last(item.context_expr) == "FileLock")
        return "a FileLock without timeout" if any(_keyword(lock, "timeout") is None for lock in locks) else ""
    if not isinstance(node, ast.Call):
        return ""
    name, told = _dotted(node.func), {keyword.arg for keyword in node.keywords}
    web = re.fullmatch(r"requests\.(get|head|post|put|request)|(\w*\.)*session\.(get|post|request)", name)
    ran = re.fullmatch(r"subprocess\.(run|call|check_call|check_output)", name)
    if (web or ran or _last(node) in {"urlopen", "communicate", "create_connection"}) and "timeout" not in told:
        return f"{name} without timeout"
    lone = not node.args and not told
    if isinstance(node.func, ast.Attribute) and lone and node.func.attr in {"wait", "join", "get", "result", "acquire"}:
        return f"{node.func.attr}() for ever"
    return ""


def marking(node: ast.AST) -> str:
    """No text becomes markup: Streamlit's own formats and textContent are for words."""
    if isinstance(node, ast.Call):
        if any(keyword.arg == "unsafe_allow_html" and not _is(keyword.value, False) for keyword in node.keywords):
            return "unsafe_allow_html"
        if _dotted(node.func) in {"st.html", "st.iframe", "st.components.v1.html", "streamlit.html", "Markup"}:
            return f"calls {_dotted(node.func)}"
    return next((f"imports {name}" for name in _imported(node) if name.startswith("streamlit.components.v1")), "")


def writing(node: ast.AST) -> str:
    """What is kept is written by cnnviz/data/whole.py: whole or absent."""
    if not isinstance(node, ast.Call):
        return ""
    name = _attribute_called(node)
    if name in {"open", "fdopen"} and any(_writes(inner) for given in _given(node) for inner in ast.walk(given)):
        return "opens a file to write"
    if name == "open" and _dotted(node.func) == "os.open" and any(n in ast.dump(node) for n in ("O_WRONLY", "O_RDWR")):
        return "opens a file to write"
    if name in {"write_text", "write_bytes", "imwrite", "tofile", "savetxt", "savez", "save_file"}:
        return f"calls {name}"
    return f"calls {_dotted(node.func)}" if _dotted(node.func) in {"np.save", "torch.save", "json.dump"} else ""


GATES: dict[Gate, tuple[str, ...]] = {
    unpickling: ALL,
    loading: ALL,
    running: ALL,
    unpacking: ALL,
    marking: ALL,
    remembering: PROGRAM,
    waiting: PROGRAM,
    writing: PROGRAM,
}
"""Where each holds. The tests write hostile files and wait under pytest's own limit."""

CONSTANT = r"`(?:[^`$\\]|\$(?!\{))*`|\"[^\"\\]*\"|'[^'\\]*'"  # a literal without a value in it
SCRIPTED = {
    "markup": re.compile(
        rf"\b(?:inner|outer)HTML\s*(?:\+=|=(?!=)(?!\s*(?:{CONSTANT})\s*;))|insertAdjacentHTML|document\.write"
        r"|createContextualFragment|DOMParser|setHTMLUnsafe|srcdoc|setAttribute\(\s*[\"'`]on"
    ),
    "program": re.compile(
        r"\beval\s*\(|\bFunction\s*\(|\bset(?:Timeout|Interval)\s*\(\s*[\"'`]|javascript:|\bimport\s*[({\"'*]|importScripts"
    ),
    "outward": re.compile(
        r"\b(?:https?|wss?|ftp):(?=//)(?!//www\.w3\.org/)|[\"'`(]//\w|@import|\bfetch\s*\(|XMLHttpRequest|WebSocket|EventSource"
        r"|sendBeacon|serviceWorker|\bWorker\s*\(|RTCPeerConnection|sourceMappingURL|\burl\(\s*[\"']?(?!data:|#|\$\{)"
    ),
}
"""What no script, style sheet or drawing of ours holds: markup or programs made of text, a request of its own."""


def in_python(path: str, source: str) -> Iterator[Found]:
    """What the gates that hold in ``path`` find in its text."""
    gates = [gate for gate, places in GATES.items() if path.partition("/")[0] in places]
    for function, node in _nodes(ast.parse(source)):
        for gate in gates:
            if what := gate(node):
                yield Found(gate.__name__, path, function, getattr(node, "lineno", 0), what)


def in_script(path: str, source: str) -> Iterator[Found]:
    """The same in a script, a style sheet or a drawing."""
    for gate, pattern in SCRIPTED.items():
        for match in pattern.finditer(source):
            yield Found(gate, path, "", source.count("\n", 0, match.start()) + 1, f"has {match[0].strip()!r}")


def everything(root: Path = ROOT) -> list[Found]:
    """All that the gates find, allowed or not."""
    found: list[Found] = []
    for place in (*ALL, "static", "assets"):
        paths = [root / place] if place.endswith(".py") else sorted((root / place).rglob("*"))
        for path in (p for p in paths if p.suffix in {".py", ".js", ".css", ".svg", ".html"}):
            look = in_python if path.suffix == ".py" else in_script
            found += look(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    return found


def faults(found: list[Found]) -> list[str]:
    """What was found and is not allowed, and allowances that nothing needs any more."""
    places = {(each.gate, each.path, each.function) for each in found}
    refused = [
        f"{path}:{line}: {gate}: {what}, in {function or 'the file'}"
        for gate, path, function, line, what in found
        if (gate, path, function) not in ALLOWED
    ]
    return refused + [f"tools/gate_allowances.py: {' '.join(unused)} is not needed" for unused in set(ALLOWED) - places]


def _nodes(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        inside = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        name = f"{function}.{node.name}".lstrip(".") if inside else function
        yield name, node
        yield from _nodes(node, name)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _last(node: ast.AST) -> str:
    return _dotted(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]


def _attribute_called(node: ast.AST) -> str:
    return _last(node) if isinstance(node, ast.Call) else ""


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []


def _keywords(node: ast.AST) -> list[ast.keyword]:
    return node.keywords if isinstance(node, ast.Call) else []


def _keyword(node: ast.AST, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in _keywords(node) if keyword.arg == name), None)


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _writes(node: ast.AST) -> bool:
    mode = node.value if isinstance(node, ast.Constant) else None
    return isinstance(mode, str) and bool(re.fullmatch("[rwaxbt+]+", mode)) and bool(set(mode) & set("wax+"))


def _most(decorator: ast.expr) -> bool:
    """Whether a decorator names an end: lru_cache(8), cache_data(max_entries=8); lru_cache() has 128."""
    if not isinstance(decorator, ast.Call):
        return False
    given = [*decorator.args[:1], *(k.value for k in decorator.keywords if k.arg in {"maxsize", "max_entries"})]
    return not any(_is(value, None) for value in given)


def main() -> int:
    """Say what does not pass; the exit status is 1 if something does not."""
    found = everything()
    wrong = faults(found)
    for each in wrong:
        print(each)
    print(f"{len(wrong)} faults, {len(GATES) + len(SCRIPTED)} gates, {len(ALLOWED)} allowances, each with its reason")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
