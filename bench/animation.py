"""The race of update rules: bytes to the browser against frames of plotly, time of all walks, frames while it moves."""

from __future__ import annotations

import dataclasses
import json
import statistics
import tempfile
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from playwright.sync_api import Page, sync_playwright

from bench.measure import interleaved, report
from cnnviz.landscapes import LANDSCAPES
from cnnviz.optim import RULES, trajectory
from cnnviz.ui.components.race import COLOURS, Runner, Scene, View, message
from cnnviz.ui.components.race_page import race_page
from tests.browser.conftest import launch

NAMES = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw")
FRAMES, STEPS, LARGEST, SECONDS, ROUNDS = 300, 500, 40.0, 2, 5
# drag the start around for some seconds: frames per second, and the median time of all walks with their places
DRAG = """async (seconds) => {
  const root = document.querySelector(".race"), plane = root.querySelector(".plane");
  const area = plane.getBoundingClientRect();
  const fire = (kind, a) => plane.dispatchEvent(new PointerEvent(kind, {bubbles: true, pointerType: "mouse",
    clientX: area.x + 220 + 90 * Math.cos(a), clientY: area.y + 170 + 90 * Math.sin(a)}));
  plane.setPointerCapture = () => {};
  const times = [], took = [], start = performance.now();
  fire("pointerdown", 0);
  while (performance.now() - start < 1000 * seconds) {
    fire("pointermove", times.length / 20);
    times.push(await new Promise(requestAnimationFrame));
    took.push(Number(root.dataset.took));
  }
  fire("pointerup", 0);
  return [(1000 * (times.length - 1)) / (times.at(-1) - times[0]), took.sort((a, b) => a - b)[took.length >> 1]];
}"""
COUNT = """async (seconds) => {
  const times = [], start = performance.now();
  while (performance.now() - start < 1000 * seconds) times.push(await new Promise(requestAnimationFrame));
  return (1000 * (times.length - 1)) / (times.at(-1) - times[0]);
}"""


def scene(steps: int) -> Scene:
    """Eight rules on the ravine."""
    surface = LANDSCAPES["quadratic"]
    runners = [Runner(rule, RULES[rule].title, dataclasses.asdict(RULES[rule].settings())) for rule in NAMES]
    return Scene(
        "quadratic",
        surface.title,
        surface.domain,
        surface.start,
        runners,
        steps,
        minima=surface.minima,
        parameters=surface.parameters,
        goal=1e-3,
    )


def by_plotly() -> go.Figure:
    """The same race as level lines, whole paths and one frame per step that moves eight markers."""
    surface = LANDSCAPES["quadratic"]
    (left, right), (bottom, top) = surface.domain
    x, y = np.linspace(left, right, 48), np.linspace(bottom, top, 48)
    paths = np.array([trajectory(rule, surface, steps=FRAMES).path for rule in NAMES], np.float32)
    lines = [go.Scatter(x=p[:, 0], y=p[:, 1], line_color=colour) for p, colour in zip(paths, COLOURS, strict=False)]
    field = go.Contour(x=x, y=y, z=np.array([[surface.value(u, v) for u in x] for v in y], np.float32))
    heads = go.Scatter(x=paths[:, 0, 0], y=paths[:, 0, 1], mode="markers")
    frames = [
        go.Frame(data=[go.Scatter(x=paths[:, k, 0], y=paths[:, k, 1])], traces=[len(NAMES) + 1], name=str(k))
        for k in range(FRAMES)
    ]
    return go.Figure([field, *lines, heads], frames=frames)


def sizes() -> None:
    """Kilobytes of one message, and once more with a schedule and noise, which are numbers per step."""
    plain = scene(FRAMES)
    noisy = dataclasses.replace(plain, factors=np.linspace(1, 0, FRAMES), noise=np.ones((FRAMES, 2)) / 3)
    peer = len(by_plotly().to_json()) / 1000
    for case, each in (("", plain), (" with schedule and noise", noisy)):
        ours = len(json.dumps(message(each, View(each.start)))) / 1000
        counted = {"ours": ours, "plotly frames": peer, "limit": LARGEST}
        report(f"message of {FRAMES} frames x 8 rules{case}", counted, agreement="paths are walked there", unit="kB")


def moving(page: Page) -> None:
    """Walks and frames of the page as a file."""
    drags = [(page.evaluate(DRAG, SECONDS), page.evaluate(COUNT, SECONDS)) for _ in range(ROUNDS)]
    python = interleaved({"python": lambda: [trajectory(rule, LANDSCAPES["quadratic"], steps=STEPS) for rule in NAMES]})
    walks = {"ours": statistics.median(drag[1] for drag, _ in drags)} | python
    report(f"8 rules x {STEPS} steps in the browser", walks, agreement="tests hold 1e-9")
    rest = statistics.median(still for _, still in drags)
    frames = {"ours": statistics.median(drag[0] for drag, _ in drags), "limit": rest}
    report(f"dragging the start, 8 rules x {STEPS} steps", frames, agreement="limit: the page at rest", unit="fps")
    page.get_by_label("Steps per second").select_option("40")
    page.get_by_role("button", name="Play the race (space)").click()
    played = {"ours": statistics.median(page.evaluate(COUNT, SECONDS) for _ in range(ROUNDS)), "limit": rest}
    report(f"playing, 8 rules x {STEPS} steps", played, agreement="limit: the page at rest", unit="fps")


def run() -> None:
    """Two lines of sizes, three of speeds."""
    sizes()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "race.html")
        file.write_text(race_page(scene(STEPS)), encoding="utf-8")
        browser = launch(playwright, whole=True)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(file.as_uri())
        page.locator(".race[data-start]").wait_for()
        moving(page)
        browser.close()
