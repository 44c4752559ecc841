"""``cnnviz runs`` from the shell: the list, one run in words, another label, the bin, and out and in as a file."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cnnviz import runs
from cnnviz.cli import main
from cnnviz.training.config import Config
from cnnviz.training.events import Begun, Ended, Epoch

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["runs", *arguments])


def listed() -> list[dict[str, Any]]:
    done = run("--json")
    assert (done.exit_code, done.stderr) == (0, "")
    found = [json.loads(line, parse_constant=pytest.fail) for line in done.stdout.splitlines()]
    return [each for each in found if not each["recorded"]]


@pytest.fixture
def made() -> str:
    """A run of two epochs."""
    name = runs.create(Config(data="shapes", epochs=2), label="first", by="test")
    with runs.writer(runs.folder(name)) as writer:
        writer.event(Begun(0, 0, 2, 10, 64, 1, ("a", "b"), 640, 10, 10, "cpu", "float32", 1))
        writer.event(Epoch(1, 10, 0.6, 0.7, 0.5, 0.8, 0.05, 100.0, 1.0))
        writer.event(Epoch(2, 20, 0.4, 0.8, 0.3, 0.9, 0.05, 100.0, 2.0))
        writer.event(Ended("done", 20, 2.0, "", 0.3, 0.85))
    runs.stand(runs.folder(name), "done")
    return name


def test_the_list(made: str) -> None:
    (row,) = listed()
    assert (row["run"], row["label"], row["state"], row["epoch"], row["epochs"]) == (made, "first", "done", 2, 2)
    assert (row["val_accuracy"], row["network"], row["data"]) == (0.9, "convnetjs", "shapes")
    header, *lines = run().stdout.splitlines()
    assert header.split()[:4] == ["run", "state", "epoch", "validation"]
    (line,) = [line for line in lines if line.startswith(made)]
    assert line.split()[1:5] == ["done", "2/2", "90.0", "%"] and line.endswith("first")


def test_a_run_that_has_not_begun_has_no_accuracy() -> None:
    runs.create(Config(), label="", by="test")
    assert listed()[0]["val_accuracy"] is None
    assert math.isnan(runs.listed()[0].val_accuracy)


def test_one_run_in_words(made: str) -> None:
    told = run("show", made).stdout
    assert "network=convnetjs" in told and "epoch 2  loss 0.400" in told and "85\N{NO-BREAK SPACE}% of the test" in told
    found = json.loads(run("show", made, "--json").stdout)
    assert found["config"]["epochs"] == 2 and found["verdict"]["kind"] == "could-go-on"


def test_another_label(made: str) -> None:
    assert run("rename", made, "second").exit_code == 0
    assert listed()[0]["label"] == "second"


def test_deleted_and_back(made: str) -> None:
    assert run("delete", made).exit_code == 0
    assert listed() == []
    assert run("restore", made).exit_code == 0
    assert [row["run"] for row in listed()] == [made]


def test_out_and_in_again(tmp_path: Path) -> None:
    trained = CliRunner().invoke(
        main, ["train", "--data", "shapes", "--network", "linear", "--limit", "64", "--epochs", "1", "--json"]
    )
    assert trained.exit_code == 0, trained.output
    name = listed()[0]["run"]
    assert run("export", name, str(tmp_path / "run.zip")).exit_code == 0
    done = run("import", str(tmp_path / "run.zip"))
    assert done.exit_code == 0, done.output
    again = done.stdout.strip()
    assert {row["run"] for row in listed()} == {name, again}
    assert runs.summary(again).config == runs.summary(name).config


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "0123456789ab"),
        ("show", "../../etc"),
        ("rename", "0123456789ab", "x"),
        ("delete", "nosuch"),
        ("restore", "0123456789ab"),
        ("export", "0123456789ab", "x.zip"),
        ("import", "nosuch.zip"),
        ("import", "pyproject.toml"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_listing_needs_no_torch() -> None:
    code = (
        "import sys; from cnnviz.cli import main\n"
        "try: main(['runs', '--json'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'streamlit'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
