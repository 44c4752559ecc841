"""What does a newcomer wait for?  ``python -m tools.fresh_clone`` clones HEAD and times ``make run`` there.

The clone is new, and so are its environment and its folder of results; no browser is opened. Time is taken until the
environment stands and until the server hands out the first page; ``--tests`` times ``make test`` after it. pip's cache
is used if there is one: ``--no-cache`` downloads everything. Prints one line of JSON: seconds, and megabytes on disk.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READY = Path(".venv", ".ready")  # the Makefile touches it when the environment stands
PATIENCE = 3600.0  # seconds for all of `make run`
PAUSE = 0.1


def main() -> None:
    """Clone, run, look, and tell."""
    asked = arguments(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="cnnviz-fresh-") as folder:
        clone = Path(folder, "cnnviz")
        begun = time.monotonic()
        git("clone", "--quiet", str(ROOT), str(clone))
        told: dict[str, object] = {
            "commit": git("-C", str(clone), "rev-parse", "--short", "HEAD"),
            "clone_s": since(begun),
        }
        told |= {"checkout_mb": megabytes(clone)}
        around = environment(Path(folder, "data"), no_cache=asked.no_cache)
        told |= first_page(clone, make(asked), around)
        if asked.tests:
            told |= tested(clone, [*make(asked), "test"], around)
        print(json.dumps(told | {"environment_mb": megabytes(clone / ".venv")}))


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--python", default="python3", help="what builds the environment (python3)")
    parser.add_argument("--torch-index", default="", help="where to get torch from, as in `make run TORCH_INDEX=…`")
    parser.add_argument("--no-cache", action="store_true", help="download every package anew")
    parser.add_argument("--tests", action="store_true", help="time `make test` too")
    return parser.parse_args(given)


def make(asked: argparse.Namespace) -> list[str]:
    """The command that a newcomer types, without its target."""
    index = [f"TORCH_INDEX={asked.torch_index}"] if asked.torch_index else []
    return ["make", f"SYSTEM_PYTHON={asked.python}", *index]


def environment(data: Path, *, no_cache: bool) -> dict[str, str]:
    """Of the commands: nothing of the environment that runs this, a data folder of their own."""
    mine = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
    kept = {name: value for name, value in os.environ.items() if name not in mine}
    return kept | {"CNNVIZ_DATA": str(data)} | ({"PIP_NO_CACHE_DIR": "1"} if no_cache else {})


def first_page(clone: Path, command: Sequence[str], around: Mapping[str, str]) -> dict[str, float]:
    """Seconds of ``make run`` until the environment stands, and until the first page is handed out; then it is stopped.

    Raises :class:`SystemExit` if the command ends before that, or takes longer than an hour.
    """
    port = free_port()
    begun, ready = time.monotonic(), 0.0
    run = subprocess.Popen(  # noqa: S603 (our own command)
        [*command, "run", f"ARGS=--no-browser --port {port}"],
        cwd=clone,
        env=dict(around),
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        while not answers(f"http://127.0.0.1:{port}/"):
            if run.poll() is not None or time.monotonic() - begun > PATIENCE:
                raise SystemExit("`make run` gave no page; what it said stands above")
            if not ready and (clone / READY).exists():
                ready = since(begun)
            time.sleep(PAUSE)
        return {"environment_s": ready or since(begun), "first_page_s": since(begun)}
    finally:
        stop(run)


def tested(clone: Path, command: Sequence[str], around: Mapping[str, str]) -> dict[str, float]:
    """Seconds and exit status of the tests; what they say goes to standard error."""
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 (our own command)
        command, cwd=clone, env=dict(around), check=False, stdout=sys.stderr, timeout=PATIENCE
    )
    return {"test_s": since(begun), "test_status": done.returncode}


def answers(address: str) -> bool:
    """Whether a page is there."""
    try:
        with urllib.request.urlopen(address, timeout=5) as page:  # noqa: S310 (our own server)
            return bool(page.status == 200 and page.read())
    except (OSError, urllib.error.URLError):
        return False


def stop(run: subprocess.Popen[bytes]) -> None:
    """End the server and the make that started it, as Ctrl+C does; by force after ten seconds."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if run.poll() is None:
            os.killpg(run.pid, number)
            try:
                run.wait(10)
            except subprocess.TimeoutExpired:
                continue


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def megabytes(folder: Path) -> float:
    """What the files below a folder hold, in millions of bytes; a file with two names counts once, a link nothing."""
    sizes = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            about = path.stat()
            sizes[about.st_dev, about.st_ino] = about.st_size
    return round(sum(sizes.values()) / 1e6, 1)


def git(*words: str) -> str:
    """What git answers; raises :class:`subprocess.CalledProcessError` if it can't."""
    done = subprocess.run(  # noqa: S603 (our own command)
        ["git", *words],  # noqa: S607 (git is where the user has it)
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
    )
    return done.stdout.strip()


def since(begun: float) -> float:
    """Seconds, to a tenth."""
    return round(time.monotonic() - begun, 1)


if __name__ == "__main__":
    main()
