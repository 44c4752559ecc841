"""``cnnviz ledger`` from the shell: the object that was promised, the table, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cnnviz.cli import main
from cnnviz.ledger import ARCHITECTURES, ledger, written

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["ledger", *arguments], input=typed)


def read(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_the_object_that_was_promised() -> None:
    found = read("vgg16")
    assert list(found) == ["rows", "params", "macs", "activation_bytes"]
    assert {key: value for key, value in found.items() if key != "rows"} == {
        "params": 138_357_544,
        "macs": 15_470_264_320,
        "activation_bytes": ledger(ARCHITECTURES["vgg16"]).activation_bytes,
    }
    (pool5,) = [row for row in found["rows"] if row["name"] == "pool5"]
    assert pool5 == {
        "name": "pool5",
        "kind": "pool",
        "output": [512, 7, 7],
        "params": 0,
        "macs": 0,
        "receptive_field": 212,
        "jump": 32,
        "offset": 15.5,
    }


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_network(name: str) -> None:
    found = read(name)
    assert found["params"] == sum(row["params"] for row in found["rows"]) > 0
    assert found["macs"] == sum(row["macs"] for row in found["rows"]) > 0
    assert run(name).exit_code == 0


def test_another_size() -> None:
    small, large = (read("resnet18", "--input", size) for size in ("3x112x112", "3x224x224"))
    assert small["params"] == large["params"]
    assert small["rows"][0]["output"] == [64, 56, 56]
    assert small["macs"] < large["macs"] / 3


def test_the_table() -> None:
    header, first, *others = run("resnet50").stdout.splitlines()
    assert header.split() == ["layer", "settings", "output", "parameters", "MACs", "field", "jump", "offset", "memory"]
    settings, numbers = "7×7, 64, stride 2, padding 3, no bias", ["9,408", "118,013,952", "7", "2", "0", "3.1", "MiB"]
    assert first.split() == ["conv1", *settings.split(), "64×112×112", *numbers]
    assert len({len(line) for line in (header, first)}) == 1
    assert "parameters   25,557,032  (97.5 MiB in float32)" in others
    assert "MACs         4,089,184,256  (FLOPs: 8,178,368,512)" in others
    assert any(line.startswith("  conv2 ") for line in others)


def test_a_stack_of_your_own() -> None:
    found = read("--stack", "conv 16 5 p2; relu; pool 2; fc 10", "--input", "3x32x32")
    assert [row["name"] for row in found["rows"]] == ["conv1", "relu1", "pool1", "fc1"]
    assert found["params"] == 16 * 76 + 10 * (16 * 16 * 16 + 1)
    typed = run("--stack", "-", "--json", "--input", "3x227x227", typed=written(ARCHITECTURES["alexnet-2012"].layers))
    assert json.loads(typed.stdout)["params"] == 60_965_224


def test_the_list() -> None:
    lines = run("--list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(ARCHITECTURES)
    names = [json.loads(line)["network"] for line in run("--list", "--json").stdout.splitlines()]
    assert names == list(ARCHITECTURES)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["resnet51"], "near names: resnet56, resnet50"),
        (["xyz"], "there are: lenet, lenet-1998"),
        ([], "give a NETWORK"),
        (["vgg16", "--stack", "relu"], "give a NETWORK"),
        (["alexnet", "--input", "3x32x32"], "pool3 puts a window of 3×3 on a smaller map: the input must be at least"),
        (["alexnet", "--input", "224"], "such as 3x224x224, not '224'"),
        (["alexnet", "--input", "3x0x224"], "each from 1 to 4096"),
        (["alexnet", "--input", "3x99999x224"], "each from 1 to 4096"),
        (["alexnet-2012", "--input", "1x227x227"], ""),
        (["--stack", "conv 16 3\nconvv"], "line 2: 'convv' is no layer; try 'conv'"),
        (["--stack", ""], "begin with a layer"),
    ],
)  # fmt: skip
def test_a_mistake_is_answered_with_a_sentence(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    if not words:
        assert result.exit_code == 0  # one channel is a network of its own
        return
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert words in line


def spent() -> float:
    """CPU seconds of all finished children: what they cost, however busy the machine is."""
    times = os.times()
    return times.children_user + times.children_system


def test_it_answers_at_once_and_without_torch() -> None:
    code = (
        "import sys; from cnnviz.cli import main\n"
        "try: main(['ledger', 'resnet152', '--json'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'numpy', 'streamlit'} & set(sys.modules)"
    )
    times = []
    for _ in range(3):
        before = spent()
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
        times.append(spent() - before)
        assert done.returncode == 0, done.stderr
    assert min(times) < 0.5
    assert json.loads(done.stdout)["params"] == 60_192_808
