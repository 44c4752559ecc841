"""``cnnviz augment``: the library's draw from the shell, and one sentence for every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cnnviz.augment import compose, step
from cnnviz.cli import main
from cnnviz.data.images import encode_png, read_image
from cnnviz.data.samples import sample


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["augment", *map(str, arguments)])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "shapes.png"
    path.write_bytes(encode_png(sample("shapes")))
    return path


def test_it_draws_and_writes_what_the_library_does(picture: Path) -> None:
    out = picture.with_name("out.png")
    options = ["--with", "rotation", "--with", "colour-cast", "--set", "degrees=45", "--set", "colour-cast.channel=red"]
    result = run(picture, *options, "--seed", 3, "-o", out, "--json")
    assert result.exit_code == 0 and result.stderr == ""
    pipeline = [step("rotation", {"degrees": 45.0}), step("colour-cast", {"channel": "red"})]
    pixels, records = compose(pipeline, sample("shapes"), np.random.default_rng(3))
    assert np.array_equal(read_image(out), pixels)
    row = json.loads(result.stdout)
    assert row["draws"] == [drawn.row() for drawn in records] and row["size"] == [320, 320] and row["seed"] == 3
    assert run(picture, *options, "--seed", 3, "--json").stdout == result.stdout


def test_without_json_it_says_what_was_drawn(picture: Path) -> None:
    result = run(picture, "--with", "horizontal-flip", "--set", "share=1")
    assert result.exit_code == 0 and "horizontal-flip: mirrored" in result.stdout and "seed 0" in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "name an augmentation: --with horizontal-flip"),
        (["--with", "spin"], "no augmentation is called 'spin'"),
        (["--with", "zoom", "--with", "zoom"], "zoom is there twice"),
        (["--with", "rotation", "--set", "degrees"], "SETTING=VALUE"),
        (["--with", "rotation", "--set", "degrees=900"], "from 0.0 to 180.0"),
        (["--with", "rotation", "--set", "degrees=far"], "takes a number"),
        (["--with", "rotation", "--set", "area=1"], "rotation.degrees, rotation.fill"),
        (["--with", "rotation", "--set", "zoom.fill=1"], "there is no setting"),
        (["--with", "rotation", "--with", "zoom", "--set", "fill=9"], "write rotation.fill=9"),
        (["--with", "rotation", "--seed", "-1"], "seed"),
        (["--with", "rotation", "-o", "/no/such/folder/o.png"], "there is no folder"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(picture: Path, options: list[str], words: str) -> None:
    result = run(picture, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr and result.stderr.strip().count("\n") == 0


def test_a_picture_that_is_none_is_told(tmp_path: Path) -> None:
    result = run(tmp_path / "none.png", "--with", "rotation")
    assert result.exit_code == 2 and "no picture file" in result.stderr
