"""The notebook is run cell by cell in a process of its own, and what it found is compared with other ways to it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.data.samples import sample
from cnnviz.data.sets import examples
from cnnviz.models import load

pytestmark = pytest.mark.timeout(300)  # it trains a network, perhaps on a busy core
ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "examples" / "explain_and_train.ipynb"
BOOK = json.loads(FILE.read_text(encoding="utf-8"))
# Runs every code cell in one namespace, as a notebook does, keeps what a cell would show, and tells what was found.
RUN = """
import ast, json, sys

space, shown = {}, []
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), space)
        if last is not None:
            shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), space))
for each in shown:
    if hasattr(each, "to_json"):
        json.loads(each.to_json())
covered, seen = space["covered"], space["seen"]
json.dump(
    {
        "shown": [type(each).__name__ for each in shown if each is not None],
        "sizes": [list(each.size) for each in shown if hasattr(each, "size")],
        "probabilities": space["probabilities"].tolist(),
        "cat": [space["cat"].target.name, space["cat"].map.tolist(), space["cat"].logit],
        "dog": [space["dog"].target.name, space["dog"].total + space["dog"].bias],
        "worst": [space["worst"].box, space["worst"].probability],
        "covered": [covered.progress, covered.target],
        "paths": {rule: path.path[-1] for rule, path in space["paths"].items()},
        "epochs": [[each.loss, each.val_accuracy] for each in space["epochs"]],
        "losses": [each.loss for each in space["steps"]],
        "ended": [space["events"][-1].state, space["events"][-1].test_accuracy],
        "seen": [space["name"], seen.target.probability, list(seen.map.shape)],
    },
    open(sys.argv[2], "w", encoding="utf-8"),
)
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("notebook")
    command = [sys.executable, "-c", RUN, str(FILE), str(folder / "found.json")]
    environment = os.environ | {"CNNVIZ_DATA": str(folder / "data")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    return told | {"printed": done.stdout}


def test_no_output_is_stored_and_every_cell_has_a_name_of_its_own() -> None:
    assert (BOOK["nbformat"], BOOK["nbformat_minor"]) >= (4, 5)
    assert len({cell["id"] for cell in BOOK["cells"]}) == len(BOOK["cells"])
    code = [cell for cell in BOOK["cells"] if cell["cell_type"] == "code"]
    assert code and all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_the_picture_is_a_cat_and_its_map_adds_up_to_the_score(found: dict[str, Any]) -> None:
    network = load("photo")
    with torch.inference_mode():
        scores = network.model(network.prepare(sample("cat")))[0]
    assert np.allclose(found["probabilities"], scores.softmax(0).numpy(), atol=1e-5)
    name, cells, score = found["cat"]
    assert name == "cat" and np.shape(cells) == (10, 16)
    assert score == pytest.approx(float(scores[network.index("cat")]), abs=2e-3)
    head = network.model.get_submodule("head.linear")
    assert np.mean(cells) + float(head.bias[network.index("cat")]) == pytest.approx(score, abs=2e-3)  # type: ignore[index]
    assert found["dog"][0] == "dog"
    assert found["dog"][1] == pytest.approx(float(scores[network.index("dog")]), abs=2e-3)
    maps = next(cell for cell in BOOK["cells"] if "maps of the picture" in "".join(cell["source"]))
    assert re.findall(r"there are (\d+) maps", "".join(maps["source"])) == [str(head.in_features)]


def test_the_worst_place_is_found_again_by_covering_it_by_hand(found: dict[str, Any]) -> None:
    network = load("photo")
    progress, target = found["covered"]
    (top, left, height, width), probability = found["worst"]
    view = network.view(sample("cat"))
    view[top : top + height, left : left + width] = 128
    with torch.inference_mode():
        by_hand = network.model(network.inputs(view)).softmax(1)[0, target]
    assert progress == 1.0
    assert probability == pytest.approx(float(by_hand), abs=0.01)  # the fill is the middle gray, give or take a level
    assert probability < found["probabilities"][target] - 0.02


def test_the_paths_are_those_of_torch(found: dict[str, Any]) -> None:
    rules = {
        "sgd": lambda p: torch.optim.SGD(p, 0.001),
        "momentum": lambda p: torch.optim.SGD(p, 0.001, momentum=0.9),
        "adam": lambda p: torch.optim.Adam(p, 0.1),
    }
    assert set(found["paths"]) == set(rules)
    for name, make in rules.items():
        point = torch.tensor([-1.5, 2.0], dtype=torch.float64, requires_grad=True)
        rule = make([point])
        for _ in range(500):
            rule.zero_grad()
            ((1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2).backward()
            rule.step()
        assert found["paths"][name] == pytest.approx(point.tolist(), abs=1e-6), name


def test_the_training_learns_from_where_guessing_begins(found: dict[str, Any]) -> None:
    losses = [loss for loss, _ in found["epochs"]]
    assert len(losses) == 2 and all(later < sooner for sooner, later in pairwise(losses))
    assert found["losses"][0] == pytest.approx(np.log(10), abs=0.25)
    state, accuracy = found["ended"]
    assert state == "done" and accuracy > 0.8  # guessing: 0.1


def test_a_run_is_looked_into_and_every_figure_is_built(found: dict[str, Any]) -> None:
    name, probability, shape = found["seen"]
    trained = load("run-501a7517829d")
    image = examples("textures", 1)[name][0]
    assert probability == pytest.approx(float(trained.predict(image)[0, trained.index(name)]), abs=1e-3)
    assert probability > 0.5 and shape == [8, 8]
    assert found["shown"] == ["Image", "Image", "Figure", "Figure", "Image"]
    height, width = sample("cat").shape[:2]
    assert found["sizes"][0] == [width, height]
    assert "cat" in found["printed"] and "%" in found["printed"]
