"""Pictures of every page, to look at before a change is done: ``make screenshots`` writes them to ``screenshots/``."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from cnnviz.paths import ROOT
from tests.browser.conftest import launch, pages, serving, settle

SIZES = ((1280, 800), (1920, 1080), (390, 844))


def main() -> None:
    """Every page, size and scheme."""
    target = Path(ROOT, "screenshots")
    target.mkdir(exist_ok=True)
    with serving() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for name in pages():
            for scheme in ("light", "dark"):
                for width, height in SIZES:
                    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                    page = context.new_page()
                    page.goto(f"{address}/{name}", timeout=60_000)
                    settle(page)
                    page.wait_for_timeout(1000)  # fonts and canvases
                    page.screenshot(path=target / f"{name or 'home'}-{width}-{scheme}.png")
                    context.close()
        browser.close()


if __name__ == "__main__":
    main()
