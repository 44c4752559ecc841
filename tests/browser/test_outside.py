"""Every page is walked and what is on it pressed, while every request of the browser and of its pages is logged.

Two witnesses. The page's own log: requests, web sockets, service workers, and over the debugging protocol what a page
sends without asking for it, such as beacons. And a proxy through which the whole browser must go to reach anyone but
this machine: it answers nobody, and writes down who was wanted.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page
from playwright.sync_api import Error as PlaywrightError

from tests.browser.conftest import ARGUMENTS, READY, pages, serving, system_browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1500)]
PRESSABLE = ", ".join(
    f"[data-testid=stMain] {each}:visible"
    for each in (
        "button:not([disabled])",
        "summary",
        "[role=tab]",
        "label:has(input[type=radio])",
        "label:has(input[type=checkbox])",
    )
)
# Chromium asks its maker about accounts, forms and updates whatever it shows; a page's own request is in the page's log
ITS_OWN = re.compile(
    r"(accounts|clients\d?|android\.clients|mtalk|update|content-autofill|optimizationguide-pa|safebrowsing)"
    r"\.(google|googleapis)\.com:\d+ |\.gvt1\.com"
)
PATIENCE = 240_000  # ms for a page: those with a network import torch first, beside a browser
WITHIN = ("data", "blob", "about", "chrome-error")


class Proxy:
    """Refuses everybody, and remembers who was wanted."""

    def __init__(self) -> None:
        self.wanted: list[str] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                asking, _ = self._server.accept()
                with asking:
                    asking.settimeout(5)
                    wanted = asking.recv(4096).decode(errors="replace").partition("\r\n")[0]
                    self.wanted += [] if ITS_OWN.search(wanted) else [wanted]
                    asking.sendall(b"HTTP/1.1 502 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        self._server.close()


class Log:
    """All that the pages of a browser ask for."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.requests: list[str] = []
        self.sockets: list[str] = []

    def watch(self, page: Page) -> None:
        page.context.on("request", lambda request: self.requests.append(request.url))
        page.context.on("serviceworker", lambda worker: self.requests.append(worker.url))
        page.on("websocket", lambda line: self.sockets.append(line.url))
        seen = page.context.new_cdp_session(page)  # also what is sent without a request of the page: beacons, icons
        seen.send("Network.enable")
        seen.on("Network.requestWillBeSent", lambda told: self.requests.append(told["request"]["url"]))

    @property
    def outside(self) -> list[str]:
        """Whoever is not the app."""
        split = ((url, urlsplit(url)) for url in self.requests + self.sockets)
        return [url for url, parts in split if parts.scheme not in WITHIN and parts.netloc != self.host]


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.close()


@pytest.fixture
def proxied(chromium: Browser, proxy: Proxy) -> Iterator[Browser]:
    """A browser of its own that reaches nobody but this machine without the proxy."""
    browser = chromium.browser_type.launch(
        executable_path=system_browser(), args=ARGUMENTS, proxy={"server": proxy.address, "bypass": "127.0.0.1"}
    )
    yield browser
    browser.close()


def to_press(page: Page, number: int) -> Locator | None:
    """The ``number``-th thing that can be pressed; none when there are no more. Not what asks for a file from afar."""
    found = page.locator(PRESSABLE).nth(number)
    if not found.count():
        return None
    words, saves = found.inner_text(timeout=2000), found.locator("xpath=ancestor::*[@data-testid='stDownloadButton']")
    afar = "download" in words.casefold() and not saves.count()  # the name of an icon stands before the word
    return page.locator("#nothing") if afar else found


def press_all(page: Page, most: int) -> int:
    """Press what is on the page, each once, as it stands then; how many were."""
    pressed = 0
    for number in range(most):
        with contextlib.suppress(PlaywrightError):  # gone with what was pressed before
            found = to_press(page, number)
            if found is None:
                break
            found.dispatch_event("click", timeout=2000)  # at once, also where something lies over it
            pressed += 1
            page.wait_for_timeout(100)
    with contextlib.suppress(PlaywrightError):  # where a training was begun, the page is never done
        page.wait_for_selector(READY, timeout=5000)
    return pressed


QUICK = (["home", "convolution", "optimizers"], 6)
FULL = (pages(), 25)


@pytest.mark.promise("offline")
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("walk", [pytest.param(QUICK, id="few"), pytest.param(FULL, id="full")])
def test_a_browser_that_walks_the_pages_and_presses_what_is_there_asks_nobody_but_the_app(
    proxied: Browser, proxy: Proxy, figure: Callable[[str], None], walk: tuple[list[str], int]
) -> None:
    names, most = walk
    pressed = 0
    with serving() as address:
        log = Log(address)
        for name in names:
            page = proxied.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True).new_page()
            page.set_default_timeout(60_000)
            log.watch(page)
            page.goto(f"{address}/{name}")
            page.wait_for_selector(READY, timeout=PATIENCE)
            done = press_all(page, most)
            assert done or name in ("", "home"), f"nothing could be pressed on {name}"  # which has links only
            pressed += done
            page.context.close()
    assert (log.outside, proxy.wanted) == ([], [])
    assert len(log.sockets) >= len(names)
    figure(
        f"{len(names)} pages, {pressed} presses, {len(log.requests)} requests, {len(log.sockets)} web sockets:"
        f" {len(log.outside)} beyond the app, {len(proxy.wanted)} through the proxy"
    )


WAYS = """
<body><img src="http://192.0.2.1/image.png"><link rel=prefetch href="http://192.0.2.2/next"><script>
fetch("http://192.0.2.3/a").catch(() => 0); navigator.sendBeacon("http://192.0.2.4/b"); new WebSocket("ws://192.0.2.5/c");
</script><style>@font-face { font-family: F; src: url(http://192.0.2.6/f.woff); } body { font-family: F }</style>text
"""


def test_both_witnesses_see_every_way_out(proxied: Browser, proxy: Proxy) -> None:
    log, page = Log("http://127.0.0.1:1"), proxied.new_page()
    log.watch(page)
    page.set_content(WAYS)
    page.wait_for_timeout(1500)
    for number in (1, 3, 4, 5, 6):
        assert any(f"192.0.2.{number}" in url for url in log.outside), (number, log.outside)
        assert any(f"192.0.2.{number}" in wanted for wanted in proxy.wanted), (number, proxy.wanted)
