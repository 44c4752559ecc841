"""What reruns cost the server, in CPU time: of each page, and of one map of 400×400 beside plotly's.

A page may cost 60 ms in the median, the limit in its line: that decides how many students fit.
"""

from __future__ import annotations

import statistics
import time

from streamlit.testing.v1 import AppTest

from bench.measure import ROUNDS, interleaved, report
from cnnviz.paths import PAGES

BUDGET = 60.0  # ms
START = """
import numpy as np, streamlit as st
k = st.session_state.k = st.session_state.get("k", 0) + 1
values = np.hypot(*np.mgrid[-200:200, -200:200]).astype(np.float32) + k
"""
PLOTLY = "import plotly.graph_objects as go\nst.plotly_chart(go.Figure"
MAPS = {
    "ours": START
    + """
from cnnviz.ui.components.heatmap import Panel, View, heatmaps
panel = Panel("map", "", "a map", values, (0, 0, 400, 400))
heatmaps([panel], "data:,", size=(400, 400), view=View(), key="map", on_view=lambda: None)
""",
    "plotly, lists": f"{START}{PLOTLY}(go.Heatmap(z=values.tolist())))",
    "plotly, arrays": f"{START}{PLOTLY}(go.Heatmap(z=values)))",
}


def run() -> None:
    """One line per page, after a first run that fills the caches."""
    for path in sorted(PAGES.glob("*.py")):
        app = AppTest.from_file(str(path), default_timeout=60).run()
        spent = []
        for _ in range(ROUNDS):
            start = time.process_time()
            app.run()
            spent.append(1000 * (time.process_time() - start))
        agreement = "no exception" * (not app.exception)
        report(f"rerun of {path.stem}", {"ours": statistics.median(spent), "limit": BUDGET}, agreement=agreement)
    one_map()


def one_map() -> None:
    """A map that changes at each run, through the whole of Streamlit's run: ours, and as plotly's Heatmap of lists."""
    apps = {name: AppTest.from_string(script, default_timeout=60) for name, script in MAPS.items()}
    times = interleaved({name: app.run for name, app in apps.items()})
    bytes_sent = {name: sum(len(str(e.proto)) for e in app.main) for name, app in apps.items()}
    told = f"{bytes_sent['ours'] / 1000:.0f} kB against {bytes_sent['plotly, lists'] / 1000:.0f} kB of text"
    report("a map of 400×400 that changes at each rerun", times, agreement=told)
