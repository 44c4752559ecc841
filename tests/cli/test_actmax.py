"""``cnnviz actmax``: JSON as promised, pictures whole, one sentence for every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cnnviz.actmax import climb
from cnnviz.cli import main
from cnnviz.data.images import read_image
from cnnviz.models import load

SHORT = ("--steps", "5", "--size", "16")


def cnnviz(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["actmax", *map(str, arguments)])


def test_files_and_json(tmp_path: Path) -> None:
    out, npy = tmp_path / "a.png", tmp_path / "a.npy"
    done = cnnviz("cifar-resnet20", "stage2", 3, *SHORT, "--count", 2, "--out", out, "--npy", npy, "--json")
    assert done.exit_code == 0, done.output
    row = json.loads(done.output)
    last = list(climb(load("cifar-resnet20"), "channel:stage2:3", steps=5, size=16, count=2))[-1]
    assert (
        row["objective"] == "channel:stage2:3"
        and row["value"] == last.value
        and row["image"]["shape"] == [2, 16, 16, 3]
    )
    assert [each["step"] for each in row["milestones"]] == [1, 4, 5]
    pictures = np.load(npy)
    assert np.array_equal(pictures, last.image)
    assert np.array_equal(read_image(out), np.concatenate(list(pictures), axis=1))


def test_text_tells_the_milestones() -> None:
    done = cnnviz("cifar-resnet20", "--objective", "logit:ship - 0.5*logit:cat", *SHORT, "--jitter", "none")
    assert done.exit_code == 0 and [line.split(":")[0] for line in done.output.splitlines()] == [
        "  step   1",
        "  step   4",
        "  step   5",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("cifar-resnet20",),
        ("cifar-resnet20", "stage2"),
        ("cifar-resnet20", "stage2", "3", "--objective", "logit:ship"),
        ("cifar-resnet20", "stage2", "x"),
        ("cifar-resnet20", "stage2", "999"),
        ("cifar-resnet20", "nowhere", "1"),
        ("no-such", "stage2", "1"),
        ("cifar-resnet20", "--objective", "logit:unicorn"),
        ("cifar-resnet20", "--objective", "1*1"),
        ("cifar-resnet20", "stage2", "3", "--steps", "9999"),
        ("cifar-resnet20", "stage2", "3", "--size", "2"),
        ("cifar-resnet20", "stage2", "3", "--jitter", "shake"),
        ("cifar-resnet20", "stage2", "3", "--parameterization", "oil"),
        ("cifar-resnet20", "stage2", "3", "--penalties", "logit:ship"),
        ("cifar-resnet20", "stage2", "3", "--out", "/no/such/folder/a.png"),
    ],
    ids=" ".join,
)
def test_every_mistake_is_one_sentence(arguments: tuple[str, ...]) -> None:
    done = cnnviz(*arguments)
    assert done.exit_code == 2 and "Traceback" not in done.output
    assert done.stderr.startswith("Error: ") and len(done.stderr.strip().splitlines()) == 1
