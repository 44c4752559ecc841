"""A cold link to every page: a fresh server, a fresh browser, what the server computes and what travels to the browser.

The limit is an app that writes one line: Streamlit's own start, and its own scripts, which every page brings along.
Kilobytes are those on the wire, after compression.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from bench.measure import QUICK, report
from tests.browser.conftest import READY, launch, pages, serving_process

ROUNDS = 1 if QUICK else 3
EMPTY = 'import streamlit as st\n\nst.write("nothing")\n'


class Wire:
    """Bytes that a page receives: answers to requests, and messages of the websocket."""

    def __init__(self, page: Page) -> None:
        self.answers = self.messages = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._answer)
        session.on("Network.webSocketFrameReceived", self._message)

    def _answer(self, told: dict[str, Any]) -> None:
        self.answers += int(told["encodedDataLength"])

    def _message(self, told: dict[str, Any]) -> None:
        frame = told["response"]
        self.messages += len(frame["payloadData"]) * 3 // 4 if frame["opcode"] == 2 else len(frame["payloadData"])


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def cold(browser: Browser, script: str, path: str) -> tuple[float, float, float]:
    """CPU milliseconds of the server until the page is drawn; kilobytes of messages, and of all."""
    with serving_process(script) as (address, process), opened(browser) as page:
        wire = Wire(page)
        page.goto(f"{address}/{path}")
        page.wait_for_selector(READY, timeout=120_000)
        page.wait_for_timeout(500)  # what a component asks for once it is drawn
        spent = psutil.Process(process.pid).cpu_times()
    return 1000 * (spent.user + spent.system), wire.messages / 1000, (wire.messages + wire.answers) / 1000


def medians(rounds: list[tuple[float, float, float]]) -> list[float]:
    """Of each of the three."""
    return [statistics.median(values) for values in zip(*rounds, strict=True)]


def run() -> None:
    """Two lines per page: the server's time, and the weight."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder, "empty.py")
        empty.write_text(EMPTY)
        browser = launch(playwright, whole=True)
        apps = {"": (str(empty), "")} | {path or "home": ("app.py", path) for path in pages()}
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in apps}
        for number in range(ROUNDS + 1):
            for name, app in apps.items():
                measured = cold(browser, *app)
                if number:  # the first round fills the disk's cache
                    found[name].append(measured)
        least = medians(found.pop(""))
        for name, rounds in found.items():
            spent, messages, weight = medians(rounds)
            told = f"{messages:.0f} kB of messages"
            report(f"cold link to {name}, the server's time", {"ours": spent, "limit": least[0]}, agreement="drawn")
            report(f"cold link to {name}, weight", {"ours": weight, "limit": least[2]}, agreement=told, unit="kB")
        browser.close()
