"""A page of the app without a browser, and what stands on it."""

from __future__ import annotations

import statistics
import time

from streamlit.testing.v1 import AppTest

from cnnviz.paths import PAGES


def on_page(stem: str, **query: str) -> AppTest:
    """The page drawn as its link with ``query`` draws it (``_`` for ``-``), without a complaint."""
    app = AppTest.from_file(str(PAGES / f"{stem}.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key.replace("_", "-")] = value
    app.run()
    assert not app.exception and not app.error
    return app


def text(app: AppTest) -> str:
    """All running text."""
    return " ".join(block.value for block in app.markdown)


def formulas(app: AppTest) -> str:
    """All formulas."""
    return " ".join(block.value for block in app.latex)


def rerun_seconds(app: AppTest) -> float:
    """Median CPU seconds of a rerun; the best of three medians, as a busy machine spoils some."""

    def median() -> float:
        spent = []
        for _ in range(7):
            start = time.process_time()
            app.run()
            spent.append(time.process_time() - start)
        return statistics.median(spent)

    return min(median() for _ in range(3))
