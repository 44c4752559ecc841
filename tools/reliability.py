"""Write RELIABILITY.md from what the tests of promises measured: ``python -m tools.reliability FIGURES…``.

``make proof`` makes the figures and calls this. Several files may be given: where a test is in two, the later counts.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from tests.promises import MISSING, PROMISES

HEAD = """# Reliability

What cnnviz promises, the test that shows it, and what the test measured when it last ran in full. `make proof` runs
them all and writes this file; `make test` runs a quick form of each; a row's own command is
`.venv/bin/python -m pytest -m promise` and the name of its test. Seconds and megabytes are of {machine}.

| promise | test | figure |
| --- | --- | --- |
"""


def read(files: list[Path]) -> list[dict[str, Any]]:
    """The figures of all files: one per test and words, that of the full form where there are two."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        for test in {line["test"] for line in lines}:
            found[test] = [line for line in lines if line["test"] == test]
    full = {test.replace("full", "quick") for test in found if "full" in test.rpartition("::")[2]}
    return [line for test, lines in found.items() if test not in full for line in lines]


def table(figures: list[dict[str, Any]]) -> str:
    """A row per test, under its promise; a promise without a figure says so."""
    rows = []
    for name, promise in PROMISES.items():
        own = sorted((each for each in figures if each["promise"] == name), key=lambda each: str(each["test"]))
        missing = f"**Missing**: {MISSING[name]}" if name in MISSING else ""
        for k, each in enumerate(own):
            words = each["figure"] if each["passed"] else f"**not held**: {each['figure']}"
            rows.append([promise if k == 0 else "", f"`{each['test']}`", words])
        if missing or not own:
            rows.append(["" if own else promise, "", missing or "**not measured**"])
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows)


def main() -> None:
    """Read the files that are named and write."""
    if not sys.argv[1:]:
        sys.exit("name a file of figures, from `pytest -m promise --figures FILE`")
    figures = read([Path(name) for name in sys.argv[1:]])
    Path("RELIABILITY.md").write_text(HEAD.format(machine=machine()) + table(figures))
    print(f"RELIABILITY.md: {len(figures)} figures for {len({each['promise'] for each in figures})} promises")


def machine() -> str:
    """The machine in words: its processor and cores."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"a machine with {os.cpu_count()} cores ({models[0] if models else platform.machine()}) and no GPU"


if __name__ == "__main__":
    main()
