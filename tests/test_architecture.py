"""The rules of ARCHITECTURE.md, held by walking the syntax trees of all files: who imports whom, who may name what.

The suite also checks itself: every rule is shown a line that breaks it (see ``test_each_rule_can_fail``). What is
dangerous wherever it stands is for ``tools/gates.py``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("cnnviz", "pages", "tests", "bench", "tools")
LINES = 300
SCRIPTS = {"tests", "bench", "tools"}
HEAVY = {"torch", "torchvision", "captum", "cv2"}
NETWORK = {"requests", "urllib.request", "http", "urllib3", "socket", "httpx", "aiohttp", "distributed", "dask"}
Rule = Callable[[str, ast.Module], Iterator[str]]


def files() -> list[str]:
    """Paths of all Python files of the repository, relative and with forward slashes."""
    found = [ROOT / "app.py"] if (ROOT / "app.py").exists() else []
    for folder in FOLDERS:
        found += sorted((ROOT / folder).rglob("*.py"))
    return [path.relative_to(ROOT).as_posix() for path in found if not path.name.startswith(".")]


def layer(path: str) -> str:
    """Where a file belongs: app, pages, tests, bench, tools, ui, figures, jobs, cli, foundation or pure."""
    parts = PurePosixPath(path).parts
    if parts[0] != "cnnviz":
        return "app" if path == "app.py" else parts[0]
    if path == "cnnviz/__main__.py":
        return "cli"
    if len(parts) > 2:
        return parts[1] if parts[1] in {"ui", "figures", "jobs", "cli"} else "pure"
    return "foundation" if parts[1] in {"registry.py", "params.py", "paths.py"} else "pure"


def imports(tree: ast.AST, *, typing: bool = False) -> Iterator[tuple[str, int]]:
    """Every module imported, anywhere in the file, with its line; those for type checkers only if ``typing``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not typing:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
        else:
            yield from imports(node, typing=typing)


def top(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def ours(module: str) -> str:
    """The layer of a module of this package, or nothing."""
    parts = module.split(".")
    if parts[0] != "cnnviz" or len(parts) == 1:
        return ""
    return parts[1] if parts[1] in {"ui", "figures", "jobs", "cli"} else "pure"


def who_imports_whom(path: str, tree: ast.Module) -> Iterator[str]:
    here = layer(path)
    libraries = {
        "pure": {"streamlit", "plotly"},
        "jobs": {"streamlit", "plotly"},
        "figures": {"streamlit", *HEAVY},
        "pages": {"plotly", "PIL", *HEAVY},
        "app": {"plotly", *HEAVY},
    }.get(here, set())
    layers = {
        "pure": {"ui", "figures", "jobs", "cli"},
        "foundation": {"ui", "figures", "jobs", "cli", "pure"},
        "jobs": {"ui", "figures", "cli"},
        "figures": {"ui", "jobs", "cli", "pure"},
        "ui": {"cli"},
        "pages": {"cli", "jobs"},
        "app": {"cli", "figures", "jobs"},
        "cli": {"ui"},
    }.get(here, set())
    for module, line in imports(tree):
        if top(module) in libraries:
            yield f"{line}: {here} may not import {top(module)}"
        # paths only says where files are: every layer may ask
        if ours(module) in layers and not (here == "app" and module.startswith("cnnviz.paths")):
            yield f"{line}: {here} may not import {module}"


def foundation_is_standard_library(path: str, tree: ast.Module) -> Iterator[str]:
    if layer(path) == "foundation":
        allowed = sys.stdlib_module_names | {"platformdirs"}
        yield from (f"{line}: imports {name}" for name, line in imports(tree) if top(name) not in allowed)


def the_server_reads_the_tasks_without_torch(path: str, tree: ast.Module) -> Iterator[str]:
    """The menu of trainings and the queue are the server's; torch is for the worker process."""
    shared = path.startswith(("cnnviz/training/tasks/", "cnnviz/jobs/")) and path != "cnnviz/jobs/driving.py"
    if shared or path in {"cnnviz/ui/live.py", "cnnviz/training/__init__.py"}:
        head = [node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        for module, line in imports(ast.Module(head, [])):
            if top(module) in HEAVY or module == "cnnviz.jobs.driving":
                yield f"{line}: imports {module} at once; import it inside the function that needs it"


def figures_stand_on_numpy_and_plotly(path: str, tree: ast.Module) -> Iterator[str]:
    if layer(path) == "figures":
        allowed = sys.stdlib_module_names | {"numpy", "plotly", "cnnviz"}
        yield from (f"{line}: imports {name}" for name, line in imports(tree) if top(name) not in allowed)


def pages_do_not_import_pages(path: str, tree: ast.Module) -> Iterator[str]:
    if layer(path) in {"pages", "pure", "figures", "ui", "jobs", "cli"}:
        yield from (f"{line}: imports {name}" for name, line in imports(tree) if top(name) in {"pages", "app"})


def only_downloads_talk_to_a_network(path: str, tree: ast.Module) -> Iterator[str]:
    allowed = {
        "cnnviz/data/downloads.py",
        "cnnviz/data/transfers.py",
        "cnnviz/cli/app.py",  # asks for its port
        *(f"cnnviz/jobs/cluster{part}.py" for part in ("", "_run", "_worker")),
    }
    if layer(path) not in SCRIPTS and path not in allowed:
        for module, line in imports(tree):
            if any(module == name or module.startswith(f"{name}.") for name in NETWORK):
                yield f"{line}: imports {module}"


def only_one_file_names(path: str, tree: ast.Module) -> Iterator[str]:
    """State, caches, hooks and decoders: each has its one owner."""
    owners = {
        "session_state": "cnnviz/ui/state.py",
        "cache_data": "cnnviz/ui/cache.py",
        "cache_resource": "cnnviz/ui/cache.py",
        "register_forward_hook": "cnnviz/probe.py",
        "register_forward_pre_hook": "cnnviz/probe.py",
        "register_full_backward_hook": "cnnviz/probe.py",
        "register_full_backward_pre_hook": "cnnviz/probe.py",
        "imdecode": "cnnviz/data/images.py",
        "imread": "cnnviz/data/images.py",
        "Popen": "cnnviz/jobs/process.py",
        "v2": "cnnviz/ui/components/source.py",
    }
    if layer(path) in SCRIPTS:
        return
    for node in ast.walk(tree):
        name = _name(node)
        if name in owners and owners[name] != path:
            yield f"{getattr(node, 'lineno', 0)}: only {owners[name]} may name {name}"


def only_the_intake_opens_pictures(path: str, tree: ast.Module) -> Iterator[str]:
    if path != "cnnviz/data/images.py" and layer(path) not in SCRIPTS:
        pillow = {"PIL", "pillow_heif", "imageio"}
        yield from (f"{line}: imports {name}" for name, line in imports(tree) if top(name) in pillow)


def every_file_says_what_it_is(path: str, tree: ast.Module) -> Iterator[str]:
    if tree.body and not ast.get_docstring(tree):
        yield "1: no docstring"


def names_say_something(path: str, tree: ast.Module) -> Iterator[str]:
    words = {"utils", "util", "common", "helpers", "helper", "misc"}
    if words & {part.removesuffix(".py") for part in PurePosixPath(path).parts}:
        yield "1: the name says nothing"


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.alias):
        return node.name
    return node.id if isinstance(node, ast.Name) else ""


RULES: list[Rule] = [
    who_imports_whom,
    foundation_is_standard_library,
    the_server_reads_the_tasks_without_torch,
    figures_stand_on_numpy_and_plotly,
    pages_do_not_import_pages,
    only_downloads_talk_to_a_network,
    only_one_file_names,
    only_the_intake_opens_pictures,
    every_file_says_what_it_is,
    names_say_something,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Rule) -> None:
    broken = [
        f"{path}:{problem}"
        for path in files()
        for problem in rule(path, ast.parse((ROOT / path).read_text(encoding="utf-8")))
    ]
    assert not broken, "\n".join(broken)


BREAKS = [
    (who_imports_whom, "cnnviz/cam/x.py", "import streamlit as st"),
    (who_imports_whom, "cnnviz/cam/x.py", "def f():\n    from plotly import graph_objects"),
    (who_imports_whom, "cnnviz/models/x.py", "from cnnviz.figures import heatmaps"),
    (who_imports_whom, "cnnviz/figures/x.py", "from cnnviz.cam import explain"),
    (who_imports_whom, "cnnviz/figures/x.py", "import torch.nn"),
    (who_imports_whom, "pages/x.py", "import cv2"),
    (who_imports_whom, "cnnviz/params.py", "from cnnviz import models\nfrom cnnviz.models import load"),
    (who_imports_whom, "cnnviz/jobs/x.py", "import streamlit"),
    (who_imports_whom, "cnnviz/jobs/x.py", "from cnnviz.ui import state"),
    (who_imports_whom, "cnnviz/training/x.py", "from cnnviz import jobs\nfrom cnnviz.jobs import submit"),
    (who_imports_whom, "pages/x.py", "from cnnviz.jobs import submit"),
    (foundation_is_standard_library, "cnnviz/registry.py", "import numpy"),
    (the_server_reads_the_tasks_without_torch, "cnnviz/training/tasks/x.py", "import torch"),
    (the_server_reads_the_tasks_without_torch, "cnnviz/jobs/x.py", "from cnnviz.jobs.driving import drive"),
    (figures_stand_on_numpy_and_plotly, "cnnviz/figures/x.py", "import skimage"),
    (pages_do_not_import_pages, "pages/x.py", "from pages.cam import LECTURE"),
    (only_downloads_talk_to_a_network, "cnnviz/models/x.py", "from urllib.request import urlopen"),
    (only_one_file_names, "pages/x.py", "st.session_state['a'] = 1"),
    (only_one_file_names, "cnnviz/ui/x.py", "from streamlit import cache_data"),
    (only_one_file_names, "cnnviz/cam/x.py", "layer.register_forward_hook(f)"),
    (only_one_file_names, "cnnviz/cli/x.py", "cv2.imdecode(data, 1)"),
    (only_one_file_names, "cnnviz/ui/x.py", "subprocess.Popen(['python'])"),
    (only_the_intake_opens_pictures, "cnnviz/cli/x.py", "from PIL import Image"),
    (every_file_says_what_it_is, "cnnviz/x.py", "x = 1"),
    (names_say_something, "cnnviz/utils/x.py", ""),
]


@pytest.mark.parametrize(("rule", "path", "source"), BREAKS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_each_rule_can_fail(rule: Rule, path: str, source: str) -> None:
    assert list(rule(path, ast.parse(source)))


def test_every_rule_is_shown_a_break() -> None:
    assert {rule for rule, _, _ in BREAKS} == set(RULES)


def test_model_eval_and_typing_imports_are_no_break() -> None:
    source = '"""x"""\nmodel.eval()\nif TYPE_CHECKING:\n    from cnnviz.cam import Explanation\n'
    assert not [problem for rule in RULES for problem in rule("cnnviz/figures/x.py", ast.parse(source))]


def test_no_file_is_long() -> None:
    paths = [path for folder in FOLDERS for kind in ("py", "js", "css") for path in (ROOT / folder).rglob(f"*.{kind}")]
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert not {path: count for path, count in lines.items() if count > LINES}
