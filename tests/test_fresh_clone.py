"""The parts of the timing of a fresh clone that need no fresh clone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tools import fresh_clone
from tools.fresh_clone import READY, ROOT

SERVER = """
import http.server, pathlib, sys
port = int(sys.argv[-1].split()[-1])
pathlib.Path(".venv").mkdir()
pathlib.Path(".venv", ".ready").touch()
pathlib.Path("index.html").write_text("the first page")
http.server.HTTPServer(("127.0.0.1", port), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def test_megabytes_are_what_the_files_hold_and_no_file_counts_twice(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "one").write_bytes(bytes(1_500_000))
    (tmp_path / "below" / "two").write_bytes(bytes(700_000))
    os.link(tmp_path / "one", tmp_path / "below" / "again")
    (tmp_path / "link").symlink_to(tmp_path / "one")
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    assert fresh_clone.megabytes(tmp_path) == 2.2
    assert fresh_clone.megabytes(tmp_path / "missing") == 0


def test_the_environment_of_who_asks_does_not_leak_into_the_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS"):
        monkeypatch.setenv(name, "mine")
    around = fresh_clone.environment(tmp_path, no_cache=False)
    assert "mine" not in around.values() and around["PATH"] == os.environ["PATH"]
    assert around["CNNVIZ_DATA"] == str(tmp_path) and "PIP_NO_CACHE_DIR" not in around
    assert fresh_clone.environment(tmp_path, no_cache=True)["PIP_NO_CACHE_DIR"] == "1"


def test_it_types_what_the_makefile_knows(tmp_path: Path) -> None:
    """The variables that it sets reach the commands of `make run`; nothing is run here."""
    asked = fresh_clone.arguments(["--python", "python9", "--torch-index", "there"])
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    command = [*fresh_clone.make(asked), "--no-print-directory", "--dry-run", "run", "ARGS=--no-browser --port 8620"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "python9 -m venv" in told and '--index-url "there"' in told and str(READY) in told
    assert told.rstrip().endswith("-m cnnviz app --no-browser --port 8620")


def test_a_page_is_awaited_and_the_server_stopped(tmp_path: Path) -> None:
    told = fresh_clone.first_page(tmp_path, [sys.executable, "-c", SERVER], os.environ)
    assert 0 < told["environment_s"] <= told["first_page_s"] < 60
    listing = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "the first page" not in listing


def test_a_command_that_fails_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="gave no page"):
        fresh_clone.first_page(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"], os.environ)


def test_an_error_is_no_page() -> None:
    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert not fresh_clone.answers(f"http://127.0.0.1:{server.server_port}/")
    assert not fresh_clone.answers(f"http://127.0.0.1:{fresh_clone.free_port()}/")
