"""``python -m bench [case …]``: run the cases named, or all; one JSON object per line, then a table to read.

``--quick``: few rounds of the short cases, about two minutes. ``--write``: put the table into PERFORMANCE.md.
"""

from __future__ import annotations

import argparse
import importlib
import os
from pathlib import Path

CASES = (
    *("cam", "occlusion", "actmax", "paths", "rerun", "first_paint", "openings", "frames", "animation"),
    *("training", "watching"),
)
QUICK = ("cam", "paths", "rerun", "training")
NOTES = "\n## "  # what follows is written by hand


def main() -> None:
    """Read the arguments, measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], metavar="case", help=", ".join(CASES))
    parser.add_argument("--quick", action="store_true", help="few rounds, about two minutes")
    parser.add_argument("--write", action="store_true", help="put the table into PERFORMANCE.md")
    asked = parser.parse_args()
    if asked.write and (asked.cases or asked.quick):
        parser.error("--write is for a run of all cases in full: the table would lose the others")
    if asked.quick:  # read by bench.measure when it is imported
        os.environ["CNNVIZ_BENCH_QUICK"] = "1"
    from bench import measure, table

    for case in asked.cases or (QUICK if asked.quick else CASES):
        importlib.import_module(f"bench.{case}").run()
    print(table.text(measure.LINES))
    if asked.write:
        file = Path(__file__).parents[1] / "PERFORMANCE.md"
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        table.write(measure.LINES, file, below=before[before.index(NOTES) :] if NOTES in before else "")


if __name__ == "__main__":
    main()
