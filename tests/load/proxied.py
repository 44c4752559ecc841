"""nginx before two servers, with the very file that SECURITY.md shows: other ports, a name and certificate of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from cnnviz.paths import ROOT
from tests.load.served import Server, free_port

USER, PASSWORD = "class", "of one afternoon"  # of a server that lives for seconds
OUTER = """{user}daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    log_format replicas '$status $request_method $uri $cookie_cnnviz $upstream_addr';
    access_log {folder}/asked replicas;
    {paths}
    include {folder}/cnnviz.conf;
}}
"""
PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Proxy:
    """A running nginx: its address, and what it was asked for."""

    url: str
    folder: Path

    def asked(self) -> list[tuple[str, str, str]]:
        """Path, cookie and server of every request that a server answered."""
        lines = [line.split(" ") for line in (self.folder / "asked").read_text().splitlines()]
        return [(path, cookie, server) for _, _, path, cookie, server in (line[:5] for line in lines) if server != "-"]


def shown() -> str:
    """The file in SECURITY.md."""
    return (ROOT / "SECURITY.md").read_text(encoding="utf-8").split("```nginx\n")[1].split("```")[0]


def written(folder: Path, port: int, servers: Sequence[Server], *, base: str = "") -> Path:
    """The file with this machine's ports and places, below ``base``, in a whole configuration; returns that."""
    text = (
        shown().replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace("lectures.example.edu", "localhost")
    )
    text = text.replace("location / {", f"location {base}/ {{")
    for shown_port, server in zip((8501, 8502), servers, strict=True):
        text = text.replace(f"127.0.0.1:{shown_port};", f"{urlsplit(server.url).netloc};")
    (folder / "cnnviz.conf").write_text(text.replace("/etc/nginx/", f"{folder}/"))
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [*make, "-keyout", f"{folder}/cnnviz.key", "-out", f"{folder}/cnnviz.crt"], capture_output=True, check=True
    )
    hashed = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], capture_output=True, text=True, check=True)
    (folder / "cnnviz.passwords").write_text(f"{USER}:{hashed.stdout}")
    user = "user root; " if os.geteuid() == 0 else ""  # whose folders these are
    paths = " ".join(f"{name}_temp_path {folder}/{name};" for name in PLACES)
    (folder / "nginx.conf").write_text(OUTER.format(folder=folder, paths=paths, user=user))
    return folder / "nginx.conf"


@contextmanager
def proxied(folder: Path, servers: Sequence[Server], *, base: str = "") -> Iterator[Proxy]:
    """nginx as a process of ours, never as a service, until the end; the servers answer below ``base``."""
    program, port = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin"), free_port()
    assert program is not None
    folder.mkdir()
    configuration = written(folder, port, servers, base=base)
    start = [program, "-p", str(folder), "-e", str(folder / "errors"), "-c", str(configuration)]
    tested = subprocess.run([*start, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    process = subprocess.Popen(start)
    try:
        url = f"https://localhost:{port}{base}"
        _wait(url, folder)
        yield Proxy(url, folder)
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str, folder: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            requests.get(f"{url}/_stcore/health", timeout=2, verify=folder / "cnnviz.crt")
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nginx does not answer: {(folder / 'errors').read_text()}")
