"""The pooling lecture's examples: the decks' numbers, where the decks err, and what no deck shows."""

from __future__ import annotations

from cnnviz.ui.pooling.input import CS231N
from cnnviz.ui.presets import Preset

SAME = "same"  # across as down


def _set(**values: object) -> dict[str, object]:
    """The controls of an example that slides a window; names are those of the records above."""
    plain = {"input": "numbers", "numbers": CS231N, "kind": "max", "window": 2, "step": 2, "border": 0, "ceil": False}
    plain |= {"width": SAME, "across": SAME, "dilation": 1}
    chosen = plain | values
    if chosen["input"] != "numbers":
        del chosen["numbers"]
    return {f"pool-{name}": value for name, value in chosen.items()}


def _random(rows: int, columns: int, channels: int) -> dict[str, object]:
    return {"random-rows": rows, "random-columns": columns, "random-channels": channels, "random-seed": 0}


EXAMPLES = (
    Preset(
        "6, 8 / 3, 4",
        _set(),
        "Of each 2×2 window the largest number stays: 6, 8 / 3, 4, as on the slide. The matrix is CS231n's.",
        "Deck D1, max pooling",
    ),
    Preset(
        "Its true averages",
        _set(kind="average"),
        "The averages of the same matrix are 3.25, 5.25 / 2, 2. The deck's slide on average pooling shows 5, 3 / 4, 5, "
        "which belong to another matrix that the slide does not show.",
        "Deck D1, average pooling",
    ),
    Preset(
        "5, 3 / 4, 5",
        _set(kind="average", numbers="2 8 1 5; 4 6 2 4; 1 7 9 3; 3 5 2 6"),
        "A matrix of our own whose averages are the slide's 5, 3 / 4, 5. The slide calls them “max pool with 2x2 "
        "filters and stride 2”: a slip, the maxima here are 8, 5 / 7, 9.",
        "Deck D1, average pooling",
    ),
    Preset(
        "AlexNet overlaps",
        _set(input="random", window=3, step=2) | _random(13, 13, 1),
        "AlexNet's last pooling makes 6×6 of 13×13: windows of 3 that move by 2 share a row with their neighbours. "
        "Its authors found 0.4 points less top-1 error than with 2×2 windows that move by 2.",
        "Krizhevsky et al. 2012, §3.4",
    ),
    Preset(
        "Global average",
        {"pool-input": "random", "pool-kind": "global-average"} | _random(7, 7, 3),
        "One number per channel, whatever the size of the input: how ResNet ends, and what class activation maps need.",
        "Lin et al. 2014; deck D2, CAM with GAP",
    ),
    Preset(
        "Moved by one",
        _set(numbers="0 0 1 1 0 0 1 1", window=1, width="2", step=1, across="2") | {"shift-of": "input", "shift": "1"},
        "The deck says that pooling makes the answer approximately the same when the input moves. In the section "
        "below this signal moves by one: 0, 1, 0, 1 becomes 1, 1, 1, 1, and half of the cells change.",
        "Deck D4, the three stages; the signal is Zhang's, 2019",
    ),
    Preset(
        "A row left over",
        _set(numbers="1 2 3 4 9; 5 6 7 8 9; 1 2 3 4 9; 5 6 7 8 9; 9 9 9 9 9", gradient="all"),
        "5 is no multiple of 2, so the last row and column are under no window: their nines are never seen and learn "
        "nothing. Keep the last, incomplete window and they win.",
        "",
    ),
    Preset(
        "A picture",
        _set(input="digit", window=4, step=4),
        "A quarter of the size: max pooling keeps the strokes white and makes them thicker; try the average, which "
        "makes them gray.",
        "Deck D3, max pooling",
    ),
)
