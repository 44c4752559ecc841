"""Deck D2's table of ready networks as a scatter and a sortable table, and what a check of the table finds."""

from __future__ import annotations

import streamlit as st

from cnnviz.ledger import keras
from cnnviz.ui.components.scatter import Dots, scatter
from cnnviz.ui.controls import choose
from cnnviz.ui.counting.table import percent
from cnnviz.ui.presets import Preset, note, presets

_ROWS = {row.model: row for row in keras.table()}

CHECKS = (
    Preset(
        "“MB” are MiB",
        {"ask": "keras", "zoo-x": "mebibytes", "zoo-y": "size_mb", "zoo-scale-x": "logarithmic"},
        "Four bytes per parameter give 528.0 MiB for VGG16 and 97.7 for ResNet50, as the column headed “MB” says; in "
        "MB they would be 553.6 and 102.4. EfficientNetB0 (29, not 20.2) and NASNetMobile (23, not 20.2) are out of "
        "line, and all of EfficientNetV2 is 5 to 9 % above.",
        "Deck D2, Available models",
    ),
    Preset(
        "Depth is no one thing",
        {"ask": "keras", "zoo-x": "depth", "zoo-y": "top1_percent", "zoo-scale-x": "logarithmic"},
        "VGG16's depth 16 counts layers with weights; ResNet50's 107 counts batch norm and activations as well. The "
        "two cannot be compared.",
        "Deck D2, Available models",
    ),
    Preset(
        "What a GPU brings",
        {"ask": "keras", "zoo-x": "cpu_ms", "zoo-y": "speedup", "zoo-scale-x": "logarithmic"},
        "From 4.0 times (NASNetMobile: many small layers) to 25.6 times (EfficientNetB7). EfficientNetV2 has no times.",
        "Deck D2, Available models",
    ),
)
SCALES = ("logarithmic", "linear")


@presets(CHECKS, key="example-keras", label="From the deck")
def zoo() -> None:
    """Axes to choose, the scatter with its table, and what to know about the table."""
    side, main = st.columns([1, 3], gap="medium")
    with side:
        dots = _axes()
        st.markdown(errata())
    rows = [
        (row.model, row.family, {column: keras.value(row, column) for column in keras.COLUMNS}) for row in keras.table()
    ]
    with main:
        scatter(
            rows,
            keras.COLUMNS,
            dots,
            marked=_marked(dots),
            label=f"{keras.COLUMNS[dots.y]} against {keras.COLUMNS[dots.x]} for {len(rows)} networks of Keras",
            key="zoo",
        )
        note(CHECKS)


def _axes() -> Dots:
    names, title = list(keras.COLUMNS), keras.COLUMNS.__getitem__
    x = choose("Across", names, key="zoo-x", default="parameters_millions", title=title)
    scale_x = choose("Scale across", SCALES, key="zoo-scale-x", default="logarithmic")
    y = choose("Up", names, key="zoo-y", default="top1_percent", title=title)
    scale_y = choose("Scale up", SCALES, key="zoo-scale-y", default="linear")
    return Dots(x, y, scale_x == "logarithmic", scale_y == "logarithmic")


def _marked(dots: Dots) -> list[str]:
    """What is ringed: the rows that a check found, where their column is on an axis."""
    shown = {dots.x, dots.y}
    if shown & {"size_mb", "mebibytes", "excess_percent"}:
        return [row.model for row in keras.outliers(_ROWS.values())]
    if "depth" in shown:
        return [row.model for row in keras.inconsistent_depths(_ROWS.values())]
    return []


def errata() -> str:
    """What the table's own numbers say about it."""
    rows = keras.table()
    odd = keras.outliers(rows)
    usual = [row for row in rows if row not in odd]
    depths = keras.inconsistent_depths(rows)
    timed = keras.speedups(rows)
    return f"""- **“MB” means MiB**: {keras.nearer_to_mebibytes(usual)} of {len(usual)} files are nearer to 4 bytes per
  parameter in MiB than in MB.
- **{len(odd)} files** (ringed) are over {percent(keras.OUTLIER, 1)} larger than their weights, {odd[0].model} by
  {percent(odd[0].excess, 1)}.
- **Depth**: ResNet50 has {_ROWS["ResNet50"].depth}. {len(depths)} rows do not give the number in their name.
- **GPU**: {timed[0].speedup:.1f} times faster ({timed[0].model}) to {timed[-1].speedup:.1f} times ({timed[-1].model}).
- Keras also counts batch norm's running means and variances, and its ResNets have biases before batch norm: 60.4 M for
  ResNet152, 60.2 M in the ledger above."""
