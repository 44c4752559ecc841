"""A download server on this machine that lies: all answers but the good ones are written as they should not be.

It speaks raw sockets, since no server of a library would send such things. One connection carries one answer.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

CONTENT = np.random.default_rng(7).bytes(200_000)
OTHER = np.random.default_rng(8).bytes(200_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
LONG = "x" * 3000
Fault = Callable[["Liar", socket.socket, dict[str, str]], None]


class Liar:
    """Answers with the faults of ``script`` in turn, then well. ``asked`` holds the headers of every request."""

    def __init__(self) -> None:
        self.script: list[Fault] = []
        self.asked: list[dict[str, str]] = []
        self.content, self.tag, self.pause = CONTENT, '"v1"', 0.0
        self.over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.host}/weights.bin"
        self._guard = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            told = b""
            while b"\r\n\r\n" not in told:
                block = connection.recv(4096)
                if not block:
                    return
                told += block
            lines = told.decode("latin-1").split("\r\n")[1:]
            asked = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
            with self._guard:
                self.asked.append(asked)
                fault = self.script.pop(0) if self.script else well
            fault(self, connection, asked)


def wanted(liar: Liar, asked: dict[str, str]) -> int:
    """The first byte that is asked for, if the validator is that of now."""
    told = asked.get("range", "")
    return int(told.removeprefix("bytes=").removesuffix("-")) if told and asked.get("if-range") == liar.tag else 0


def head(status: str = "200 OK", **headers: Any) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""]).encode("latin-1")


def well(liar: Liar, connection: socket.socket, asked: dict[str, str]) -> None:
    """As it should be."""
    reply(liar, connection, asked)


def reply(  # noqa: PLR0913 (each is one way to lie)
    liar: Liar,
    connection: socket.socket,
    asked: dict[str, str],
    *,
    body: Callable[[bytes], bytes] = lambda part: part,
    length: Callable[[int], Any] = lambda count: count,
    span: str = "bytes {first}-{last}/{total}",
    status: str = "",
    more: dict[str, str] | None = None,
    after: Callable[[Liar, socket.socket], None] | None = None,
) -> None:
    """The good answer, with something changed."""
    first, total = wanted(liar, asked), len(liar.content)
    part = liar.content[first:]
    told = span.format(first=first, last=total - 1, total=total) if first else None
    status = status or ("206 Partial Content" if first else "200 OK")
    start = head(status, Content_Length=length(len(part)), Content_Range=told, ETag=liar.tag or None, **(more or {}))
    connection.sendall(start)
    send(liar, connection, body(part))
    if after is not None:
        after(liar, connection)


def send(liar: Liar, connection: socket.socket, data: bytes) -> None:
    for start in range(0, len(data), 16_384):
        connection.sendall(data[start : start + 16_384])
        time.sleep(liar.pause)


def reset(_: Liar, connection: socket.socket) -> None:
    """Gone without a word."""
    time.sleep(0.05)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def stall(liar: Liar, _: socket.socket) -> None:
    liar.over.wait(30.0)


def drip(liar: Liar, connection: socket.socket) -> None:
    """One byte ten times a second, for ever."""
    while not liar.over.wait(0.1):
        connection.sendall(b"\0")


def endless(liar: Liar, connection: socket.socket) -> None:
    while not liar.over.is_set():
        connection.sendall(bytes(65_536))


def raw(data: bytes, after: Callable[[Liar, socket.socket], None] | None = None) -> Fault:
    """These bytes, whatever was asked."""

    def fault(liar: Liar, connection: socket.socket, _: dict[str, str]) -> None:
        connection.sendall(data)
        if after is not None:
            after(liar, connection)

    return fault


def changed(**how: Any) -> Fault:
    """The good answer with something changed."""
    return lambda liar, connection, asked: reply(liar, connection, asked, **how)


def half(part: bytes) -> bytes:
    return part[: len(part) // 2]


def chunked(data: bytes, *, ended: bool) -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (data[:70_000], data[70_000:]))
    return chunks + b"0\r\n\r\n" * ended


def many_headers(liar: Liar, connection: socket.socket, _: dict[str, str]) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not liar.over.is_set():
        connection.sendall(b"X-More: and more\r\n" * 50)


def no_if_range(liar: Liar, connection: socket.socket, asked: dict[str, str]) -> None:
    """Gives the rest of another file, and swears it is the rest of the right one."""
    liar.content, kept = OTHER, liar.content
    try:
        reply(liar, connection, {**asked, "if-range": liar.tag})
    finally:
        liar.content = kept


def moved(where: str, status: str = "302 Found") -> Fault:
    return raw(head(status, Location=where, Content_Length=0))


CHUNKED = {"Transfer_Encoding": "chunked"}
FAULTS: dict[str, Fault] = {
    # less than was said
    "cut in the middle": changed(body=half),
    "cut after one byte": changed(body=lambda part: part[:1]),
    "cut before the last byte": changed(body=lambda part: part[:-1]),
    "cut before the body": changed(body=lambda part: b""),
    "reset in the middle": changed(body=half, after=reset),
    "reset at once": raw(b"", after=reset),
    "closed at once": raw(b""),
    "closed in the status": raw(b"HTTP/1.1 20"),
    "closed in a header": raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "closed after a header": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n"),
    "without length, cut": changed(body=half, length=lambda count: None),
    "chunked, cut": changed(body=lambda part: chunked(half(part), ended=False), length=lambda _: None, more=CHUNKED),
    "chunked, ended early": changed(body=lambda p: chunked(half(p), ended=True), length=lambda _: None, more=CHUNKED),
    "chunked, bad size": changed(body=lambda part: b"zz\r\n" + part, length=lambda _: None, more=CHUNKED),
    "chunked, giant size": changed(body=lambda part: b"f" * 60 + b"\r\n" + part, length=lambda _: None, more=CHUNKED),
    # nothing for long
    "stalls in the middle": changed(body=half, after=stall),
    "stalls before the body": changed(body=lambda part: b"", after=stall),
    "stalls in the headers": raw(b"HTTP/1.1 200 OK\r\nContent-", after=stall),
    "stalls before a word": raw(b"", after=stall),
    "drips the body": changed(body=lambda part: b"", after=drip),
    "drips the headers": raw(b"HTTP/1.1 200 OK\r\nX-", after=drip),
    # more than was said
    "a byte too much": changed(body=lambda part: part + b"!", length=lambda count: count + 1),
    "a byte too much, unsaid": changed(body=lambda part: part + b"!"),
    "twice": changed(body=lambda part: part * 2, length=lambda count: None),
    "endless": changed(length=lambda count: None, after=endless),
    "endless headers": many_headers,
    "a header without end": raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n"),
    # lies about the length
    "length 0": changed(length=lambda count: 0),
    "length less": changed(length=lambda count: count - 7),
    "length more": changed(length=lambda count: count + 7),
    "length negative": changed(length=lambda count: -5),
    "length no number": changed(length=lambda count: "many"),
    "length of 5,000 digits": changed(length=lambda count: "9" * 5000),
    "length of 30 digits": changed(length=lambda count: "9" * 30),
    "length twice": changed(length=lambda count: f"{count}, {count - 1}"),
    "length in another script": changed(length=lambda count: "\u00b2\u00b2"),
    "length and chunked": changed(body=lambda part: chunked(part, ended=True), more=CHUNKED),
    # other bytes
    "zeros": changed(body=lambda part: bytes(len(part))),
    "a flipped bit": changed(body=lambda part: part[:-1] + bytes([part[-1] ^ 1])),
    "another file": changed(body=lambda part: OTHER[: len(part)]),
    "the rest of another file": no_if_range,
    "a page instead": raw(head(Content_Type="text/html", Content_Length=15) + b"<p>log in</p>  "),
    "gzip": changed(body=gzip.compress, length=lambda _: None, more={"Content_Encoding": "gzip"}),
    "gzip of its own accord": changed(more={"Content_Encoding": "gzip"}),
    "an unknown coding": changed(more={"Content_Encoding": "br, zstd, x"}),
    # wrong ranges
    "range begins later": changed(span="bytes 5-{last}/{total}"),
    "range ends early": changed(span="bytes {first}-9/{total}"),
    "range of another total": changed(span="bytes {first}-{last}/999"),
    "range without total": changed(span="bytes {first}-{last}/*"),
    "range of 5,000 digits": changed(span="bytes {first}-" + "9" * 5000 + "/{total}"),
    "no range": changed(span="nonsense"),
    "206 for all": changed(status="206 Partial Content"),
    "200 for the rest": changed(status="200 OK"),
    "many parts": changed(status="206 Partial Content", more={"Content_Type": "multipart/byteranges; boundary=x"}),
    # no answer at all
    "garbage": raw(b"\x00\xff garbage\r\n\r\n" * 20),
    "another protocol": raw(b"220 ftp ready\r\n"),
    "a status of letters": raw(b"HTTP/1.1 abc OK\r\n\r\n"),
    "a status of 9,999": raw(b"HTTP/1.1 9999 OK\r\n\r\n"),
    "version 9": raw(b"HTTP/9.9 200 OK\r\n\r\n"),
    "continue for ever": raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
    # other words
    **{
        f"{code}": raw(head(f"{code} No", Content_Length=2) + b"no")
        for code in (204, 205, 300, 304, 400, 401, 403, 404, 407, 408, 410, 416, 421, 429, 451, 500, 502, 503, 504, 599)
    },
    # to elsewhere
    "redirect without end": moved("/weights.bin"),
    "redirect nowhere": moved(""),
    "redirect to file": moved("file:///etc/hostname"),
    "redirect to ftp": moved("ftp://192.0.2.1/x"),
    "redirect to http elsewhere": moved("http://192.0.2.1/x"),
    "redirect to https here": moved("https://127.0.0.1:9/x"),
    "redirect to a long name": moved(f"https://{'x' * 250}.invalid/"),
    "redirect to a long scheme": moved(f"{LONG}:x"),
    "redirect to a bad address": moved("http://[::1"),
    "redirect to a bad port": moved("http://127.0.0.1:99999999/x"),
    "redirect to data": moved("data:,x"),
    "redirect to odd letters": moved("https://\u00ff\u00fe.invalid/\u00e9"),
    "redirect 308 to file": moved("file:///etc/hostname", "308 Permanent Redirect"),
}
