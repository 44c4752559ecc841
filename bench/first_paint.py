"""From the start of `streamlit run` to a drawn page: home and CAM against apps that only write one line.

The empty app imports streamlit alone, the eager one torch, torchvision and captum first, as many dashboards do.

Wall time in a real browser, fresh server each round, interleaved; and the server's CPU time until all is drawn. The
browser itself notes when the words are in the page: who asks from outside is answered only after what is drawn next.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from bench.measure import report
from tests.browser.conftest import READY, launch, serving_process

ROUNDS = 11  # the start of a server differs by a tenth from one time to the next
SIGNS = {
    "empty app": "nothing",
    "eager app": "nothing",
    "home": "See what a convolutional network sees",
    "cam": "Which pixels made",
}
NOTED = """
new MutationObserver((_, watch) => {
  if (!document.body?.textContent.includes(%s)) return;
  window.noted = performance.timeOrigin + performance.now();
  watch.disconnect();
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


def first_paint(browser: Browser, script: str, path: str, sign: str) -> tuple[float, float]:
    """Milliseconds from the start of the server to the words ``sign`` in the page, and its CPU milliseconds."""
    start = time.time()
    with serving_process(script) as (address, process):
        page = browser.new_context().new_page()
        page.add_init_script(NOTED % json.dumps(sign))
        page.goto(f"{address}{path}")
        noted = page.wait_for_function("window.noted").json_value()
        page.wait_for_selector(READY)
        spent = psutil.Process(process.pid).cpu_times()
        page.context.close()
    return noted - 1000 * start, 1000 * (spent.user + spent.system)


def run() -> None:
    """Two lines: wall and CPU."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty, eager = Path(folder, "empty.py"), Path(folder, "eager.py")
        empty.write_text('import streamlit as st\n\nst.write("nothing")\n')
        eager.write_text('import captum.attr, streamlit as st, torch, torchvision\n\nst.write("nothing")\n')
        browser = launch(playwright, whole=True)
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
