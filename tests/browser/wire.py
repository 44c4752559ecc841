"""A network that can be lost: a port of its own that passes everything on to a server, until it is cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit


class Wire:
    """Between a browser and the server at ``address``; ``url`` is where the browser goes."""

    def __init__(self, address: str) -> None:
        self._to = ("127.0.0.1", urlsplit(address).port or 80)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._broken = False
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        self.cut()

    def cut(self) -> int:
        """End every line at once, and every new one as soon as it is made; how many were open."""
        with self._lock:
            self._broken, lines, self._lines = True, self._lines, set()
        for line in lines:
            _end(line)
        return len(lines) // 2

    def mend(self) -> None:
        """From now on new lines are passed on again."""
        self._broken = False

    def _listen(self) -> None:
        with suppress(OSError):  # closed at the end
            while True:
                line, _ = self._listening.accept()
                threading.Thread(target=self._pass_on, args=(line,), daemon=True).start()

    def _pass_on(self, line: socket.socket) -> None:
        try:
            other = socket.create_connection(self._to, timeout=10)
        except OSError:
            return line.close()
        other.settimeout(None)
        with self._lock:
            broken = self._broken
            self._lines |= set() if broken else {line, other}
        if broken:
            _end(line)
            return _end(other)
        threading.Thread(target=_copy, args=(other, line), daemon=True).start()
        return _copy(line, other)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    _end(source)
    _end(target)


def _end(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
