"""The augmentation page: draws that come again, code and command that reproduce them, links, the decks' examples."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from functools import partial
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from cnnviz.augment import AUGMENTATIONS, KINDS, step
from cnnviz.cli import main
from cnnviz.data.images import encode_png, read_image
from cnnviz.data.samples import SAMPLES, sample
from cnnviz.preprocessing.points import ranges
from cnnviz.ui.augmenting import epochs, labels, points, reading
from cnnviz.ui.augmenting.code import as_csv, as_json, command
from cnnviz.ui.augmenting.controls import DRAWS
from cnnviz.ui.augmenting.examples import EXAMPLES
from cnnviz.ui.augmenting.grid import Grid, made
from cnnviz.ui.augmenting.sheets import LONGEST, sheet
from tests.ui.opening import on_page, text

pytestmark = pytest.mark.timeout(120)
opened = partial(on_page, "augmentation", picture="shapes")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Grid]]:
    """What the strip below the grid was given."""
    seen: list[tuple[Any, Grid]] = []
    original = reading.strip

    def note(shown: Any, grid: Grid) -> None:
        seen.append((shown, grid))
        original(shown, grid)

    monkeypatch.setattr(reading, "strip", note)
    return seen


def test_the_first_tile_is_the_picture_as_validation_sees_it(drawn: list[tuple[Any, Grid]]) -> None:
    opened(augment_steps="noise,colour-cast")
    shown, grid = drawn[-1]
    assert grid.records[0] == () and np.array_equal(grid.pictures[0], shown.pixels)
    assert len(grid.pictures) == DRAWS + 1
    assert all(not np.array_equal(picture, shown.pixels) for picture in grid.pictures[1:])


def test_the_same_link_draws_the_same_and_draw_again_draws_others(drawn: list[tuple[Any, Grid]]) -> None:
    app = opened(augment_seed="5")
    first = drawn[-1][1]
    opened(augment_seed="5")
    assert drawn[-1][1].records == first.records
    next(button for button in app.button if button.label == "Draw again").click().run()
    assert app.slider(key="augment-seed").value == 5 + DRAWS
    assert not set(drawn[-1][1].records[1:]) & set(first.records[1:])


def test_turning_the_order_around_is_one_click_and_matters(drawn: list[tuple[Any, Grid]]) -> None:
    app = opened(augment_steps="rotation,zoom,horizontal-flip")
    assert "The order matters" in text(app)
    next(button for button in app.button if button.label == "Turn order").click().run()
    assert [s.name for s in drawn[-1][0].steps] == ["horizontal-flip", "zoom", "rotation"]
    assert app.query_params["augment-steps"] in ("horizontal-flip,zoom,rotation", ["horizontal-flip,zoom,rotation"])
    app.multiselect(key="augment-chosen").set_value(["zoom", "blur"]).run()
    assert [s.name for s in drawn[-1][0].steps] == ["zoom", "blur"]
    app.multiselect(key="augment-chosen").set_value([]).run()
    assert drawn[-1][0].steps == () and not app.error


LINKS = [
    {"augment_steps": ",".join(list(AUGMENTATIONS)[10:18])},
    {"augment_steps": "random-crop,horizontal-flip,cutout", "augment_tile": "4", "aug_random-crop_filled": "mirror"},
    {"augment_steps": "perspective,erasing", "augment_seed": "40", "aug_perspective_fill": "0"},
    {"augment_steps": "colour-jitter,rotation,vignette,noise", "augment_tile": "11"},
    {"augment_grid": "deck", "augment_tile": "7"},
    {"augment_grid": "deck", "augment_tile": "11"},
    {"augment_steps": "", "augment_tile": "2"},
    {"augment_tile": "0"},
]


@pytest.mark.parametrize("link", LINKS, ids=lambda link: "-".join(link.values()))
def test_the_code_shown_gives_the_tile_in_view(link: dict[str, str], drawn: list[tuple[Any, Grid]]) -> None:
    app = opened(**link)
    names: dict[str, Any] = {}
    exec(app.code[0].value, names)  # noqa: S102 (the page's own lines)
    shown, grid = drawn[-1]
    assert names["x"].dtype == torch.uint8
    off = np.abs(names["x"].permute(1, 2, 0).numpy().astype(int) - grid.pictures[shown.tile])
    assert off.max() <= 3 and off.mean() < 0.4


def test_the_command_shown_does_it_to_the_whole_picture(drawn: list[tuple[Any, Grid]], tmp_path: Any) -> None:
    opened(augment_steps="rotation,zoom", aug_rotation_degrees="70", augment_seed="12", augment_tile="3")
    shown, grid = drawn[-1]
    line = command(shown)
    assert "--set rotation.degrees=70" in line and "--seed 14" in line and "zoom." not in line
    (tmp_path / "picture.png").write_bytes(encode_png(shown.pixels))
    words = line.replace("picture.png", str(tmp_path / "picture.png")).replace("augmented.png", str(tmp_path / "o.png"))
    assert CliRunner().invoke(main, words.split()[1:]).exit_code == 0
    assert np.array_equal(read_image(tmp_path / "o.png"), grid.pictures[3])
    opened(augment_grid="deck")
    assert command(drawn[-1][0]) == ""


def test_downloads_hold_every_drawn_number(drawn: list[tuple[Any, Grid]]) -> None:
    opened(augment_steps="translation,erasing", augment_seed="3")
    shown, grid = drawn[-1]
    told = json.loads(as_json(shown, grid))
    assert told["tiles"][0] == {"tile": 0, "seed": None, "draws": []}
    assert told["tiles"][2]["seed"] == 4
    assert told["tiles"][2]["draws"][0]["right"] == grid.records[2][0].record.right
    lines = as_csv(grid).decode().splitlines()
    assert len(lines) == 1 + DRAWS * (3 + 6)
    assert lines[1] == f'1,0,translation,right,"{grid.records[1][0].record.right}"'


@pytest.fixture(scope="module")
def one_visit() -> AppTest:
    """One student who clicks through the examples."""
    return opened(augment_seed="9")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_stands_after_one_click_and_is_told_in_three_sentences(example: Any, one_visit: AppTest) -> None:
    app = one_visit
    app.pills[0].set_value(example.title).run()
    assert not app.exception and not app.error and not app.warning
    assert f"**{example.title}.**" in text(app)
    assert example.note.count(". ") <= 2


def test_the_deck_figure_crosses_out_the_four_wrong_names(drawn: list[tuple[Any, Grid]]) -> None:
    app = opened(augment_grid="deck")
    assert "**4** of the sixteen names" in text(app) and len(drawn[-1][1].pictures) == 16
    next(button for button in app.button if button.label == "Back to random draws").click().run()
    assert len(drawn[-1][1].pictures) == DRAWS + 1


def test_a_sheet_travels_in_a_few_bytes_even_if_it_is_noise() -> None:
    noise = [np.random.default_rng(k).integers(0, 256, (160, 240, 3), dtype=np.uint8) for k in range(12)]
    made = sheet(noise, 4)
    assert (made.rows, made.columns, made.aspect) == (3, 4, 1.5) and len(made.address) <= LONGEST
    flat = sheet([np.full((20, 30, 3), level, dtype=np.uint8) for level in (10, 100, 200)], 2)
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(flat.address.split(",")[1]), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert np.allclose(decoded[[10, 10, 30], [15, 45, 15]], [10, 100, 200], atol=3)


def test_the_grid_of_any_sample_is_small_enough(drawn: list[tuple[Any, Grid]]) -> None:
    opened(augment_steps="noise,colour-jitter", aug_noise_level="100.0")
    shown = drawn[-1][0]
    for name in SAMPLES:
        chosen = replace(shown.chosen, pixels=sample(name), key=f"sample {name}")
        found = made(replace(shown, chosen=chosen))
        assert len(found.sheet.address) <= LONGEST and found.sheet.rows * found.sheet.columns == len(found.pictures)


@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_judged_for_each_kind_of_data(kind: str) -> None:
    app = opened(augment_data=kind, augment_steps="horizontal-flip,resized-crop")
    told = labels.tiles(kind)
    assert len(told) == len(AUGMENTATIONS) + 1
    assert {tile.mark for tile in told[1:]} <= {"yes", "partly", "no"} and "no" in {tile.mark for tile in told}
    counted = sum(tile.mark == "no" for tile in told)
    assert f"**{counted}** change it" in text(app)
    named = "it is not for" in text(app)
    assert named == (kind in {"digits", "signs", "medical"})
    for name, values in labels.STRONG.items():
        step(name, values)


def test_validation_columns_never_change_and_training_columns_do(monkeypatch: pytest.MonkeyPatch) -> None:
    laid: list[Any] = []

    def note(pictures: Any, columns: int) -> Any:
        laid.append((pictures, columns))
        return sheet(pictures, columns)

    monkeypatch.setattr(epochs, "sheet", note)
    app = opened(augment_steps="noise", aug_noise_level="33.0")
    pictures, columns = laid[-1]
    rows = [pictures[k : k + columns] for k in range(0, len(pictures), columns)]
    for k in range(columns):
        same = all(np.array_equal(rows[0][k], row[k]) for row in rows[1:])
        assert same == (k >= epochs.TRAINING)
    assert "An epoch stays **50,000** pictures long" in text(app) and "4,500,000" in text(app)
    app.slider(key="epoch-epochs").set_value(10).run()
    assert "500,000" in text(app)


def test_the_points_count_the_decks_erratum_and_the_outlier_squeezes() -> None:
    app = opened()
    found = re.search(r"\*\*(\d+)\*\* of 200 points lie outside", text(app))
    assert found and 60 < int(found[1]) < 150
    share = int(re.search(r"share \*\*(\d+)%\*\*", text(app))[1])  # type: ignore[index]
    app.toggle(key="points-outlier").set_value(True).run()
    assert int(re.search(r"share \*\*(\d+)%\*\*", text(app))[1]) < share - 10  # type: ignore[index]
    formulas = " ".join(block.value for block in app.latex)
    assert r"\frac{x_1 - \mu_1}{\sigma_1}" in formulas and r"\min" in formulas
    app.selectbox(key="points-last").set_value("whitened").run()
    assert r"\Lambda" in " ".join(block.value for block in app.latex)


def test_the_decks_unequal_features_cost_gradient_descent_its_steps() -> None:
    app = opened(points_of="ranges")
    table = next(block.value for block in app.markdown if "condition number" in block.value)
    cells = [row.split("|")[2:-1] for row in table.splitlines() if row.startswith(("| condition", "| steps"))]
    kappas = [float(cell.replace(",", "")) for cell in cells[0]]
    design = torch.from_numpy(np.column_stack([ranges(), np.ones(200)]))
    assert kappas[0] == pytest.approx(float(torch.linalg.cond(design)) ** 2, rel=1e-3)
    assert kappas[2] < 1.2 and kappas[4] == pytest.approx(1)
    steps = [int(cell.replace(",", "")) for cell in cells[1]]
    assert steps[0] > 1e8 and steps[2] <= 3
    # as many as gradient descent with the best constant rate takes on ½(κx² + y²)
    x = np.array([1.0, 1.0])
    for _ in range(int(steps[3])):
        x = x - 2 / (kappas[3] + 1) * np.array([kappas[3], 1.0]) * x
    assert np.abs(x).max() <= 0.0101


def test_a_link_restores_points_and_channels() -> None:
    app = opened(points_across="-1.5", points_slope="-0.5", points_axes="its own in each", channels_way="centred")
    assert app.slider(key="points-across").value == -1.5
    assert app.selectbox(key="points-axes").value == "its own in each"
    assert app.selectbox(key="channels-way").value == "centred"
    assert not app.toast


def test_numbers_of_imagenet_are_the_published_ones_and_the_leak_is_told() -> None:
    app = opened(channels_of="imagenet")
    assert "123.7, 116.3, 103.5" in text(app) and "58.4, 57.1, 57.4" in text(app)
    app.selectbox(key="channels-of").set_value("samples").run()
    assert "leak" in text(app)
    pixel = sample("shapes")
    assert pixel.shape[2] == 3 and r"\text{at the middle pixel}" in " ".join(block.value for block in app.latex)


@pytest.mark.parametrize(
    "query",
    [
        {"augment_steps": "rotation,rotation"},
        {"augment_steps": "magic"},
        {"augment_tile": "99"},
        {"augment_data": "cats"},
        {"augment_grid": "none"},
    ],
)
def test_nonsense_in_a_link_gives_the_default_and_a_note(query: dict[str, str]) -> None:
    assert len(opened(**query).toast) == 1


def test_numbers_are_written_as_printed() -> None:
    assert [points.number(v) for v in (-1e-17, -0.5, 189682615.0, 2.0)] == ["0", "−0.5", "189,682,615", "2"]


def test_two_pictures_share_the_label_as_they_share_the_pixels() -> None:
    app = opened(mix_with="digit", mix_alpha="2.0")
    formula = next(block.value for block in app.latex if "mixup 1" in block.value)
    found = re.search(r"y = ([\d.]+)\\,x_A \+ ([\d.]+)", formula)
    assert found and float(found[1]) + float(found[2]) == pytest.approx(1) and "Beta}(2, 2)" in formula
    assert app.selectbox(key="mix-with").value == "digit"
