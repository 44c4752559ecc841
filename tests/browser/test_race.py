"""The race of update rules in Chromium: walked in the browser, equal to the Python, and steered by pointer and keys."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from cnnviz.landscapes import LANDSCAPES
from cnnviz.optim import RULES, Trajectory, trajectory
from cnnviz.ui.components.race import Runner, Scene
from cnnviz.ui.components.race_page import race_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def race_of(at: str, *rules: str, **changes: Any) -> Scene:
    surface = LANDSCAPES[at]
    runners = [Runner(rule, RULES[rule].title, dataclasses.asdict(RULES[rule].settings())) for rule in rules]
    facts: dict[str, Any] = {
        "landscape": at,
        "title": surface.title,
        "domain": surface.domain,
        "start": surface.start,
        "runners": runners,
        "steps": 100,
        "minima": surface.minima,
        "parameters": surface.parameters,
    }
    return Scene(**(facts | changes))


@pytest.fixture
def shown(chromium: Browser, tmp_path: Path) -> Iterator[Any]:
    """Open a scene as a file, in a browser that can reach nothing; the page must ask for nothing and log no error."""
    contexts, faults = [], []

    def show(scene: Scene, *, size: tuple[int, int] = (1280, 800), **more: Any) -> Page:
        file = tmp_path / "race.html"
        file.write_text(race_page(scene), encoding="utf-8")
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, offline=True, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: faults.append(r.url) if not r.url.startswith("file:") else None)
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(file.as_uri())
        page.locator(".race[data-start]").wait_for()
        return page

    yield show
    for context in contexts:
        context.close()
    assert faults == []


def ends(root: Page | Locator) -> list[dict[str, float]]:
    """Where each path ended, to all digits."""
    read = "nodes => nodes.map(n => Object.fromEntries(Object.entries(n.dataset).map(([k, v]) => [k, Number(v)])))"
    found: list[dict[str, float]] = root.locator(".legend button").evaluate_all(read)
    return found


def agrees(found: dict[str, float], made: Trajectory) -> bool:
    x, y = made.path[-1]
    same = [math.isclose(found[name], value, rel_tol=1e-9, abs_tol=1e-12) for name, value in (("x", x), ("y", y))]
    return all(same) and found["steps"] == len(made.rows) - 1


def start_of(page: Page) -> tuple[float, float]:
    x, y = (page.locator(".race").get_attribute("data-start") or "").split()
    return float(x), float(y)


RAVINE = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "muon")


def test_dragging_the_start_walks_every_path_anew(shown: Any) -> None:
    page = shown(race_of("quadratic", *RAVINE, steps=500, parameters={"kappa": 10.0}))
    plane, before = page.locator(".plane").bounding_box(), ends(page)
    assert plane is not None
    page.mouse.move(plane["x"] + 150, plane["y"] + 150)
    page.mouse.down()
    page.mouse.move(plane["x"] + 230, plane["y"] + 90, steps=4)
    expect(page.locator(".race")).not_to_have_attribute("data-start", "1 1")
    during = start_of(page)
    page.mouse.move(plane["x"] + 300, plane["y"] + 200, steps=4)
    page.mouse.up()
    page.wait_for_timeout(400)
    start = start_of(page)
    assert during != start != (1.0, 1.0)
    found = ends(page)
    assert found != before
    for rule, end in zip(RAVINE, found, strict=True):
        assert agrees(end, trajectory(rule, LANDSCAPES["quadratic"], start=start, steps=500)), rule
    label = page.locator(".plane").get_attribute("aria-label") or ""
    assert f"Start ({start[0]:.3f}, {start[1]:.3f})".replace("-", "−") in label
    expect(page.locator(".live")).to_contain_text("Start (")


VERMILION = """name => {
  const c = document.querySelector(name), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  let n = 0;
  for (let k = 0; k < d.length; k += 4) n += d[k] === 213 && d[k + 1] === 94 && d[k + 2] === 0 && d[k + 3] > 200;
  return n;
}"""
PAINTED = """() => {
  const c = document.querySelector(".plane .over"), { width, height } = c, box = [width, 0, height, 0];
  const d = c.getContext("2d").getImageData(0, 0, width, height).data;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (d[4 * (y * width + x) + 3]) {
    box[0] = Math.min(box[0], x); box[1] = Math.max(box[1], x);
    box[2] = Math.min(box[2], y); box[3] = Math.max(box[3], y);
  }
  return [...box, width, height];
}"""


def test_a_path_that_diverges_is_drawn_to_the_edge_and_named(shown: Any) -> None:
    page = shown(race_of("rosenbrock", "sgd", "adam", "momentum", steps=300))
    made = trajectory("sgd", LANDSCAPES["rosenbrock"], steps=300)
    assert made.diverged
    key = page.locator(".legend button").first
    expect(key.locator("em")).to_have_text(f"diverged at step {len(made.rows)}")
    for picture in (".plane .over", ".losses .over"):
        assert page.evaluate(VERMILION, picture) > 20
    key.click()
    page.locator(".legend button").nth(2).click()
    expect(key).to_have_attribute("aria-pressed", "false")
    page.wait_for_timeout(100)
    for picture in (".plane .over", ".losses .over"):
        assert page.evaluate(VERMILION, picture) == 0
    words = page.locator(".race").inner_text() + str(
        page.locator("[aria-label]").evaluate_all("n => n.map(e => e.ariaLabel)")
    )
    assert not re.search(r"NaN|Infinity|undefined|null", words)


def test_a_path_that_comes_back_into_the_picture_is_cut_at_its_edge(shown: Any) -> None:
    domain = ((-1.5, 1.5), (-1.5, 1.5))
    page = shown(
        race_of("quadratic", "momentum", domain=domain, start=(1.2, 1.2), steps=40, parameters={"kappa": 40.0})
    )
    made = trajectory("momentum", LANDSCAPES["quadratic"].vary(kappa=40.0), start=(1.2, 1.2), steps=40)
    assert agrees(ends(page)[0], made)
    left, right, top, low, width, height = page.evaluate(PAINTED)
    assert left > 30 and right < width - 60 and top >= 0 and low < height - 30


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_whole_race_is_there_at_rest_and_playing_reveals_it(shown: Any, motion: str) -> None:
    page = shown(race_of("himmelblau", "sgd", "adam", steps=60), reduced_motion=motion)
    root = page.locator(".race")
    page.wait_for_timeout(300)
    assert (root.get_attribute("data-step"), root.get_attribute("data-playing")) == ("60", "false")
    assert page.locator(".live").inner_text() == ""
    page.get_by_label("Steps per second").select_option("40")
    page.get_by_role("button", name="Play the race (space)").click()
    expect(root).to_have_attribute("data-playing", "true")
    expect(root).to_have_attribute("data-step", re.compile("^[1-4][0-9]$"))
    expect(root).to_have_attribute("data-playing", "false", timeout=10_000)
    expect(root).to_have_attribute("data-step", "60")
    expect(page.locator(".live")).to_contain_text("step 60")


def test_everything_works_by_keyboard(shown: Any) -> None:
    page = shown(race_of("himmelblau", "sgd", "adam", steps=60, goal=0.5))
    root = page.locator(".race")
    page.locator(".plane").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    expect(root).to_have_attribute("data-start", "-0.4 -0.5")
    assert agrees(ends(page)[1], trajectory("adam", LANDSCAPES["himmelblau"], start=start_of(page), steps=60))
    for key, step in (("Home", "0"), ("End", "60")):
        page.keyboard.press(key)
        expect(root).to_have_attribute("data-step", step)
    page.locator(".losses").focus()
    page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-step", "59")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".equation")).to_contain_text("Adam, step 59: θ = (")
    before = root.get_attribute("data-turned")
    page.locator(".surface").focus()
    page.keyboard.press("ArrowRight")
    expect(root).not_to_have_attribute("data-turned", before or "")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(root).to_have_attribute("data-playing", "true")
    page.keyboard.press("Space")
    expect(root).to_have_attribute("data-playing", "false")


def test_the_equation_of_the_step_is_that_of_the_path(shown: Any) -> None:
    page = shown(race_of("quadratic", "adam", steps=50, parameters={"kappa": 10.0}))
    page.get_by_role("slider", name="Step").fill("42")
    made = trajectory("adam", LANDSCAPES["quadratic"], steps=50)
    (x, y), (u, v) = made.path[42:44]
    expect(page.locator(".equation")).to_contain_text("Adam, step 42")
    found = page.locator(".equation").inner_text().replace("−", "-")
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", found)]
    assert numbers == pytest.approx([x, y, x, 10 * y, u - x, v - y, made.loss[42]], abs=5e-4)


def test_pointing_at_a_path_names_its_step(shown: Any) -> None:
    page = shown(race_of("quadratic", "sgd", steps=50, parameters={"kappa": 10.0}))
    box, at = page.locator(".plane").bounding_box(), trajectory("sgd", LANDSCAPES["quadratic"], steps=50).path[3]
    assert box is not None
    place = page.locator(".handle").evaluate(
        "n => [new DOMMatrix(getComputedStyle(n).transform).e, n.parentElement.clientWidth]"
    )
    scale = (
        place[0] - 43
    ) / 3  # px per unit: the picture begins 3.1 × 14 px from the left, the start is at x = 1 of −2…2
    page.mouse.move(box["x"] + place[0] + (at[0] - 1) * scale, box["y"] + 10 + (1.6 - at[1]) * scale)
    expect(page.locator(".race")).to_have_attribute("data-hover", "SGD 3")
    expect(page.locator(".equation")).to_contain_text("SGD, step 3")


def test_on_a_phone_the_surface_is_below_and_a_finger_moves_the_start(shown: Any) -> None:
    page = shown(race_of("himmelblau", *RAVINE), size=(390, 844), has_touch=True, is_mobile=True)
    plane, surface = page.locator(".plane").bounding_box(), page.locator(".surface").bounding_box()
    assert plane is not None and surface is not None
    assert surface["y"] >= plane["y"] + plane["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    before = ends(page)
    page.touchscreen.tap(plane["x"] + 120, plane["y"] + 80)
    page.wait_for_timeout(200)
    tapped = start_of(page)
    assert tapped != (-0.5, -1.0)
    assert ends(page) != before
    handle, touches = page.locator(".handle").bounding_box(), page.context.new_cdp_session(page)
    assert handle is not None
    for kind, move in (("touchStart", 0), ("touchMove", 20), ("touchMove", 60), ("touchEnd", None)):
        at = [] if move is None else [{"x": handle["x"] + 22 + move / 2, "y": handle["y"] + 22 + move}]
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
    page.wait_for_timeout(200)
    assert start_of(page)[0] > tapped[0] and start_of(page)[1] < tapped[1]
    assert page.evaluate("window.scrollY") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(shown: Any, scheme: str) -> None:
    page = shown(race_of("rosenbrock", *RAVINE), color_scheme=scheme)
    found = Axe().run(page)
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found.response["violations"]] == []


def test_a_title_cannot_end_the_script(shown: Any) -> None:
    title = "</script><!-- <script>alert(1)</script> & more"
    page = shown(race_of("himmelblau", "sgd", title=title, label=title))
    assert page.title() == title
    assert title in (page.locator(".surface").get_attribute("aria-label") or "")
