"""The lines of a run as a table, to read and for PERFORMANCE.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

UNITS = {"ms": "ms", "kB": "kB", "fps": "frames/s", "images_per_s": "images/s", "steps_per_cpu_s": "steps/s"}
HEAD = """# Performance

What `make bench` measured on {machine}. Ours, the peer and the physical limit take turns in one process on one thread;
times are of the processor, medians of the rounds, so another program on the machine moves a ratio little. A ratio is
ours to theirs: small is good for times and sizes, large for speeds. In brackets the goal; **bold** misses it.

"""
NOTES = "\n## "  # what follows is written by hand
COLUMNS = "| case | ours | best peer | to the peers | limit | to the limit | agreement |\n" + "| --- " * 7 + "|\n"


def machine() -> str:
    """Processor, cores and the versions that decide about speed."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    parts = [f"{name} {version(name)}" for name in ("torch", "streamlit")]
    return f"{os.cpu_count()} cores of {models[0] if models else platform.machine()} with {', '.join(parts)}"


def ratio(line: dict[str, Any], name: str) -> str:
    """One ratio with its goal: ``captum 0.81 (0.87)``."""
    value, goal = line["ratios"].get(name), line["goals"].get(name)
    if value is None:
        return f"not measured ({goal:.3g})" if goal is not None else ""
    words = f"{value:.3g}"
    told = f"**{words}**" if name in line["missed"] else words
    return f"{told} ({goal:.3g})" if goal is not None else told


def row(line: dict[str, Any]) -> list[str]:
    """The seven cells of a case."""
    unit = line["unit"]

    def value(name: str) -> str:
        found = line[f"{name}_{unit}"]
        return "" if found is None else f"{found:,.3g} {UNITS[unit]}" if found < 100 else f"{found:,.0f} {UNITS[unit]}"

    peers = [name for name in [*line["ratios"], *line["goals"]] if name != "limit"]
    best = f"{line['peer']} {value('peer')}" if line["peer"] else ""
    compared = "; ".join(f"{name} {ratio(line, name)}" for name in dict.fromkeys(peers))
    return [line["case"], value("ours"), best, compared, value("limit"), ratio(line, "limit"), line["agreement"]]


def markdown(lines: Sequence[dict[str, Any]], *, kept: Mapping[str, str] | None = None) -> str:
    """All cases as a table; rows that are ``kept`` of an earlier one hold their places, unless measured again."""
    cells = ([cell.replace("|", "\\|") for cell in row(line)] for line in lines)
    rows = {each[0]: f"| {' | '.join(each)} |\n" for each in cells}
    return COLUMNS + "".join({**(kept or {}), **rows}.values())


def text(lines: Sequence[dict[str, Any]]) -> str:
    """The same in columns, for a terminal: case, ours, to the peers, to the limit."""
    rows = [[cells[k].replace("**", "") for k in (0, 1, 3, 5)] for cells in map(row, lines)]
    rows.insert(0, ["case", "ours", "to the peers (goal)", "to the limit (goal)"])
    widths = [max(len(cells[k]) for cells in rows) for k in range(4)]
    body = "\n".join("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) for cells in rows)
    short = [line["case"] for line in lines if line["missed"]]
    return f"{body}\n{len(lines)} cases, {len(short)} short of a goal{': ' + '; '.join(short) if short else ''}"


def write(lines: Sequence[dict[str, Any]], file: Path, *, whole: bool = True) -> None:
    """PERFORMANCE.md; what people wrote below the table stays, and other rows unless these are the ``whole`` of it.

    Raises :class:`SystemExit` if those were measured on another machine.
    """
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    table, mark, below = before.partition(NOTES)
    if not whole and HEAD.format(machine=machine()) not in table:
        raise SystemExit(f"{file.name} was measured on another machine or with other versions: write all of it")
    old = [] if whole else [line for line in table.splitlines(keepends=True) if line.startswith("| ")][2:]
    kept = {line[2:].partition(" | ")[0]: line for line in old}
    file.write_text(HEAD.format(machine=machine()) + markdown(lines, kept=kept) + mark + below, encoding="utf-8")
