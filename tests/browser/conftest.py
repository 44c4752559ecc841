"""A real server and a real Chromium: the system's if there is one, otherwise Playwright's own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from cnnviz.paths import ROOT

READY = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
# two requests that Streamlit makes below a deep link's address before it finds the server; harmless
HARMLESS = ("/_stcore/health", "/_stcore/host-config")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser, a server and a second worker share two cores: who loses that race once is asked again, and told."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=1))


@contextmanager
def serving(script: str = "app.py", **environment: str) -> Iterator[str]:
    """A fresh server for ``script``; yields its address."""
    with serving_process(script, **environment) as (address, _):
        yield address


@contextmanager
def serving_process(script: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A fresh server for ``script`` on a free port; yields its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # ours as a user starts it; any other script as Streamlit runs it
    ours = ["cnnviz", "app", "--no-browser", "--port", str(port)]
    other = ["streamlit", "run", script, "--server.headless", "true", "--server.port", str(port)]
    command = [sys.executable, "-m", *(ours if script == "app.py" else other)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2)  # noqa: S310 (our own server)
                break
            except OSError:
                time.sleep(0.1)
        yield address, process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """One server for all browser tests that need no fresh one."""
    with serving() as address:
        yield address


SHELL = "chromium-headless-shell"
"""The same engine without windows: it opens a page for two thirds of the work."""


def system_browser(*, whole: bool = False) -> str | None:
    """The Chromium of the system, if it has one: the shell first, or last for what is measured as a visitor has it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, (*names, SHELL) if whole else (SHELL, *names)) if path), None)


def launch(playwright: Playwright, *, whole: bool = False) -> Browser:
    """Chromium, or a skip; in CI a missing browser is a failure."""
    try:
        return playwright.chromium.launch(executable_path=system_browser(whole=whole), args=ARGUMENTS)
    except Exception:
        if os.environ.get("CI"):
            raise
        pytest.skip("needs Chromium: install it, or run `playwright install chromium`")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


class Watched:
    """What a page must not do: log an error, fail a request, or ask anyone but the app."""

    def __init__(self, page: Page, address: str) -> None:
        self.faults: list[str] = []
        self.host = urlsplit(address).netloc
        page.on(
            "console",
            lambda m: self._note(f"console: {m.text}", m.location.get("url", "")) if m.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.faults.append(f"page: {error}"))
        page.on("requestfailed", lambda r: self._note(f"failed: {r.url} {r.failure}", r.url))
        page.on("request", self._outside)

    def _note(self, text: str, url: str) -> None:
        if not urlsplit(url).path.endswith(HARMLESS) and "ERR_ABORTED" not in text:
            self.faults.append(text)

    def _outside(self, request: object) -> None:
        url = urlsplit(request.url)  # type: ignore[attr-defined]
        if url.scheme not in ("data", "blob") and url.netloc != self.host:
            self.faults.append(f"outside: {url.geturl()}")


Open = Callable[..., Page]


@pytest.fixture(scope="session")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """One window for the session: it fetches and compiles Streamlit's scripts once, not for every page anew."""
    context = chromium.new_context(accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def open_page(window: BrowserContext) -> Iterator[Open]:
    """Open an address in a tab that remembers nothing, wait until it is drawn, check at the end that it behaved."""
    opened: list[tuple[Page, Watched]] = []

    def visit(url: str, *, size: tuple[int, int] = (1280, 800), scheme: str = "light") -> Page:
        page = window.new_page()
        page.set_default_timeout(60_000)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        kept = {"origin": f"http://{urlsplit(url).netloc}", "storageTypes": "cookies,local_storage,indexeddb"}
        window.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
        opened.append((page, Watched(page, url)))
        page.goto(url)
        settle(page)
        return page

    yield visit
    try:
        for page, watched in opened:
            assert page.locator("[data-testid=stException]").count() == 0
            assert watched.faults == []
    finally:
        window.set_offline(False)
        for page, _ in opened:
            page.close()


def settle(page: Page) -> None:
    """Wait until the script has run and the page is connected, twice in a row."""
    for _ in range(2):
        page.wait_for_selector(READY, timeout=60_000)
        page.wait_for_timeout(150)


def in_both_schemes(page: Page) -> Iterator[str]:
    """A page as it was opened, in light, then after the system has turned dark: one opening for both."""
    yield "light"
    page.emulate_media(color_scheme="dark")
    eventually(page, lambda: dark(page))
    settle(page)
    yield "dark"


def stands_above_the_fold(page: Page, *parts: str) -> None:
    """The first of each ends within 800 px, in light and in the dark."""
    for scheme in in_both_schemes(page):
        for part in parts:
            box = page.locator(part).first.bounding_box()
            assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 800, (scheme, part, box)


def shrink_to_a_phone(page: Page) -> None:
    """390 px wide, and laid out anew."""
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    page.wait_for_timeout(500)


def dark(page: Page) -> bool:
    """Whether the ground of the page is darker than a middle grey."""
    ground = page.locator("[data-testid=stApp]").evaluate("node => getComputedStyle(node).backgroundColor")
    return max(int(each) for each in re.findall(r"\d+", ground)[:3]) < 128


def eventually(page: Page, true: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until what is measured has found its place: fonts and columns come after the script has run."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not true within {seconds} s"
        page.wait_for_timeout(100)


def pages() -> list[str]:
    """The addresses of all lectures."""
    return ["" if path.stem == "home" else path.stem for path in sorted(Path(ROOT, "pages").glob("*.py"))]
