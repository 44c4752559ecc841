"""Work in a child process, with its cost; and a server on this machine that can be made to fail in many ways."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.forked import Cost, in_a_child


@pytest.fixture
def in_child() -> Callable[[Callable[[], Any]], Cost]:
    """Call a function in a forked child; its result must be JSON. A crash of the child fails the test."""
    if not sys.platform.startswith("linux"):
        pytest.skip("reads the peak of memory from /proc")
    return in_a_child


@pytest.fixture
def serve() -> Iterator[Callable[[bytes], ThreadingHTTPServer]]:
    """Start a server of some content; its attributes ``faults``, ``tag`` and ``pause`` say how it misbehaves."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

        def start(content: bytes) -> ThreadingHTTPServer:
            server.content, server.tag, server.pause = content, '"v1"', 0.0
            server.requests, server.faults, server.guard = [], [], threading.Lock()
            server.url = f"http://127.0.0.1:{server.server_port}/weights.bin"
            thread.start()
            return server

        yield start
        server.shutdown()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    """Serves ``server.content`` with ranges, after ``server.fault`` had its say."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        with server.guard:
            server.requests.append(dict(self.headers))
            fault = server.faults.pop(0) if server.faults else ""
        body, first = server.content, 0
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range") == server.tag and fault != "ignore range":
            first = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if first >= len(body) and first:
            self.answer(416, b"")
        elif fault.isdigit():
            self.answer(int(fault), b"no")
        elif fault.startswith("http"):
            self.answer(302, b"", {"Location": fault})
        else:
            self.serve(fault, body, first)

    def serve(self, fault, body, first):
        total = len(body)
        if fault == "wrong bytes":
            body = bytes(total)
        if fault == "wrong size":
            body = body[:-7]
            total = len(body)
        headers = {"ETag": self.server.tag} if self.server.tag else {}
        part = body[first:]
        if first:
            told = first + 5 if fault == "wrong range" else first
            headers["Content-Range"] = f"bytes {told}-{total - 1}/{total}"
        sent = part[: len(part) // 2] if fault in ("cut", "stall", "reset") else part
        if fault == "too much":
            self.endless(part)
            return
        self.answer(206 if first else 200, sent, headers, length=len(part))
        if fault == "stall":
            time.sleep(3.0)
        if fault in ("cut", "stall", "reset"):
            self.close_connection = True

    def endless(self, part):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            self.wfile.write(part)
            for _ in range(200):
                self.wfile.write(bytes(65_536))
        except OSError:
            pass
        self.close_connection = True

    def answer(self, status, body, headers=None, length=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        pause = self.server.pause
        try:
            for start in range(0, len(body), 65_536):
                self.wfile.write(body[start : start + 65_536])
                time.sleep(pause)
        except OSError:
            self.close_connection = True

    def log_message(self, *args):
        pass
