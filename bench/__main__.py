"""``python -m bench [case …]``: run the cases named, or all; one JSON object per line, then a table to read.

``--quick``: few rounds of the short cases, about two minutes. ``--write``: put the rows into PERFORMANCE.md, where
those of cases that are not named stay as they are.
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


def main() -> None:
    """Read the arguments, measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], metavar="case", help=", ".join(CASES))
    parser.add_argument("--quick", action="store_true", help="few rounds, about two minutes")
    parser.add_argument("--write", action="store_true", help="put the rows into PERFORMANCE.md")
    asked = parser.parse_args()
    if asked.write and asked.quick:
        parser.error("--write is for cases in full")
    if asked.quick:  # read by bench.measure when it is imported
        os.environ["CNNVIZ_BENCH_QUICK"] = "1"
    from bench import measure, table

    for case in asked.cases or (QUICK if asked.quick else CASES):
        importlib.import_module(f"bench.{case}").run()
    print(table.text(measure.LINES))
    if asked.write:
        table.write(measure.LINES, Path(__file__).parents[1] / "PERFORMANCE.md", whole=not asked.cases)


if __name__ == "__main__":
    main()
