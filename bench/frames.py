"""Frames per second of the sliding window in Chromium while it plays: 32×32 input, 5×5 kernel, 64 filters.

The limit is the same page at rest: how often this machine's browser offers a frame to draw at all.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, sync_playwright

from bench.measure import report
from tests.browser.conftest import launch, serving

ROUNDS, SECONDS = 5, 3
PAGE = """
import numpy as np, streamlit as st
from cnnviz.ui.components.window import Scene, window

st.set_page_config(layout="wide")
channels = int(st.query_params.get("channels", 1))
rng = np.random.default_rng(0)
x, w, b = rng.random((channels, 32, 32)), rng.normal(size=(64, channels, 5, 5)), np.zeros(64)
out = np.einsum("cyxij,ocij->oyx", np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(1, 2)), w)
window(Scene("convolution", x, x, out, w, b, (5, 5)), key="w", cell=(0, 0, 0))
"""
# frames drawn per second, the longest wait for one, and the steps per second that the window made
COUNT = """async (root, seconds) => {
  const times = [], first = Number(root.dataset.step), start = performance.now();
  while (performance.now() - start < 1000 * seconds) times.push(await new Promise(requestAnimationFrame));
  const took = (times.at(-1) - times[0]) / 1000, gaps = times.slice(1).map((t, k) => t - times[k]);
  return [(times.length - 1) / took, Math.max(...gaps), (Number(root.dataset.step) - first) / took];
}"""


def measured(root: Locator, speed: str | None) -> tuple[float, float, float]:
    """Frames per second, longest frame in ms, steps per second; playing at ``speed``, or at rest."""
    if speed:
        root.get_by_label("Steps per second").select_option(speed)
        root.get_by_role("button", name="Back to the first step (Home)").click()
        root.get_by_role("button", name="Play (space)").click()
    frames, longest, steps = root.evaluate(COUNT, SECONDS)
    if speed:
        root.get_by_role("button", name="Pause (space)").click()
    return frames, longest, steps


def run() -> None:
    """One line per number of channels and speed: at 2 steps per second the window glides, at 60 it runs."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder, "page.py")
        script.write_text(PAGE, encoding="utf-8")
        browser = launch(playwright, whole=True)
        with serving(str(script)) as address:
            for channels in (1, 3):
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto(f"{address}/?channels={channels}")
                root = page.locator(".window")
                root.locator(".sum p").first.wait_for()
                for speed in ("2", "60"):
                    pairs = [(measured(root, speed), measured(root, None)) for _ in range(ROUNDS)]
                    ours, longest, steps = (statistics.median(pair[0][k] for pair in pairs) for k in range(3))
                    times = {"ours": ours, "limit": statistics.median(pair[1][0] for pair in pairs)}
                    case = f"frames of the window, {channels}×32×32, 5×5, 64 filters, {speed} steps/s"
                    report(case, times, agreement=f"{steps:.1f} steps/s, longest frame {longest:.0f} ms", unit="fps")
                page.close()
        browser.close()
