"""The arithmetic of the sliding window, run in Chromium and compared with torch."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page
from torch.nn import functional

from cnnviz.ui.components.source import script
from cnnviz.ui.components.window import Scene

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def arithmetic(chromium: Browser) -> Iterator[Page]:
    """A blank page that knows the component's arithmetic and its words."""
    page = chromium.new_page()
    page.add_script_tag(content=script("packing", "window_geometry", "window_layout", "window_words"))
    yield page
    page.close()


OUTPUTS = """data => { const scene = readScene(data), out = [];
  for (let o = 0; o < scene.filters; o++)
    for (let y = 0; y < scene.outHeight; y++) for (let x = 0; x < scene.outWidth; x++)
    out.push(termsOf(scene, o, y, x).reduce((sum, g) => sum + g.sum, biasAt(scene, o)));
  return out; }"""
PAIRS = """data => { const scene = readScene(data), forth = [], back = [];
  for (let y = 0; y < scene.outHeight; y++) for (let x = 0; x < scene.outWidth; x++)
    for (const s of sources(scene, y, x)) forth.push([y, x, s.row, s.column, s.i, s.j].join());
  const [, rows, columns] = scene.padded.shape;
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++)
    for (const t of targets(scene, row, column)) back.push([t.y, t.x, row, column, t.i, t.j].join());
  return [forth.sort(), back.sort()]; }"""
STAMPED = """data => { const scene = readScene(data), out = [];
  for (let o = 0; o < scene.filters; o++) out.push(...stamped(scene, o, scene.steps - 1).sums);
  return out; }"""


def random_scene(seed: int) -> Scene:
    """A setting drawn at random, computed by torch."""
    rng = np.random.default_rng(seed)
    draw = lambda *of: int(rng.choice(of))  # noqa: E731
    groups, transposed, flipped = draw(1, 1, 2), bool(seed % 2), bool(rng.random() < 0.4)
    channels, filters = groups * draw(1, 2), groups * draw(1, 2)
    kernel, stride, dilation = [(draw(1, 2, 3), draw(1, 2, 3)) for _ in range(3)]
    top, left = draw(0, 1), draw(0, 1)
    x = rng.normal(size=(channels, draw(7, 8), draw(7, 9)))
    shape = (channels, filters // groups) if transposed else (filters, channels // groups)
    w, b = rng.normal(size=(*shape, *kernel)), rng.normal(size=filters)
    slid = torch.tensor(w[:, :, ::-1, ::-1].copy() if flipped else w)
    given = {"bias": torch.tensor(b), "stride": stride, "dilation": dilation, "groups": groups}
    if transposed:
        out = functional.conv_transpose2d(torch.tensor(x)[None], slid, padding=(top, left), **given)[0].numpy()
        padded = x
    else:
        padded = np.pad(x, ((0, 0), (top, 0), (left, 1)))
        out = functional.conv2d(torch.tensor(padded)[None], slid, **given)[0].numpy()
    padding = (top, top, left, left) if transposed else (top, 0, left, 1)
    kind = "transposed" if transposed else "convolution"
    return Scene(kind, x, padded, out, w, b, kernel, stride, padding, dilation, groups, flipped)


@pytest.mark.parametrize("seed", range(24))
def test_the_terms_add_up_to_what_torch_computes(arithmetic: Page, seed: int) -> None:
    scene = random_scene(seed)
    message = json.loads(json.dumps(scene.message()))
    added = np.array(arithmetic.evaluate(OUTPUTS, message)).reshape(scene.output.shape)
    assert np.abs(added - scene.output).max() < 1e-4
    forth, back = arithmetic.evaluate(PAIRS, message)
    assert forth == back and forth  # what lights up from the output lights up from the input
    if scene.kind == "transposed":
        stamps = np.array(arithmetic.evaluate(STAMPED, message)).reshape(scene.output.shape)
        assert np.abs(stamps - scene.output).max() < 1e-4


@pytest.mark.parametrize(
    ("how", "count"),
    [((1, False, True), 4), ((1, False, False), 1), ((0, True, True), 4), ((0, True, False), 4)],
    ids=str,
)
def test_an_average_tells_what_it_divides_by(arithmetic: Page, how: tuple[int, bool, bool], count: int) -> None:
    x = np.arange(1.0, 26).reshape(1, 5, 5)
    out = functional.avg_pool2d(torch.tensor(x)[None], 2, 2, *how)[0].numpy()
    padded = np.pad(x, ((0, 0), (how[0],) * 2, (how[0],) * 2))
    scene = Scene("average", x, padded, out, kernel=(2, 2), stride=(2, 2), padding=(how[0],) * 4)
    found = arithmetic.evaluate(
        "data => averageOf(readScene(data), 0, 0, 0).count", json.loads(json.dumps(scene.message()))
    )
    assert found == count
    last = arithmetic.evaluate(
        "data => { const s = readScene(data), y = s.outHeight - 1, a = averageOf(s, 0, y, y);"
        " return [a.terms.reduce((n, t) => n + t.x, 0) / a.count, outputAt(s, 0, y, y)]; }",
        json.loads(json.dumps(scene.message())),
    )
    assert last[0] == pytest.approx(last[1])


def test_numbers_are_short_and_keep_their_sign(arithmetic: Page) -> None:
    written = arithmetic.evaluate(
        "[0, -0, 45, 0.25, -1.5, 1/3, 100.456, 12345.678, 1e-5, -Infinity, 100, 10].map(number)"
    )
    assert written == ["0", "0", "45", "0.25", "−1.5", "0.333", "100.46", "12345.7", "1.0e−5", "−∞", "100", "10"]


@pytest.mark.parametrize("width", [300, 358, 704, 905, 1264])
def test_every_arrangement_fits_its_width_and_no_grid_covers_another(arithmetic: Page, width: int) -> None:
    place = """([data, width, height, unit]) => { setType(unit, height);
      return arrange(readScene(data), { filter: 0, width, height }).grids
        .map(g => [g.x, g.y, g.x + g.columns * g.cell, g.y + g.rows * g.cell]); }"""
    for seed, height, unit in ((0, 416, 1), (1, 417.3, 1), (5, 561.6, 1.3125), (8, 250, 1)):
        message = json.loads(json.dumps(random_scene(seed).message()))
        grids = arithmetic.evaluate(place, [message, width, height, unit])
        assert all(x >= 0 and right <= width for x, _, right, _ in grids)
        for k, (x, y, right, bottom) in enumerate(grids):
            for other in grids[:k]:
                assert right <= other[0] or other[2] <= x or bottom <= other[1] or other[3] <= y
