"""The permanent corpus uploaded in a real browser: a picture or one sentence, and no complaint of the browser's."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from cnnviz.data.images import encode_png
from cnnviz.data.samples import sample
from tests.browser.conftest import Open, settle
from tests.data.bad_pictures import BOMBS, BROKEN, CALM, FOREIGN, ODD
from tests.data.bad_zips import BAD_ZIPS
from tests.models.bad_weights import BAD_WEIGHTS
from tests.promises import quick_and_full

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1_800)]

PAGES = {
    "augmentation": "",
    "cam": "?network=cifar-fast",
    "convolution": "?c-view=picture",
    "filters": "?network=cifar-fast",
    "ledger": "?network=cifar-fast",
    "occlusion": "?network=cifar-fast",
    "scores": "",
}
BEHIND = {"augmentation": "Choose the picture", "ledger": "Picture"}  # the button that shows the uploader
REFUSED = {name: (make, says) for group in (BOMBS, FOREIGN, BROKEN) for name, (make, says) in group.items()}
SHOWN = {**CALM, **ODD}
MEMORY = 50_000_000  # bytes; Playwright sends more only from a file
ALERT = "[data-testid=stAlert]"
RETOLD = re.compile(r"MB or smaller|not allowed|empty|files are|File must be", re.IGNORECASE)


def every(corpus: dict[str, Any], step: int) -> dict[str, Any]:
    """Each ``step``-th file, and always the first."""
    return {name: each for k, (name, each) in enumerate(corpus.items()) if k % step == 0}


def give(page: Page, data: bytes, *, name: str = "picture.png", k: int = 0) -> None:
    """Choose a file in the ``k``-th uploader and wait until the page has dealt with it."""
    chooser = page.locator("input[type=file]").nth(k)
    with tempfile.TemporaryDirectory() as folder:
        if len(data) < MEMORY:
            chooser.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})
        else:
            Path(folder, name).write_bytes(data)
            chooser.set_input_files(Path(folder, name))
        page.wait_for_timeout(250)
        settle(page)
    assert page.locator("[data-testid=stException]").count() == 0


def told(page: Page) -> str:
    """What the page says of the file: its own alert, or the uploader's word on length and type."""
    alerts = page.locator(ALERT).all_inner_texts()
    uploader = page.locator("[data-testid=stFileUploader]").all_inner_texts()
    return " ".join(alerts) or next((text for text in uploader if RETOLD.search(text)), "")


@pytest.fixture(params=[pytest.param(stem, marks=() if stem == "cam" else pytest.mark.slow) for stem in PAGES])
def address(request: pytest.FixtureRequest, server: str) -> str:
    return f"{server}/{request.param}{PAGES[request.param]}"


@pytest.mark.promise("uploads")
@pytest.mark.parametrize("step", quick_and_full(24, 1))
def test_bad_pictures_in_a_browser(address: str, open_page: Open, step: int, figure: Callable[[str], None]) -> None:
    page = open_page(address)
    stem = Path(urlsplit(address).path).name
    if stem in BEHIND:
        page.get_by_role("button", name=re.compile(f"{BEHIND[stem]}$")).first.click()
    refused, shown = every(REFUSED, step), every(SHOWN, step)
    for name, (make, says) in refused.items():
        data = make()
        give(page, data)
        words = told(page)
        assert says in words or (len(data) > 10_000_000 and words), (name, words)
        assert len(page.locator(ALERT).all_inner_texts()) <= 1 and len(words) <= 400, (name, words)
    for name, make in shown.items():
        give(page, make(), name="picture.gif")
        assert page.locator(ALERT).count() == 0, name
    give(page, encode_png(sample("coffee")[:, ::-1]), name="../../<b>mine</b>.PNG")
    assert page.locator(ALERT).count() == 0
    figure(f"Chromium, page {stem}: {len(refused)} bad pictures told, {len(shown)} odd ones shown; console clean")


def each_is_told(page: Page, files: dict[str, Any], *, name: str) -> None:
    for bad, (make, _) in files.items():
        give(page, make(), name=name, k=page.locator("input[type=file]").count() - 1)
        assert told(page), bad


@pytest.mark.promise("uploads")
@pytest.mark.parametrize("step", quick_and_full(9, 1))
def test_bad_state_dicts_in_a_browser(server: str, open_page: Open, step: int, figure: Callable[[str], None]) -> None:
    page = open_page(f"{server}/cam?network=cifar-fast")
    page.get_by_role("button", name="Use weights of your own").click()
    chosen = every(BAD_WEIGHTS, step)
    each_is_told(page, chosen, name="mine.safetensors")
    figure(f"Chromium, weights of one's own: {len(chosen)} bad files, each one sentence; console clean")


@pytest.mark.promise("uploads")
@pytest.mark.parametrize("step", quick_and_full(9, 1))
def test_bad_zips_in_a_browser(server: str, open_page: Open, step: int, figure: Callable[[str], None]) -> None:
    page = open_page(f"{server}/training")
    page.get_by_role("button", name="Import").click()
    chosen = every(BAD_ZIPS, step)
    each_is_told(page, chosen, name="mine.zip")
    figure(f"Chromium, a run to import: {len(chosen)} bad zips, each one sentence; console clean")
