"""Pictures of the running app for the README: ``make tour`` writes them to ``docs/tour/``, all or those named.

Every picture is a page opened by a link that any reader can open, at 1280×800 in light colours, with sample pictures
and recorded runs that ship and an empty folder of the user's: a second run draws nearly the same. ``hero.webp`` puts
parts of three pages side by side.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, sync_playwright

from cnnviz.paths import ROOT
from cnnviz.ui.lecture import lectures
from tests.browser.conftest import launch, serving, settle

FOLDER = ROOT / "docs" / "tour"
SIZE = (1280, 800)
WIDTH, QUALITY = 1000, 80
LOOKS = 60  # at a page, half a second apart, until two in a row are the same
UNFINISHED = ", ".join(f"[data-testid={each}]:visible" for each in ("stSkeleton", "stSpinner", "stException"))
BLUE, INK, GREY = "#0072B2", "#1F2328", "#59636E"

# Links to pages that show more than when they are opened plainly; a lecture that is not named here is opened plainly.
LINKS: Mapping[str, Mapping[str, str]] = {
    "pooling": {"pool-gradient": "all"},
    "vanishing": {
        "grad-activation": "relu",
        "grad-init": "he-normal",
        "grad-kept": "sigmoid,20,normal,0.05,-,-,64,64,2,0",
    },
    "optimizers": {
        "rules": "sgd,momentum,nesterov,adam",
        "landscape": "rosenbrock",
        "race-steps": "500",
        "runner": "adam",
        "set-sgd": "lr=0.001",
        "set-momentum": "lr=0.001",
        "set-nesterov": "lr=0.001",
    },
    "filters": {"unit": "9"},
    "occlusion": {"picture": "motorcycle", "patch": "40", "at": "64.32"},
    "cam": {"picture": "motorcycle", "under": "layers"},
}


class Part(NamedTuple):
    """A part of a page in the picture at the top of the README, with what is written above it."""

    name: str
    query: Mapping[str, str]
    place: str
    title: str
    text: str


PARTS = (
    Part("training", {}, ".st-key-train-loss", "Train", "a network learns while you watch"),
    Part("filters", LINKS["filters"], ".st-key-sprites canvas", "Inspect", "what each filter finds in a photo"),
    Part("cam", {}, ".st-key-heat canvas", "Explain", "which pixels made it say “cat”"),
)
CARD, HEAD, GAP = (500, 400), 110, 60  # pixels of the picture at the top


def main() -> None:
    """Draw the pictures named on the command line, or all."""
    known = [*addresses(), "hero"]
    chosen = sys.argv[1:] or known
    if not set(chosen) <= set(known):
        sys.exit(f"name some of {', '.join(known)}, or none for all")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, serving(CNNVIZ_DATA=data) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(
            viewport={"width": SIZE[0], "height": SIZE[1]},
            device_scale_factor=2,
            color_scheme="light",
            reduced_motion="reduce",
        ).new_page()
        for name in chosen:
            picture = montage(page, address) if name == "hero" else lecture(page, address, name)
            file = FOLDER / f"{name}.webp"
            picture.save(file, quality=QUALITY, method=6)
            print(f"{file.relative_to(ROOT)}: {picture.width}×{picture.height}, {file.stat().st_size / 1000:.0f} kB")
        browser.close()
    for name in missing():
        print(f"README.md does not show docs/tour/{name}.webp yet")


def missing() -> list[str]:
    """Lectures that the README does not show, by address."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [name for name in addresses() if f"docs/tour/{name}.webp" not in text]


def addresses() -> list[str]:
    """The addresses of all lectures in the order of the menu."""
    return [path.stem for path in lectures() if path.stem != "home"]


def lecture(page: Page, address: str, name: str) -> Image.Image:
    """One lecture as whoever opens its link sees it."""
    visit(page, f"{address}/{name}", LINKS.get(name, {}))
    whole = opened(page.screenshot())
    return whole.resize((WIDTH, WIDTH * SIZE[1] // SIZE[0]), Image.Resampling.LANCZOS)


def montage(page: Page, address: str) -> Image.Image:
    """The parts of three pages side by side, with an arrow from each to the next."""
    width, height = CARD
    whole = Image.new("RGB", (len(PARTS) * width + (len(PARTS) + 1) * GAP, HEAD + height + GAP), "white")
    draw = ImageDraw.Draw(whole)
    for number, part in enumerate(PARTS):
        left = GAP + number * (width + GAP)
        draw.text((left, 18), part.title, BLUE, ImageFont.load_default(36))
        draw.text((left, 62), part.text, GREY, ImageFont.load_default(24))
        visit(page, f"{address}/{part.name}", part.query)
        shot = opened(page.locator(part.place).first.screenshot())
        shot.thumbnail(CARD, Image.Resampling.LANCZOS)
        whole.paste(shot, (left + (width - shot.width) // 2, HEAD + (height - shot.height) // 2))
        if number:
            arrow(draw, left - GAP // 2, HEAD + height // 2)
    return whole


def arrow(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A small arrow to the right, its middle at ``x``, ``y``."""
    draw.line((x - 15, y, x + 6, y), INK, 4)
    draw.polygon(((x + 4, y - 9), (x + 17, y), (x + 4, y + 9)), INK)


def visit(page: Page, address: str, query: Mapping[str, str]) -> None:
    """Open a link in a session of its own, and wait until nothing moves any more."""
    page.goto("about:blank")
    page.goto(f"{address}?{urlencode(query)}", timeout=120_000)
    settle(page)
    rest(page)


def rest(page: Page) -> None:
    """Wait until the page looks the same twice, and is finished; raises :class:`SystemExit` if that never comes."""
    before = b""
    for _ in range(LOOKS):
        page.wait_for_timeout(500)
        now = page.screenshot(scale="css")
        if now == before and not page.locator(UNFINISHED).count():
            return
        before = now
    raise SystemExit(f"{page.url} does not come to rest; open it in a browser and look")


def opened(shot: bytes) -> Image.Image:
    """The pixels of a screenshot."""
    return Image.open(io.BytesIO(shot)).convert("RGB")


if __name__ == "__main__":
    main()
