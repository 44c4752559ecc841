"""What else SECURITY.md promises of the proxy: the lectures as a part of a site, and one of two servers that dies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from cnnviz import runs
from cnnviz.training.events import Begun, Step
from tests.browser.conftest import Watched, launch, settle
from tests.browser.test_training import SLOW, WAIT, begin, button, said, step
from tests.jobs.waiting import until
from tests.load.apart import apart, complete
from tests.load.proxied import PASSWORD, USER, Proxy, proxied
from tests.load.served import Server, served
from tests.load.tab import tab
from tests.load.test_proxy import PHOTO
from tests.load.test_proxy import pytestmark as needs_nginx

pytestmark = [*needs_nginx, pytest.mark.timeout(600)]
BASE = "/lectures"
NAMES = {"STREAMLIT_SERVER_ALLOWED_HOSTS": "localhost", "OMP_NUM_THREADS": "1"}


@contextmanager
def visiting(proxy: Proxy) -> Iterator[Page]:
    """A page of a browser that knows the password and takes the certificate."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(
            ignore_https_errors=True,
            http_credentials={"username": USER, "password": PASSWORD},
            permissions=["clipboard-read", "clipboard-write"],
            viewport={"width": 1280, "height": 800},
        )
        page = context.new_page()
        page.set_default_timeout(90_000)
        yield page
        browser.close()


def opened(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    assert page.locator("[data-testid=stException]").count() == 0


def pictures(page: Page) -> list[int]:
    """The widths of the pictures on the home page as they have arrived; 0 for one that has not."""
    page.locator("a[href^=cam] img").first.wait_for()
    page.wait_for_load_state("networkidle")
    return [int(each.evaluate("each => each.naturalWidth")) for each in page.locator("a[href] img").all()]


def walked(proxy: Proxy) -> None:
    """A cold deep link, home, its cards, the menu, a copied link, an upload, a download and a training."""
    with visiting(proxy) as page:
        watched = Watched(page, proxy.url)
        opened(page, f"{proxy.url}/sizes?size-h=9")  # the first page that this server draws
        expect(page.get_by_role("heading", name="What size comes out?")).to_be_visible()
        assert page.url.startswith(f"{proxy.url}/sizes")
        page.get_by_text("Copy link").click()
        assert page.evaluate("navigator.clipboard.readText()") == page.url
        with page.expect_download() as got:
            page.get_by_role("button", name="Numbers (CSV)").click()
        assert Path(got.value.path()).read_text().count("\n") == 3
        opened(page, proxy.url)  # without the last slash
        assert all(pictures(page)[:3])  # those below wait until they are scrolled to
        page.locator("a[href^=cam]").first.click()
        page.wait_for_url(f"{proxy.url}/cam*")
        settle(page)
        opened(page, f"{proxy.url}/augmentation")
        page.get_by_role("button", name="Choose the picture").click()
        page.locator("input[type=file]").first.set_input_files(PHOTO)
        page.get_by_text(PHOTO.name).first.wait_for()
        opened(page, f"{proxy.url}/training?{SLOW.format(31)}")
        run = begin(page)
        opened(page, f"{proxy.url}/training?run={run}")
        expect(said(page)).to_contain_text("running at step", timeout=WAIT)
        button(page, "Stop").click()
        expect(said(page)).to_contain_text("stopped", timeout=WAIT)
        assert watched.faults == []


@pytest.mark.slow
def test_the_lectures_are_a_part_of_a_site(tmp_path: Path) -> None:
    settings = NAMES | {"STREAMLIT_SERVER_BASE_URL_PATH": BASE.strip("/")}
    with (
        served(tmp_path / "data", base=BASE, **settings) as server,
        proxied(tmp_path / "nginx", (server, server), base=BASE) as proxy,
    ):
        apart(lambda: walked(proxy))


async def seen(server: Server) -> None:
    """Somebody looks at the trainings there: from now on that server knows what was left when it began."""
    async with tab(server.url.replace("127.0.0.1", "localhost")) as visitor:
        await visitor.open("training")
        assert not visitor.screen.faults


def gone_on(run: str) -> bool:
    """Whether a second sitting has told a step of its own."""
    events = list(runs.events(run))
    begins = [k for k, each in enumerate(events) if isinstance(each, Begun)]
    return len(begins) == 2 and any(isinstance(each, Step) for each in events[begins[1] :])


def failed_over(proxy: Proxy, servers: Sequence[Server]) -> tuple[str, int]:
    """A training whose server is killed, seen from its page: its id, and the step at which that happened."""
    with visiting(proxy) as page:
        opened(page, f"{proxy.url}/training?{SLOW.format(32)}")
        run, link = begin(page), page.url
        (mine,) = (each for each in servers if each.process.children())  # its worker trains
        (other,) = (each for each in servers if each is not mine)
        at = step(page)
        mine.process.kill()
        page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])")
        settle(page)  # by itself
        assert page.url == link
        expect(said(page)).to_contain_text(re.compile("running|queue|interrupted"), timeout=WAIT)
        page.wait_for_timeout(2000)  # a worker sees within a second or two that its server is gone
        go_on = button(page, "Go on")
        if go_on.count() and go_on.is_enabled():
            go_on.click()
        expect(said(page)).to_contain_text("running at step", timeout=WAIT)
        assert other.process.children()
        until(lambda: gone_on(run), seconds=90)
        button(page, "Stop").click()
        expect(said(page)).to_contain_text("stopped", timeout=WAIT)
    return run, at


@pytest.mark.slow
@pytest.mark.promise("survival")
@pytest.mark.parametrize("used", [False, True], ids=["unused", "used"])
def test_when_one_server_dies_its_visitors_go_on_with_the_other(
    used: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("CNNVIZ_DATA", str(data))
    with ExitStack() as started:
        servers = [started.enter_context(served(data, **NAMES)) for _ in range(2)]
        for server in servers if used else []:
            complete(seen(server))
        proxy = started.enter_context(proxied(tmp_path / "nginx", servers))
        run, at = apart(lambda: failed_over(proxy, servers))
    assert [each.name for each in (data / "runs").glob("[0-9a-f]" * 12)] == [run]
    begins = [each.step for each in runs.events(run) if isinstance(each, Begun)]
    told = [each.step for each in runs.kept(runs.events(run)) if isinstance(each, Step)]
    assert len(begins) == 2 and begins[0] == 0 and told == sorted(set(told)) and told[-1] > begins[1]
    how = "by a click on Go on" if used else "by itself"
    figure(
        f"one of two servers behind nginx killed at step {at}: its page goes on at the other, {how}, from {begins[1]}"
    )
