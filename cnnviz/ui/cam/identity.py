"""Where a map adds up to the score: which multiple of its mean, with the bias, is the logit; and why not elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.cam import METHODS, Explanation, gap_linear_head

if TYPE_CHECKING:
    from cnnviz.models import Network


def factor(shown: Explanation) -> float | None:
    """``f`` with ``f * mean(map) + bias = logit``: 1 for CAM, the number of cells for its relatives; else ``None``."""
    if shown.bias is None or not METHODS[shown.method].adds_up:
        return None
    return 1.0 if shown.method == "cam" else float(shown.map.size)


def symbol(shown: Explanation) -> str:
    """What that multiple of the mean is, in LaTeX."""
    return r"\overline{M}" if shown.method == "cam" else r"h\,w\,\overline{M}"


def plain(shown: Explanation) -> str:
    """The same without LaTeX."""
    return "Mean of the sum" if shown.method == "cam" else "Cells × mean of the sum"


def why_not(network: Network, shown: Explanation) -> str:
    """In a sentence, why this map does not add up to the logit."""
    title = METHODS[shown.method].title
    with network.lock:
        last = gap_linear_head(network.model, shown.layer) is not None
    if last:
        return f"{title} weighs the channels in another way, so its sum is not the logit: choose *CAM* for one that is."
    if METHODS[shown.method].needs_gradients:
        return (
            "**Only first-order here**: layers with nonlinearities follow, so the map tells how the score changes with "
            "a small change of this layer; it does not add up to the logit. On the last map of a network with global "
            "average pooling it does."
        )
    return (
        f"Layers with nonlinearities follow, and {title} does not ask for the slope: it does not add up to the logit."
    )
