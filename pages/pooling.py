"""Pooling: what is left of a window, where the gradient goes, and what a shift does."""

from __future__ import annotations

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Pooling",
    section="Convolution",
    order=30,
    icon=":material/grid_view:",
    question="What is left of each window, who learns from it, and does it matter if the picture moves?",
    summary="Max, average, overlapping and global pooling with real numbers, the way back of the gradient, and shifts.",
    references=(
        Reference("Krizhevsky et al. 2012, §3.4 (overlapping)", "https://papers.nips.cc/paper/4824"),
        Reference("Lin et al. 2014 (global average)", "https://arxiv.org/abs/1312.4400"),
        Reference("Zhang 2019 (shift-invariance, BlurPool)", "https://arxiv.org/abs/1904.11486"),
        Reference("Decks D1, “Pooling”; D3, max pooling; D4, the three stages"),
    ),
    pictures=(
        Picture("pooling-max.webp", "The largest of four stays", "Max pooling of a 4 by 4 matrix", {}),
        Picture(
            "pooling-gradient.webp",
            "Only the winners learn",
            "The gradient flows back to the largest cells",
            {"pool-gradient": "all"},
        ),
        Picture(
            "pooling-average.webp", "The mean of four", "Average pooling of a 4 by 4 matrix", {"pool-kind": "average"}
        ),
        Picture(
            "pooling-digit.webp",
            "A digit at a quarter of the size",
            "A handwritten five, pooled",
            {"pool-input": "digit", "pool-window": "4", "pool-step": "4"},
        ),
    ),
)


def render() -> None:
    """Controls left, the window right; below it the numbers, then how far a shift moves the output."""
    with ui.presets.presets(ui.pooling.examples.EXAMPLES):
        side, main = body()
        with side:
            shown = ui.pooling.controls.choose_pooled()
        with main:
            ui.pooling.controls.draw(shown)
        ui.pooling.reading.strip(shown)
        ui.pooling.shifting.section(shown)


if __name__ == "__main__":
    run(LECTURE, render)
