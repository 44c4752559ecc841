"""Counts who asks anyone beyond this machine while tests run, in every Python process: the proof of being offline."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest_socket

GUARD = Path(__file__).parent / "guard"
BEGAN: list[Path] = []
"""Where it is written down, in the process that began; its workers, and a pytest that a test starts, only add."""


def begin() -> None:
    """Watch this process and all Python that it starts; the workers of a run share the file of the one that began."""
    if "CNNVIZ_OUTBOUND" not in os.environ:
        descriptor, os.environ["CNNVIZ_OUTBOUND"] = tempfile.mkstemp(prefix="cnnviz-outbound-", suffix=".txt")
        os.close(descriptor)
        BEGAN.append(Path(os.environ["CNNVIZ_OUTBOUND"]))
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH", "")]))
    if not hasattr(sys.modules.get("sitecustomize"), "outside"):  # the one who began has not been watched yet
        sys.path.insert(0, str(GUARD))
        sys.modules.pop("sitecustomize", None)
        __import__("sitecustomize")
        sys.path.remove(str(GUARD))
    pytest_socket.SocketConnectBlockedError = Refused


def asked(whom: str) -> None:
    """Write down that a test asked ``whom``."""
    sys.modules["sitecustomize"].tell("asked", whom)


class Refused(pytest_socket.SocketConnectBlockedError):  # type: ignore[misc]
    """A connection that pytest-socket refuses before the audit hook can hear of it."""

    def __init__(self, allowed: Any, host: str, *rest: Any) -> None:
        asked(host)
        super().__init__(allowed, host, *rest)


def read(path: Path) -> tuple[int, list[str]]:
    """How many processes were watched, and who asked whom."""
    lines = [line.split("\t") for line in path.read_text(errors="replace").splitlines()]
    return sum(line[0] == "watched" for line in lines), [
        f"{line[1]} by {line[2]}" for line in lines if line[0] == "asked"
    ]


def end(tests: int) -> dict[str, Any]:
    """The figure of the whole run, and no file any more; nothing in a run that did not begin it."""
    if not BEGAN:
        return {}
    path = BEGAN.pop()
    watched, wrong = read(path)
    path.unlink(missing_ok=True)
    return {
        "promise": "offline",
        "figure": f"{tests} tests, {watched} Python processes watched: {len(wrong)} asked anyone beyond this machine",
        "test": "tests/conftest.py (the whole run)",
        "passed": not wrong,
        "asked": wrong,
    }
