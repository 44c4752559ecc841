"""From the start of `streamlit run` to a drawn page: home and CAM against an app that only writes one line.

Wall time in a real browser, fresh server each round, interleaved; and the server's CPU time up to that moment.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from bench.measure import report
from tests.browser.conftest import READY, launch, serving_process

ROUNDS = 5
SIGNS = {"empty": "text=nothing", "home": "text=See what a convolutional network sees", "cam": "text=Which pixels made"}


def first_paint(browser: Browser, script: str, path: str, sign: str) -> tuple[float, float]:
    """Milliseconds from the start of the server to ``sign`` on the screen, and the server's CPU milliseconds."""
    start = time.perf_counter()
    with serving_process(script) as (address, process):
        page = browser.new_context().new_page()
        page.goto(f"{address}{path}")
        page.wait_for_selector(sign)
        wall = time.perf_counter() - start
        page.wait_for_selector(READY)
        spent = psutil.Process(process.pid).cpu_times()
        page.context.close()
    return 1000 * wall, 1000 * (spent.user + spent.system)


def run() -> None:
    """Two lines: wall and CPU."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder, "empty.py")
        empty.write_text('import streamlit as st\n\nst.write("nothing")\n')
        browser = launch(playwright)
        apps = {"empty": (str(empty), ""), "home": ("app.py", "/"), "cam": ("app.py", "/cam")}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in apps}
        for k in range(ROUNDS + 1):
            for name, (script, path) in apps.items():
                measured = first_paint(browser, script, path, SIGNS[name])
                if k:  # the first round fills the disk cache
                    found[name].append(measured)
        for name in ("home", "cam"):
            for k, what in enumerate(("wall", "server CPU")):
                times = {
                    "ours": statistics.median(m[k] for m in found[name]),
                    "empty app": statistics.median(m[k] for m in found["empty"]),
                }
                report(f"first paint of {name}, {what}", times, agreement="both pages drawn")
        browser.close()
