"""``python -m bench [case …]``: run the cases named, or all."""

from __future__ import annotations

import importlib
import sys

CASES = ("cam", "occlusion", "actmax", "paths", "rerun", "first_paint", "frames", "animation", "training", "watching")

if __name__ == "__main__":
    for case in sys.argv[1:] or CASES:
        importlib.import_module(f"bench.{case}").run()
