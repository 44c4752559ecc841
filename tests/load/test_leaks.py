"""A thousand visitors come and go, some in the middle of something: nothing of them stays."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.load.apart import complete
from tests.load.changes import changes
from tests.load.served import Server, served
from tests.load.students import LIGHT, MIX, harmless, rehearse
from tests.load.tab import Lost, tab
from tests.promises import quick_and_full

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what another process holds")
EACH = 20.0  # kB that a visitor may leave behind
LEAST = 5.0  # MB by which the memory of a process varies by itself
ROUNDS = 3
# garbage that waits for Python's next collection is no leak, but as large as what is looked for: SIGUSR1 collects it
COLLECTING = (
    "import gc, signal; from cnnviz.cli import main; signal.signal(signal.SIGUSR1, lambda *_: gc.collect()); main()"
)
TTL = 3  # seconds for which the server keeps a session whose browser is gone; the app's own setting says minutes
TOGETHER = 10


@dataclass
class Comings:
    """What the visitors did, on these pages."""

    pages: Sequence[str]
    went: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


async def come_and_go(server: Server, count: int, *, seed: int, pages: Sequence[str]) -> Comings:
    """So many visitors, ten at a time."""
    rng, comings, door = random.Random(seed), Comings(pages), asyncio.Semaphore(TOGETHER)

    async def one(own: random.Random) -> None:
        way = own.choice((stay, stay, leave, leave_within_a_frame, knock, say_nothing))
        comings.went[way.__name__] = comings.went.get(way.__name__, 0) + 1
        async with door:
            try:
                await way(server, own, comings)
            except (Lost, OSError, TimeoutError) as lost:
                comings.faults.append(f"{way.__name__}: {lost!r}"[:200])

    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(one(random.Random(rng.random())))
    return comings


async def stay(server: Server, rng: random.Random, comings: Comings) -> None:
    """Open a page, change something, close the tab."""
    async with tab(server.url) as visitor:
        await visitor.open(rng.choice(comings.pages))
        offered = [each for each in changes(visitor.screen) if harmless(each)]
        await (visitor.change(rng.choice(offered)) if offered else visitor.again())
        comings.faults += visitor.screen.faults


async def leave(server: Server, rng: random.Random, comings: Comings) -> None:
    """Close the tab while the page is being drawn."""
    async with tab(server.url) as visitor:
        await visitor.begin(rng.choice(comings.pages))
        await asyncio.sleep(rng.uniform(0, 0.1))


async def leave_within_a_frame(server: Server, rng: random.Random, comings: Comings) -> None:
    """Lose the network while the page is being drawn: no good-bye."""
    async with tab(server.url) as visitor:
        await visitor.begin(rng.choice(comings.pages))
        await asyncio.sleep(rng.uniform(0, 0.1))
        visitor.line.transport.abort()


async def knock(server: Server, rng: random.Random, comings: Comings) -> None:
    """Begin the handshake and go."""
    port = int(server.url.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n")
    await writer.drain()
    await asyncio.sleep(rng.uniform(0, 0.1))
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def say_nothing(server: Server, rng: random.Random, comings: Comings) -> None:
    """Open the line and ask for nothing."""
    async with tab(server.url):
        await asyncio.sleep(rng.uniform(0, 0.1))


def settled(server: Server) -> None:
    """Wait until the sessions that went are forgotten: one more visitor lets Streamlit look at the clock."""
    time.sleep(TTL + 1.0)
    complete(come_and_go_once(server))
    time.sleep(TTL + 1.0)
    complete(come_and_go_once(server))
    time.sleep(1.0)
    server.process.send_signal(signal.SIGUSR1)
    time.sleep(2.0)


async def come_and_go_once(server: Server) -> None:
    async with tab(server.url) as visitor:
        await visitor.open("")


def forgotten(server: Server, before: dict[str, int]) -> dict[str, int]:
    """The structure, once what takes its time has ended, or after half a minute."""
    end = time.monotonic() + 30
    while True:
        now = server.structure()
        if all(now[name] <= before[name] for name in before) or time.monotonic() > end:
            return now
        time.sleep(0.2)


@pytest.mark.promise("leaks")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", quick_and_full(24, 1000))
def test_a_visitor_leaves_nothing_behind(count: int, tmp_path: Path, figure) -> None:
    environment = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(TTL)}
    pages = LIGHT if count < 1000 else tuple(MIX)
    with served(tmp_path, command=(sys.executable, "-c", COLLECTING, "app", "--no-browser"), **environment) as server:
        complete(rehearse(server.url, each=1 if pages is LIGHT else 8, pages=pages))
        # the very visitors that are counted come once before: what they make the server import and remember is no leak
        complete(come_and_go(server, min(count, 200), seed=2, pages=pages))
        settled(server)
        # how many meet at once differs, and memory stays at the most there ever was, so do the four threads with which
        # Streamlit watches its settings, begun one by one: a leak grows each time they come
        faults: list[str] = []
        for _ in range(ROUNDS if pages is LIGHT else 1):
            memory, before = server.memory(), server.structure()
            comings = complete(come_and_go(server, count, seed=2, pages=pages))
            faults += comings.faults
            settled(server)
            after, grown = forgotten(server, before), server.memory() - memory
            if grown <= LEAST and all(after[name] <= before[name] for name in before):
                break
        log = server.log.read_text()
    each = 1000 * grown / count
    told = ", ".join(f"{name} {before[name]} → {after[name]}" for name in before)
    figure(f"{count} sessions opened and closed, {comings.went['stay']} of them used: {each:.1f} kB each; {told}")
    assert faults == []
    assert "Traceback" not in log, log[-3000:]
    assert grown <= max(LEAST, EACH * count / 1000)
    assert all(after[name] <= before[name] for name in before), told
