"""The plane of rate α and momentum β on a quadratic: where it converges, how fast, and where the student stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from cnnviz.figures.colours import table
from cnnviz.ui import state
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root"><svg tabindex="0" role="application"></svg>
<div class="bar"><span>0: fast</span><canvas width="32" height="1" role="img" aria-label="Colour scale"></canvas>
<span>1: stands still</span><i></i><span>diverges</span></div><output class="read"></output></div>"""
_mount = component(
    "stability",
    html=_HTML,
    css=style("stability"),
    js=script("packing", "settling", "axes", "stability"),
)


@dataclass(frozen=True)
class Plane:
    """What is drawn: the point in view, the best one, and the largest α of the picture; ``label`` says it in words."""

    kappa: float
    alpha: float
    beta: float
    best: tuple[float, float]
    reach: float
    label: str


def stability(plane: Plane, *, key: str, on_point: Callable[[], None]) -> None:
    """Draw ``plane``; ``on_point`` is called once the point has been moved and has settled: :func:`pointed`."""
    data = asdict(plane) | {"colours": packed(table("viridis")[::-8], "u1"), "generation": state.generation()}
    _mount(key=key, data=data, on_point_change=on_point)


def pointed(key: str) -> tuple[float, float] | None:
    """The α and β that were chosen in the picture; what a browser sends is not trusted."""
    found = getattr(state.get(key), "point", None)
    if not isinstance(found, dict):
        return None
    alpha, beta = found.get("alpha"), found.get("beta")
    if not (isinstance(alpha, (int, float)) and isinstance(beta, (int, float))):
        return None
    return (float(alpha), float(beta)) if 0 < alpha < 10 and 0 <= beta < 1 else None  # NaN is neither
