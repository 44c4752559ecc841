"""What one rerun of each page costs the server, in CPU time: the budget is 60 ms, it decides how many students fit."""

from __future__ import annotations

import statistics
import time

from streamlit.testing.v1 import AppTest

from bench.measure import ROUNDS, report
from cnnviz.paths import PAGES


def run() -> None:
    """One line per page, after a first run that fills the caches."""
    for path in sorted(PAGES.glob("*.py")):
        app = AppTest.from_file(str(path), default_timeout=60).run()
        spent = []
        for _ in range(ROUNDS):
            start = time.process_time()
            app.run()
            spent.append(1000 * (time.process_time() - start))
        report(
            f"rerun of {path.stem}", {"ours": statistics.median(spent)}, agreement="no exception" * (not app.exception)
        )
