"""A lecturer's file of networks: a few lines make a network of the program; what is wrong with it is one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnnviz.cam import explain
from cnnviz.cli import main
from cnnviz.data.samples import sample
from cnnviz.models import NETWORKS, BadWeights, load, trusted
from cnnviz.models.errors import BadNetworks

GOOD = """
import torch
from torch import nn
from cnnviz.models import register

@register("colours", classes=["red", "green", "blue"], input_size=32, title="Three colours")
def colours():
    pick = nn.Conv2d(3, 3, 1, bias=False)
    pick.weight.data = torch.eye(3)[:, :, None, None].clone()
    return nn.Sequential(pick, nn.ReLU(), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten())
"""
HEAD = "from torch import nn\nfrom cnnviz.models import register\n"


@pytest.fixture
def menu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The menu of networks as it was before."""
    before = set(NETWORKS)
    yield
    for name in set(NETWORKS) - before:
        del NETWORKS._items[name]


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.py"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.usefixtures("menu")
def test_a_registered_network_predicts_and_explains(tmp_path: Path) -> None:
    trusted.read(written(tmp_path, GOOD))
    assert NETWORKS["colours"].title == "Three colours"
    network = load("colours")
    assert [layer.path for layer in network.layers] == ["2", "1"]  # one of each size, the last map first
    red = sample("shapes") * 0
    red[..., 0] = 255
    assert network.predict(red)[0].argmax() == 0
    found = explain(network, red, method="grad-cam")
    assert found.target.name == "red" and found.map.shape == (16, 16)


@pytest.mark.usefixtures("menu")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "registers no network"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("def f(:", "SyntaxError"),
        (GOOD.replace('"colours"', '"photo"'), "already a network called 'photo'"),
        (GOOD.replace('"colours"', '"run-1"'), "is no name for a network"),
        (GOOD.replace('["red", "green", "blue"]', "[]"), "needs its classes"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadNetworks, match=told) as refused:
        trusted.read(written(tmp_path, text))
    assert "\n" not in str(refused.value)


@pytest.mark.usefixtures("menu")
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return 7", "returned int, not a torch module"),
        (
            "return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())",
            r"answers \(1, 3\) to one picture, not \(1, 2\)",
        ),
        ("raise OSError('weights.pt is not there')", "weights.pt is not there"),
        ("return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))", "keeps no map"),
    ],
)
def test_a_network_that_cannot_be_used_is_refused_when_it_is_loaded(tmp_path: Path, body: str, told: str) -> None:
    name = f"broken-{len(body)}"  # a network of this name is not kept from another test
    trusted.read(written(tmp_path, f"{HEAD}@register('{name}', classes='ab', input_size=32)\ndef f():\n    {body}\n"))
    with pytest.raises(BadWeights, match=told):
        load(name)


def test_a_bad_file_in_the_environment_leaves_the_other_networks(tmp_path: Path) -> None:
    code = "from cnnviz.models import NETWORKS; print(len(NETWORKS), 'photo' in NETWORKS)"
    environment = {**os.environ, trusted.VARIABLE: str(tmp_path / "gone.py")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(len(NETWORKS)), "True"] and "there is no file" in done.stderr


@pytest.mark.usefixtures("menu")
def test_the_shell_knows_it_too(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    environment = {**os.environ, trusted.VARIABLE: str(file)}
    command = [sys.executable, "-m", "cnnviz", "networks"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "colours" in done.stdout and "A network of the lecturer's own." in done.stdout


def test_the_app_refuses_a_file_that_is_not_there() -> None:
    done = CliRunner().invoke(main, ["app", "--networks", "nowhere.py", "--no-browser"])
    assert done.exit_code == 2 and "there is no file nowhere.py" in done.output
