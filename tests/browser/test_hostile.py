"""Links and names that mean harm, and faults, as a browser shows them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from cnnviz.ui.lecture import GENERAL
from tests.browser.conftest import Watched, pages, serving, settle
from tests.promises import quick_and_full
from tests.ui.nonsense import NAUGHTY, TITLE, link

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
INJECTED = "[src*='192.0.2.1'], [href*='192.0.2.1'], a[href^='javascript'], [onerror], [onload]"
# what of a page stands in its link: one text field each, and the value that shows it
FIELDS = {
    "batch_norm?bn-source=own&bn-numbers=": "batch_norm",
    "pooling?pool-input=own&pool-numbers=": "pooling",
    "scores?score-of=own&score-own=": "scores",
    "ledger?net=own&layers=": "ledger",
    "sizes?size-chain=": "sizes",
    "optimizers?landscape=own&formula=": "optimizers",
    "convolution?c-view=typed&c-x=": "convolution",
    "training?train-network=stack&train-stack=": "training",
}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    one = context.new_page()
    one.set_default_timeout(60_000)
    yield one
    context.close()


def harmed(page: Page, watched: Watched, dialogs: list[str]) -> list[str]:
    """What a hostile text did to the page."""
    settle(page)
    found = [f"{page.locator(INJECTED).count()} elements injected"] * bool(page.locator(INJECTED).count())
    found += ["an exception"] * bool(page.locator("[data-testid=stException]").count())
    found += ["a fault"] * bool(page.get_by_text(GENERAL[:30]).count())
    found += [f"title {page.title()}"] * (TITLE in page.title())
    found, watched.faults = [*found, *watched.faults, *dialogs], []
    return found


@pytest.mark.promise("links")
@pytest.mark.parametrize("count", quick_and_full(3, 64))
def test_random_links_open_in_a_browser(count: int, server: str, page: Page, figure: Callable[[str], None]) -> None:
    random_, watched, dialogs, bad = random.Random(5), Watched(page, server), [], []
    page.on("dialog", lambda each: (dialogs.append(each.message), each.dismiss()))
    keys = {"big": False, "run": "", "network": "photo", "picture": "", "class": "", "layer": "", "unit": "", "seed": 0}
    names = pages()
    for number in range(count):
        query = link(random_, keys, ["lr", "train-lr"])[:60_000]
        page.goto(f"{server}/{names[number * 5 % len(names)]}?{query}")
        bad += [f"{page.url[:200]}: {each}" for each in harmed(page, watched, dialogs)]
    assert not bad, "\n".join(bad)
    figure(f"{count} random links in a browser: no fault, no dialog, no element of theirs, no request outside")


@pytest.mark.promise("names")
@pytest.mark.parametrize("share", quick_and_full(36, 1))
def test_hostile_texts_in_links_inject_nothing(
    share: int, server: str, page: Page, figure: Callable[[str], None]
) -> None:
    watched, dialogs, bad, seen = Watched(page, server), [], [], 0
    page.on("dialog", lambda each: (dialogs.append(each.message), each.dismiss()))
    texts = [each for each in NAUGHTY if 0 < len(each) < 400 and "\x00" not in each and any(c in each for c in "<[!$:")]
    for number, start in enumerate(FIELDS):
        for text in texts[number % share :: share]:
            page.goto(f"{server}/{start}{quote(text)}")
            seen += 1
            bad += [f"{start}{text[:40]}: {each}" for each in harmed(page, watched, dialogs)]
    assert not bad, "\n".join(bad)
    figure(
        f"{seen} hostile texts in the links of {len(FIELDS)} fields, in a browser: nothing injected, no request outside"
    )


FAULTY = """
from cnnviz.ui import state
from cnnviz.ui.lecture import navigate
import cnnviz.arithmetic.convolution, cnnviz.ui.components.cards, cnnviz.ui.vanishing.controls

def fail(*_, **__):
    raise RuntimeError("cannot read /srv/secret/students.csv")

state.reset = fail
cnnviz.ui.components.cards.cards = fail
cnnviz.ui.vanishing.controls.choose = fail
cnnviz.ui.vanishing.controls.controls = fail
if __name__ == "__main__":
    navigate().run()
"""


@pytest.mark.promise("faults")
def test_a_fault_is_one_sentence_and_the_next_page_works(
    page: Page, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    script = tmp_path / "app.py"
    script.write_text(FAULTY)
    with serving(str(script)) as address:
        for name in ("", "vanishing"):
            page.goto(f"{address}/{name}")
            settle(page)
            expect(page.get_by_text(GENERAL)).to_have_count(1)
            assert not page.locator("[data-testid=stException]").count()
            assert "secret" not in page.content() and "Traceback" not in page.content()
        page.goto(f"{address}/convolution")
        settle(page)
        expect(page.get_by_text(GENERAL)).to_have_count(0)
        page.locator(".st-key-reset button").first.click()
        expect(page.get_by_text(GENERAL)).to_have_count(1)
        assert "secret" not in page.content() and "Traceback" not in page.content()
        page.goto(f"{address}/scores")
        settle(page)
        expect(page.get_by_role("heading", name="score").first).to_be_visible()
        expect(page.get_by_text(GENERAL)).to_have_count(0)
    figure("3 faults in a browser, two of pages and one of a button: one sentence each, and the next page works")
