"""The table of `make bench`: what is short of its goal is seen, speeds and times each their own way round."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import measure, table
from bench.goals import GOALS, missed


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    monkeypatch.setattr(measure, "LINES", [])
    return measure.LINES


def test_a_time_is_to_be_small_and_a_speed_large() -> None:
    assert missed("Score-CAM, 512 channels", {"grad-cam": 0.7, "limit": 1.0}, unit="ms") == ["grad-cam"]
    assert missed("training convnetjs, batch 32", {"tutorial loop": 2.9, "limit": 0.96}, unit="images_per_s") == [
        "tutorial loop"
    ]
    assert missed("Score-CAM in bfloat16", {"grad-cam": 0.36}, unit="ms") == []


def test_a_line_has_every_ratio_and_what_is_missed(lines: list[dict[str, object]], capsys) -> None:
    measure.report(
        "Grad-CAM, ResNet-18 224²", {"ours": 40, "captum": 50, "grad-cam": 100, "limit": 80}, agreement="1e-6"
    )
    line = json.loads(capsys.readouterr().out)
    assert line == lines[0]
    assert line["peer"] == "captum" and line["vs_peer"] == 0.8 and line["vs_limit"] == 0.5
    assert line["ratios"] == {"captum": 0.8, "grad-cam": 0.4, "limit": 0.5} and line["missed"] == ["grad-cam"]


def test_the_fastest_peer_is_the_best_one(lines: list[dict[str, object]]) -> None:
    measure.report("x", {"ours": 3, "slow": 1, "fast": 2}, agreement="", unit="images_per_s")
    measure.report("x", {"ours": 3, "slow": 2, "fast": 1}, agreement="")
    assert [line["peer"] for line in lines] == ["fast", "fast"]


def test_the_table_marks_what_is_missed_and_names_what_was_not_measured(lines: list[dict[str, object]]) -> None:
    measure.report("Score-CAM", {"ours": 74, "grad-cam": 100, "limit": 90}, agreement="same | map")
    measure.report("activation maximization, one step, stage3, fp32", {"ours": 1, "limit": 1}, agreement="")
    told = table.markdown(lines)
    assert "grad-cam **0.74** (0.66)" in told and "0.822 (1.05)" in told and "same \\| map" in told
    assert "lucent not measured (0.52)" in told
    assert table.text(lines).endswith("2 cases, 1 short of a goal: Score-CAM")


def test_a_case_that_is_measured_again_replaces_its_row_alone(tmp_path: Path, lines: list[dict[str, object]]) -> None:
    file = tmp_path / "told.md"
    measure.report("Score-CAM", {"ours": 74, "grad-cam": 100}, agreement="first")
    measure.report("rerun of home", {"ours": 3, "limit": 60}, agreement="stays")
    table.write(lines, file)
    file.write_text(file.read_text() + "\n## Why\n\nBecause.\n")
    lines.clear()
    measure.report("Score-CAM", {"ours": 50, "grad-cam": 100}, agreement="second")
    table.write(lines, file, whole=False)
    told = file.read_text()
    assert "second" in told and "stays" in told and "first" not in told and told.endswith("\n## Why\n\nBecause.\n")
    table.write(lines, file)
    assert "stays" not in file.read_text() and "Because" in file.read_text()
    file.write_text(file.read_text().replace("cores of", "cores of another"))
    with pytest.raises(SystemExit, match="another machine"):
        table.write(lines, file, whole=False)


def test_rounds_take_turns_and_the_first_does_not_count() -> None:
    told: list[str] = []
    times = measure.interleaved({"a": lambda: told.append("a"), "b": lambda: told.append("b")}, rounds=2)
    assert told == ["a", "b"] * 3 and set(times) == {"a", "b"}


TOLD = (Path(__file__).parents[1] / "PERFORMANCE.md").read_text(encoding="utf-8")
TABLE, BELOW = TOLD.partition(table.NOTES)[::2]
ROWS = {line.split(" | ")[0].removeprefix("| "): line for line in TABLE.splitlines() if line.startswith("| ")}


@pytest.mark.parametrize("start", GOALS)
def test_every_goal_has_a_row(start: str) -> None:
    assert any(case.startswith(start) for case in ROWS)


def test_every_row_that_misses_its_goal_is_explained_below_the_table() -> None:
    assert [case for case, row in ROWS.items() if "**" in row and f"**{case}**" not in BELOW] == []
