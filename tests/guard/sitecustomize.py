"""Read by every Python process that a test starts, because this folder stands in PYTHONPATH: nobody asks outside.

An audit hook sees every connection and every look-up of a name, whichever library makes it. One that is not for this
machine is written down in the file CNNVIZ_OUTBOUND and fails. It imports nothing that is not there already.
"""

from __future__ import annotations

import os
import sys

TOLD = os.environ.get("CNNVIZ_OUTBOUND", "")
ASKED = frozenset(
    ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname")
)  # an audit hook hears of every opened file too: one look into a set is all that this may cost
HERE = ("127.", "::1", "localhost", "0.0.0.0", "::ffff:127.", "fe80::1%lo")


def tell(kind: str, what: str) -> None:
    """One line, whole, whoever else writes."""
    line = f"{kind}\t{what}\t{' '.join(sys.orig_argv)[:200]!r}\n"
    descriptor = os.open(TOLD, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode(errors="replace"))
    finally:
        os.close(descriptor)


def outside(event: str, arguments: tuple[object, ...]) -> str:
    """Whom a call asks beyond this machine, or nothing. To connect for datagrams sends nothing yet."""
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        name = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        numeric = isinstance(name, str) and (":" in name or name.replace(".", "").isdigit())
        return "" if not name or numeric or name in ("localhost", os.uname().nodename) else f"{name} (its address)"
    address = arguments[-1]
    if not isinstance(address, tuple) or not address[0] or str(address[0]).startswith(HERE):
        return ""
    if event == "socket.connect" and int(arguments[0].type) == 2:  # type: ignore[attr-defined]
        return ""
    return f"{address[0]} port {address[1]}"


def heard(event: str, arguments: tuple[object, ...]) -> None:
    """The hook."""
    if event in ASKED and (whom := outside(event, arguments)):
        tell("asked", whom)
        raise OSError(f"{whom}: tests must not leave this machine")


if TOLD:
    sys.addaudithook(heard)
    tell("watched", "")
