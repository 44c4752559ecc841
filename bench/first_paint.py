"""From the start of `streamlit run` to a drawn page: home and CAM against apps that only write one line.

The empty app imports streamlit alone, the eager one torch, torchvision and captum first, as many dashboards do.

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
SIGNS = {
    "empty app": "text=nothing",
    "eager app": "text=nothing",
    "home": "text=See what a convolutional network sees",
    "cam": "text=Which pixels made",
}


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
        empty, eager = Path(folder, "empty.py"), Path(folder, "eager.py")
        empty.write_text('import streamlit as st\n\nst.write("nothing")\n')
        eager.write_text('import captum.attr, streamlit as st, torch, torchvision\n\nst.write("nothing")\n')
        browser = launch(playwright)
        apps = {
            "empty app": (str(empty), ""),
            "eager app": (str(eager), ""),
            "home": ("app.py", "/"),
            "cam": ("app.py", "/cam"),
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in apps}
        for k in range(ROUNDS + 1):
            for name, (script, path) in apps.items():
                measured = first_paint(browser, script, path, SIGNS[name])
                if k:  # the first round fills the disk cache
                    found[name].append(measured)
        for name in ("home", "cam"):
            for k, what in enumerate(("wall", "server CPU")):
                median = {each: statistics.median(m[k] for m in found[each]) for each in apps}
                times = {"ours": median[name], "empty app": median["empty app"], "eager app": median["eager app"]}
                report(f"first paint of {name}, {what}", times, agreement="both pages drawn")
        browser.close()
