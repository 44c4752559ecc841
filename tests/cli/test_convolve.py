"""``cnnviz convolve``: JSON as promised, one sentence for every mistake, nothing that takes long."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result

from cnnviz.cli import main

DECK = ["--input", "[[0,80,40],[20,40,0],[0,0,40]]", "--kernel", "[[0,.25],[.5,1]]"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["convolve", *map(str, arguments)])


def output(*arguments: object) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    row = json.loads(result.stdout, parse_constant=pytest.fail)
    assert list(row) == ["output"]
    return row["output"]


def refused(*arguments: object) -> str:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    sentence = result.stderr.strip()
    assert sentence.startswith("Error: ") and "\n" not in sentence and len(sentence) <= 160
    return sentence


@pytest.mark.parametrize("form", [(), ("--json",)])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--flip"], [[45, 110], [40, 40]]),
        ([], [[70, 30], [10, 40]]),
        (["--flip", "--padding", "full"], [[0, 0, 20, 10], [0, 45, 110, 40], [10, 40, 40, 10], [0, 0, 20, 40]]),
        (["--bias", "0.5"], [[70.5, 30.5], [10.5, 40.5]]),
        (["--bias", "[1]", "--stride", "2"], [[71]]),
    ],
)
def test_the_decks_numbers(form: tuple[str, ...], options: list[str], expected: list[list[float]]) -> None:
    assert output(*DECK, *options, *form) == expected


def test_whole_numbers_are_written_as_such_and_others_as_floats() -> None:
    assert run(*DECK, "--json").stdout.strip() == '{"output": [[70, 30], [10, 40]]}'
    assert run("--input", "[1]", "--kernel", "[0.1]", "--json").stdout.strip() == '{"output": [0.1]}'
    assert run("--input", "[0]", "--kernel", "[-1]", "--json").stdout.strip() == '{"output": [0]}'
    assert run("--input", "[1e300]", "--kernel", "[1]", "--json").stdout.strip() == '{"output": [1e+300]}'


@pytest.mark.parametrize(
    ("options", "keywords"),
    [
        (
            ["--stride", "2x1", "--padding", "1x2", "--dilation", "1x2"],
            {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)},
        ),
        (["--stride", "[2,1]", "--groups", "1"], {"stride": (2, 1)}),
        (["--padding", "same"], {"padding": "same"}),
        (["--padding", "VALID"], {}),
        (["--bias", "[1,-2]"], {"bias": torch.tensor([1.0, -2.0], dtype=torch.float64)}),
    ],
)
@pytest.mark.filterwarnings("ignore:Using padding=.same. with even kernel lengths")
def test_options_mean_what_they_mean_in_torch(options: list[str], keywords: dict[str, Any]) -> None:
    torch.manual_seed(0)
    x, w = torch.randn(3, 7, 8, dtype=torch.float64), torch.randn(2, 3, 3, 2, dtype=torch.float64)
    theirs = torch.nn.functional.conv2d(x[None], w, **keywords)[0]
    ours = output("--input", json.dumps(x.tolist()), "--kernel", json.dumps(w.tolist()), *options)
    torch.testing.assert_close(torch.tensor(ours, dtype=torch.float64), theirs)


def test_transposed_with_output_padding_and_groups() -> None:
    x, w = torch.arange(18.0).reshape(2, 3, 3), torch.arange(16.0).reshape(2, 2, 2, 2)
    theirs = torch.nn.functional.conv_transpose2d(x[None], w, stride=3, padding=1, output_padding=2, groups=2)[0]
    options = ["--transposed", "--stride", 3, "--padding", 1, "--output-padding", 2, "--groups", 2]
    assert output("--input", x.tolist(), "--kernel", w.tolist(), *options) == theirs.tolist()


def test_sides_may_differ_and_borders_may_be_mirrored() -> None:
    x = torch.arange(12.0).reshape(3, 4)
    for mode, name in (
        ("zeros", "constant"),
        ("reflect", "reflect"),
        ("replicate", "replicate"),
        ("circular", "circular"),
    ):
        padded = torch.nn.functional.pad(x[None, None], (2, 0, 1, 2), mode=name)
        theirs = torch.nn.functional.conv2d(padded, torch.ones(1, 1, 2, 2))[0, 0]
        options = ["--padding", "1,2,2,0", "--padding-mode", mode]
        assert output("--input", x.tolist(), "--kernel", "[[1,1],[1,1]]", *options) == theirs.tolist()


def test_arrays_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(DECK[1])
    (tmp_path / "latin.json").write_bytes(b"[1, \xe9]")
    assert output("--input", f"@{tmp_path / 'x.json'}", *DECK[2:], "--flip") == [[45, 110], [40, 40]]
    assert "none.json" in refused("--input", f"@{tmp_path / 'none.json'}", *DECK[2:])
    assert "no JSON" in refused("--input", f"@{tmp_path / 'latin.json'}", *DECK[2:])
    assert refused("--input", f"@{tmp_path}", *DECK[2:])


@pytest.mark.parametrize(
    ("x", "w", "options", "words"),
    [
        ("[[1,2],[3,4]]", "[[1,1,1],[1,1,1],[1,1,1]]", [], "raise padding to at least 1"),
        ("[1, 2", "[1]", [], "the input is no JSON"),
        ("", "[1]", [], "the input is no JSON"),
        ("[1]", "kernel", [], "the kernel is no JSON"),
        ("[" * 100_000, "[1]", [], "the input is no JSON"),
        ("[[1,2],[3]]", "[1]", [], "make them equally long"),
        ("[]", "[1]", [], "give at least one number"),
        ('["a"]', "[1]", [], "give numbers only"),
        ("[null]", "[1]", [], "give numbers only"),
        ("[NaN]", "[1]", [], "NaN or infinity"),
        ("[1e999]", "[1]", [], "NaN or infinity"),
        (f"[{'9' * 5000}]", "[1]", [], "NaN or infinity"),
        ("[1]", "[-Infinity]", [], "NaN or infinity"),
        ("[1e308, 1e308]", "[1, 1]", [], "larger than the largest float"),
        ("[1]", "[1]", ["--bias", "[1, 2]"], "the bias has 2 numbers"),
        ("[1]", "[1]", ["--stride", "0"], "at least 1"),
        ("[1]", "[1]", ["--stride", "-1"], "no stride"),
        ("[1]", "[1]", ["--padding", "some"], "valid, same, full"),
        ("[1]", "[1]", ["--padding", "1,2,3"], "no padding"),
        ("[1]", "[1]", ["--padding-mode", "mirror"], "padding-mode"),
        ("[1]", "[1]", ["--groups", "0"], "groups"),
        ("[1]", "[1]", ["--padding", "999999999"], "the limit is 1,000,000"),
        ("[1, 2]", "[1, 2]", ["--dilation", "999999999"], "does not fit"),
        ("[1]", "[1]", ["--output-padding", "1"], "set it to 0"),
        ("5", "[1]", [], "input of 1 axes"),
        ("[1]", "5", [], "rank 0"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(x: str, w: str, options: list[str], words: str) -> None:
    assert words in refused("--input", x, "--kernel", w, *options)


def test_what_takes_long_is_refused_at_once() -> None:
    line, plane = json.dumps([0] * 40_000), json.dumps([[0] * 600] * 600)
    wide = json.dumps([[1] * 80] * 80)
    assert "products and the limit is 1,000,000,000" in refused("--input", plane, "--kernel", wide)
    assert "numbers and the limit" in refused("--input", line, "--kernel", "[1, 1]", "--padding", 900_000)
    assert "numbers and the limit" in refused("--input", line, "--kernel", "[1]", "--transposed", "--stride", 1000)


def test_input_and_kernel_are_needed() -> None:
    assert "--kernel" in refused("--input", "[1]")
