"""What the program does not do: import torch before it is needed, or leave this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import outbound

ROOT = Path(__file__).resolve().parents[1]
LIGHT = ["registry", "params", "paths", "data.images", "data.samples", "models", "models.registry", "cam"]


def light_modules() -> list[str]:
    """Everything that is imported before a page needs a network."""
    files = [file for folder in ("ui", "figures", "cli") for file in (ROOT / "cnnviz" / folder).rglob("*.py")]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    return ["cnnviz", *(f"cnnviz.{name}" for name in LIGHT), *sorted(names)]


def test_nothing_on_the_way_to_the_first_paint_imports_torch() -> None:
    code = (
        "import importlib, sys\n"
        f"for name in {light_modules()!r}:\n"
        "    importlib.import_module(name)\n"
        "    assert 'torch' not in sys.modules, name + ' imports torch'"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_tests_cannot_look_up_a_name_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(outbound, "asked", asked.append)
    with pytest.raises(OSError, match="must not leave this machine"):
        socket.create_connection(("example.org", 80), timeout=1)
    assert asked == ["example.org (its address)"]


def test_tests_cannot_connect_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(outbound, "asked", asked.append)
    with socket.socket() as probe, pytest.warns(match="connect"), pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        probe.connect(("192.0.2.1", 80))
    assert asked == ["192.0.2.1"]


NETWORKS = {"cam", "filters", "occlusion", "activation_maximization"}  # lectures that run one in the server


def test_no_lecture_but_those_with_a_network_imports_what_takes_long() -> None:
    """pandas takes 0.4 s, torch a second and more: nobody should wait for them who only looks at numbers."""
    names = [path.name for path in sorted((ROOT / "pages").glob("*.py")) if path.stem not in NETWORKS]
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=60).run()\n"
        f"for name in {names!r}:\n"
        "    app.switch_page('pages/' + name).run()\n"
        "    assert not app.exception and not app.error, name\n"
        "    late = {'torch', 'pandas', 'pyarrow', 'sympy', 'scipy', 'skimage'} & set(sys.modules)\n"
        "    assert not late, name + ' imports ' + ', '.join(late)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
