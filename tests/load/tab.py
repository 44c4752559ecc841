"""A browser's tab without a browser: Streamlit's websocket, one message for every change, and how long it took."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.load.changes import Change
from tests.load.screen import Screen

PATIENCE = 90.0  # seconds after which an answer counts as lost
WHOLE, PART = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN


class Lost(Exception):
    """The server closed the line, or did not answer within :data:`PATIENCE`."""


@dataclass
class Tab:
    """One session. Its timers run, as in a browser: a fragment that asks to be polled is polled."""

    line: ClientConnection
    url: str
    screen: Screen = field(default_factory=Screen)
    finished: int = 0  # scripts and fragments that ended, polls included
    received: int = 0  # bytes
    _held: dict[str, WidgetState] = field(default_factory=dict)
    _kept: dict[str, bytes] = field(default_factory=dict)
    _waiting: tuple[str, asyncio.Future[None]] | None = None
    _timers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _begun: bool = False  # whether a run of the whole page has begun since the last question
    _early: bool = False  # whether the part asked for was the last to end, and is said to have ended early
    _ended: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)  # runs since the last question

    async def open(self, page: str, query: str = "") -> float:
        """Open the page of that address first of all; seconds until it was drawn."""
        ask = self._ask()
        ask.rerun_script.query_string, ask.rerun_script.page_name = query, page
        return await self._answered(ask)

    async def visit(self, page: str) -> float:
        """Go to another page by the menu; seconds until it was drawn."""
        self._held.clear()
        ask = self._ask()
        ask.rerun_script.query_string, ask.rerun_script.page_script_hash = "", self.screen.pages[page]
        return await self._answered(ask)

    async def change(self, change: Change) -> float:
        """Change a control; seconds until the page was drawn."""
        states = [change.state]
        if not change.passes:
            self._held[change.state.id] = change.state
            states = []
        try:
            return await self._answered(self._ask(states, fragment=change.fragment), fragment=change.fragment)
        except Lost as lost:
            raise Lost(f"{change.label!r} in part {change.fragment!r}: {lost}") from None

    async def again(self) -> float:
        """Run the page as it stands."""
        return await self._answered(self._ask())

    async def begin(self, page: str) -> None:
        """Ask for a page and do not wait for it."""
        ask = self._ask()
        ask.rerun_script.page_name = page
        await self.line.send(ask.SerializeToString())

    def _ask(self, states: Iterable[WidgetState] = (), *, fragment: str = "", timer: bool = False) -> BackMsg:
        ask = BackMsg()
        rerun, context = ask.rerun_script, ask.rerun_script.context_info
        rerun.query_string, rerun.page_script_hash = self.screen.query, self.screen.page
        rerun.widget_states.widgets.extend([*self._held.values(), *states])
        rerun.cached_message_hashes.extend(self._kept)
        rerun.fragment_id, rerun.is_auto_rerun = fragment, timer
        context.timezone, context.locale, context.color_scheme, context.url = "Etc/UTC", "en", "light", self.url
        return ask

    async def _answered(self, ask: BackMsg, *, fragment: str = "") -> float:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting, self._begun, self._early, self._ended = (fragment, done), False, False, []
        start = time.perf_counter()
        try:
            await self.line.send(ask.SerializeToString())
            await asyncio.wait_for(done, PATIENCE)
        except TimeoutError:
            asked = ask.rerun_script
            where = asked.page_name or next(
                (k for k, v in self.screen.pages.items() if v == asked.page_script_hash), ""
            )
            told = ", ".join(f"{kind} {sorted(parts)}" for kind, parts in self._ended)
            raise Lost(f"no answer within {PATIENCE:.0f} s on {where or 'home'}; ended since: {told}") from None
        except ConnectionClosed as closed:
            raise Lost(f"closed: {closed}") from None
        finally:
            self._waiting = None
        return time.perf_counter() - start

    async def listen(self) -> None:
        """Take what the server says until the line ends."""
        try:
            async for data in self.line:
                assert isinstance(data, bytes)
                self.received += len(data)
                self._take(self._whole(data))
        except ConnectionClosed:
            pass
        finally:
            for timer in self._timers.values():
                timer.cancel()
            if self._waiting is not None and not self._waiting[1].done():
                self._waiting[1].set_exception(Lost("the server closed the line"))

    def _whole(self, data: bytes) -> ForwardMsg:
        """The message; one that the browser has kept travels as its hash."""
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "ref_hash":
            kept = ForwardMsg.FromString(self._kept[message.ref_hash])
            kept.metadata.CopyFrom(message.metadata)
            return kept
        if message.metadata.cacheable and message.hash:
            self._kept[message.hash] = data
        return message

    def _take(self, message: ForwardMsg) -> None:
        self.screen.take(message)
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._give_way(message)
        elif kind == "script_finished":
            self.finished += 1
            self._ended = [*self._ended[-7:], (message.script_finished, tuple(message.metadata.run.fragment_ids))]
            self._resolve(message)
        elif kind in ("auto_rerun", "stop_auto_rerun", "new_session"):
            if kind == "new_session":
                self._follow(whole=not message.metadata.run.fragment_ids)
            self._set_timers()

    def _follow(self, *, whole: bool) -> None:
        """A run begins. If the end of a part still waits to be sent, Streamlit now calls it an early one.

        See ``ForwardMsgQueue.clear``: it was drawn all the same. One that truly ended early is followed by the page.
        """
        self._begun |= whole
        if self._early and not whole and self._waiting is not None and not self._waiting[1].done():
            self._waiting[1].set_result(None)
        self._early = False

    def _give_way(self, message: ForwardMsg) -> None:
        """A control that the server sets forgets what was chosen here."""
        element = message.delta.new_element
        proto = getattr(element, element.WhichOneof("type") or "", None)
        if getattr(proto, "set_value", False):
            self._held.pop(proto.id, None)

    def _resolve(self, message: ForwardMsg) -> None:
        if self._waiting is None or self._waiting[1].done():
            return
        fragment, done = self._waiting
        # runs of a session follow each other, so the end of a part also says that the page before it has ended:
        # Streamlit 1.67 drops the word of that where the page's timer asks at that very moment
        whole = message.script_finished == WHOLE or (message.script_finished == PART and self._begun)
        mine = fragment in message.metadata.run.fragment_ids
        part, self._early = message.script_finished == PART and mine, message.script_finished == EARLY and mine
        if whole or (fragment and part):
            done.set_result(None)

    def _set_timers(self) -> None:
        for fragment in [each for each in self._timers if each not in self.screen.timers]:
            self._timers.pop(fragment).cancel()
        for fragment, interval in self.screen.timers.items():
            if fragment not in self._timers:
                self._timers[fragment] = asyncio.create_task(self._poll(fragment, interval))

    async def _poll(self, fragment: str, interval: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(interval)
                await self.line.send(self._ask(fragment=fragment, timer=True).SerializeToString())


@asynccontextmanager
async def tab(url: str, **options: Any) -> AsyncIterator[Tab]:
    """A tab at the app's address (``http://…``), closed at the end; ``options`` go to the websocket."""
    address = urlsplit(url)
    stream = (
        f"{'wss' if address.scheme == 'https' else 'ws'}://{address.netloc}{address.path.rstrip('/')}/_stcore/stream"
    )
    settings: dict[str, Any] = {
        "subprotocols": ["streamlit"],
        "origin": f"{address.scheme}://{address.netloc}",
        "max_size": None,
        "proxy": None,
        "open_timeout": PATIENCE,
        "close_timeout": 2,
    }
    async with connect(stream, **(settings | options)) as line:
        opened = Tab(line, url)
        listening = asyncio.create_task(opened.listen())
        try:
            yield opened
        finally:
            await line.close()
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
