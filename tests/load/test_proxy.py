"""The proxy that SECURITY.md shows: it is valid, and a class behind it finds everything."""

from __future__ import annotations

import asyncio
import base64
import re
import shutil
import socket
import ssl
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import sync_playwright
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.browser.conftest import launch, settle
from tests.load.apart import apart, complete
from tests.load.changes import changes
from tests.load.proxied import PASSWORD, USER, Proxy, proxied
from tests.load.served import Server, served
from tests.load.tab import tab

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="nginx as Debian packs it"),
    pytest.mark.skipif(
        shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin") is None or shutil.which("openssl") is None,
        reason="needs nginx and openssl: apt install nginx-light openssl",
    ),
    pytest.mark.timeout(300),
]
PHOTO = Path(__file__).parents[2] / "static" / "cam-cat.webp"


@dataclass(frozen=True)
class Site:
    proxy: Proxy
    replicas: tuple[Server, Server]

    def get(self, path: str, **options: Any) -> requests.Response:
        settings: dict[str, Any] = {"auth": (USER, PASSWORD), "verify": self.proxy.folder / "cnnviz.crt"}
        method = options.pop("method", "GET")
        return requests.request(method, f"{self.proxy.url}{path}", timeout=60, **(settings | options))

    def line(self, cookie: str) -> dict[str, Any]:
        """What a websocket of a visitor brings along."""
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        context = ssl.create_default_context(cafile=self.proxy.folder / "cnnviz.crt")
        headers = {"Authorization": f"Basic {login}", "Cookie": f"cnnviz={cookie}"}
        return {"ssl": context, "additional_headers": headers}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two replicas that share a data folder, behind nginx."""
    folder = tmp_path_factory.mktemp("proxy")
    with ExitStack() as opened:
        names = {"STREAMLIT_SERVER_ALLOWED_HOSTS": "localhost"}
        first, second = (opened.enter_context(served(folder / "data", **names)) for _ in range(2))
        yield Site(opened.enter_context(proxied(folder / "nginx", (first, second))), (first, second))


def test_nobody_comes_in_without_the_password_and_nobody_gets_by_the_name(site: Site) -> None:
    assert site.get("/", auth=None).status_code == 401
    assert site.get("/", auth=(USER, "guess")).status_code == 401
    assert site.get("/").status_code == 200
    assert site.get("/_stcore/health").text == "ok"


def test_more_than_the_server_takes_is_refused_by_the_proxy(site: Site) -> None:
    refused = site.get("/_stcore/upload_file/none/none", method="PUT", data=bytes(52 << 20))
    assert refused.status_code == 413


def answers(site: Site, count: int, *, source: str = "127.0.0.1") -> Counter[str]:
    """Status codes of so many requests at once, without a password, from an address of this machine."""
    ask = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * (count - 1)
    last = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    context, told = ssl.create_default_context(cafile=site.proxy.folder / "cnnviz.crt"), b""
    place = ("127.0.0.1", urlsplit(site.proxy.url).port)
    line = socket.create_connection(place, 30, source_address=(source, 0))
    with context.wrap_socket(line, server_hostname="localhost") as sealed:
        sealed.sendall(ask + last)
        while more := sealed.recv(1 << 16):
            told += more
    return Counter(each.decode() for each in re.findall(rb"HTTP/1\.1 (\d+) ", told))


def test_who_asks_too_often_waits_and_others_do_not(site: Site) -> None:
    with proxied(site.proxy.folder.parent / "often", site.replicas) as proxy:  # nobody else has asked it
        busy = Site(proxy, site.replicas)
        found = answers(busy, 900)
        assert found.keys() == {"401", "503"} and found.total() == 900, found
        assert found["401"] >= 500, found  # the burst of the file, and what is due while the others come
        assert answers(busy, 100, source="127.0.0.2") == {"401": 100}
        time.sleep(1.5)
        assert answers(busy, 50) == {"401": 50}


def test_an_address_has_fifty_lines_and_a_closed_one_makes_room(site: Site) -> None:
    async def lines() -> tuple[int, int]:
        url = f"{site.proxy.url.replace('https', 'wss')}/_stcore/stream"
        settings = {"subprotocols": ["streamlit"], "origin": site.proxy.url, "proxy": None, "open_timeout": 60}
        asked = [connect(url, **settings, **site.line(str(k))) for k in range(60)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        taken = [each for each in found if not isinstance(each, BaseException)]
        refused = [each for each in found if isinstance(each, InvalidStatus) and each.response.status_code == 503]
        for each in taken[:5]:
            await each.close()
        await asyncio.sleep(0.5)
        again = await connect(url, **settings, **site.line("60"))  # or the refusal is raised here
        await asyncio.gather(again.close(), *(each.close() for each in taken[5:]))
        return len(taken), len(refused)

    assert complete(lines()) == (50, 10)


def test_a_visitor_stays_with_one_server_and_different_ones_are_spread(site: Site) -> None:
    given = {site.get("/").cookies["cnnviz"] for _ in range(24)}
    for cookie in given:
        for _ in range(2):
            assert site.get("/_stcore/health", cookies={"cnnviz": cookie}).ok
    asked = [(cookie, server) for _, cookie, server in site.proxy.asked() if cookie in given]
    assert len(set(asked)) == len(given) == 24
    assert len({server for _, server in asked}) == 2


def test_a_control_works_through_the_proxy_and_a_training_is_found_on_both_servers(site: Site) -> None:
    async def begun(cookie: str) -> str:
        async with tab(site.proxy.url, **site.line(cookie)) as lecturer:
            await lecturer.open("training", "train-data=shapes&train-epochs=1")
            await lecturer.change(next(each for each in changes(lecturer.screen) if each.label == "Start"))
            assert not lecturer.screen.faults
            return lecturer.screen.query

    async def said(cookie: str, query: str) -> str:
        async with tab(site.proxy.url, **site.line(cookie)) as student:
            await student.open("training", query)
            return student.screen.query

    query = complete(begun("lecturer"))
    assert "run=" in query
    complete(asyncio.sleep(0.2))
    for cookie in map(str, range(8)):  # the link stays in the address if the run is known
        assert complete(said(cookie, query)) == query
    lines = {server for path, cookie, server in site.proxy.asked() if path.endswith("stream")}
    assert len(lines) == 2


def visited(site: Site) -> str:
    """A browser opens a page, changes something and uploads a photo; returns its cookie."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(
            ignore_https_errors=True, http_credentials={"username": USER, "password": PASSWORD}
        )
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.goto(f"{site.proxy.url}/augmentation")
        settle(page)
        page.get_by_role("button", name="Choose the picture").click()
        with page.expect_response(lambda answer: "/upload_file/" in answer.url) as sent:  # its name is shown before
            page.locator("input[type=file]").first.set_input_files(PHOTO)
        assert sent.value.ok
        page.get_by_text(PHOTO.name).first.wait_for()
        page.goto(f"{site.proxy.url}/sizes")
        settle(page)
        page.get_by_label("Projector").first.check(force=True)
        settle(page)
        assert page.locator("[data-testid=stException]").count() == 0
        cookie = next(each["value"] for each in context.cookies() if each["name"] == "cnnviz")
        browser.close()
    return str(cookie)


def test_a_browser_opens_a_page_changes_something_and_uploads_a_photo(site: Site) -> None:
    cookie = apart(lambda: visited(site))
    asked = [(path, server) for path, sent, server in site.proxy.asked() if sent == cookie]
    assert {path.split("/")[2] for path, _ in asked if path.startswith("/_stcore/")} >= {"upload_file", "stream"}
    assert len({server for _, server in asked}) == 1


def test_a_server_behind_a_proxy_answers_below_a_path(tmp_path: Path) -> None:
    with served(tmp_path, base="/lectures", STREAMLIT_SERVER_BASE_URL_PATH="lectures") as server:

        async def elements() -> int:
            async with tab(server.url) as student:
                await student.open("sizes")
                assert not student.screen.faults
                return len(student.screen.elements)

        assert complete(elements()) > 10
