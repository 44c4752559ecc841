"""No network is no problem: the guard that counts who asks outside bites, and all works where there is no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import outbound

ROOT = Path(__file__).resolve().parents[1]
TRIES = """
import socket, urllib.request, subprocess, sys
refused = 0
for ask in (
    lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: urllib.request.urlopen("https://example.org", timeout=1),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
    lambda: socket.socket().connect_ex(("2001:db8::1", 80)) if 0 else socket.gethostbyname("example.org"),
):
    try:
        ask()
    except OSError as error:
        refused += "must not leave" in str(error)
print(refused)
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), timeout=5).close()
if len(sys.argv) < 2:
    subprocess.run([sys.executable, __file__, "child"], check=True)
"""


def test_the_guard_refuses_and_counts_every_way_out_also_in_the_children_of_children(tmp_path: Path) -> None:
    log, script = tmp_path / "log", tmp_path / "tries.py"
    script.write_text(TRIES)
    environment = os.environ | {"CNNVIZ_OUTBOUND": str(log), "PYTHONPATH": str(outbound.GUARD)}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, ["5", "5"]), done.stderr
    watched, asked = outbound.read(log)
    assert watched == 2 and len(asked) == 10
    assert any("192.0.2.1 port 80" in each and "tries.py" in each for each in asked)


def test_the_guard_imports_nothing_and_costs_little() -> None:
    code = "import sys; sys.exit('socket' in sys.modules)"
    for environment in (os.environ, {**os.environ, "CNNVIZ_OUTBOUND": ""}):
        assert subprocess.run([sys.executable, "-c", code], env=environment, timeout=60, check=False).returncode == 0


def alone(*command: str) -> list[str]:
    """A command in a network of its own, where there is no device but the loopback, and that one is up."""
    unshare = shutil.which("unshare")
    lonely = [unshare or "", "--user", "--map-root-user", "--net"]
    if unshare is None or subprocess.run([*lonely, "true"], capture_output=True, timeout=60, check=False).returncode:
        pytest.skip("needs a Linux that lets a user have a network of his own (unshare)")
    return [*lonely, sys.executable, str(ROOT / "tests" / "lonely.py"), *command]


QUICK = [
    "tests/cli/test_cam.py",
    "tests/browser/test_pages.py",
    "-k",
    "promised or in_words or grad_cam or (deep_link and cam)",
]
FULL = [
    "tests/cli",
    "tests/browser/test_cam.py",
    "tests/browser/test_pages.py",
    "-k",
    "not breaks_a_rule",
    "-m",
    "slow or not slow",
]


@pytest.mark.promise("offline")
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "chosen",
    [pytest.param(QUICK, id="few", marks=pytest.mark.slow), pytest.param(FULL, id="full", marks=pytest.mark.slow)],
)
def test_the_app_starts_opens_and_explains_where_there_is_no_network_device(
    chosen: list[str], figure: Callable[[str], None]
) -> None:
    run = alone(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *chosen)
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=880, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    devices = re.search(r"^devices: (.*)$", done.stdout, re.MULTILINE)
    passed = re.search(r"(\d+) passed", done.stdout)
    assert devices is not None and passed is not None and devices[1] == "lo"
    figure(
        f"{passed[1]} tests of command line, server and browser passed where the only network device was {devices[1]}"
    )
