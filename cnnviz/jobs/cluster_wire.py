"""What travels between the server and a worker of the cluster: the order to run, and pieces of the run's folder.

The scheduler remembers the last thousand events of every topic, so only small pieces go as events. A large one is
announced there and follows in parts through a queue that holds few: nothing piles up in the scheduler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.runs.mirroring import Piece, digest

SMALL = 64 << 10  # bytes that go as an event
PART = 4 << 20  # bytes of one part in the queue
AHEAD = 4  # parts that may wait in the scheduler
# What dask raises when scheduler, worker or client go away: CommClosedError, ClosedClientError, KeyError for a queue
# that a new scheduler does not know, AttributeError from a client that is just closing, CancelledError …
LOST = (Exception,)
PATIENCE = 30.0  # seconds for one part; a machine that needs longer counts as gone


class Interrupted(Exception):
    """A run that cannot go on where it is. The message is one sentence that tells what to do."""


@dataclass(frozen=True)
class Order:
    """One start of a run on a worker. ``key`` is new for each start and names its queue, its event and its task.

    ``folder`` with the secret ``word`` tells a worker that sees the server's disk to work right there. ``cap`` limits
    the seconds of training.
    """

    key: str
    run: str
    topic: str
    folder: str
    word: str
    module: str
    cap: float


def send(piece: Piece, tell: Callable[[dict[str, Any]], None], put: Callable[[bytes], None]) -> None:
    """Send ``piece``: told whole if it is small, else announced with ``tell`` and its parts given to ``put``."""
    content, told = piece.content, {"piece": piece.name, "at": piece.at}
    if content is None or len(content) <= SMALL:
        tell({**told, "content": content})
        return
    parts = [content[start : start + PART] for start in range(0, len(content), PART)]
    tell({**told, "parts": len(parts), "sha256": digest(content)})
    for part in parts:
        put(part)


def received(told: Mapping[str, Any], take: Callable[[], bytes]) -> Piece:
    """The piece that :func:`send` told of; ``take`` gives its parts. Raises :class:`Interrupted` if it is damaged."""
    if "parts" not in told:
        return Piece(told["piece"], told["content"], told["at"])
    content = b"".join(take() for _ in range(told["parts"]))
    if digest(content) != told["sha256"]:
        raise Interrupted(
            "A file was damaged on its way from the cluster; let this run go on from its last checkpoint."
        )
    return Piece(told["piece"], content, told["at"])
