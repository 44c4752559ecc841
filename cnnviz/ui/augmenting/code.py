"""The augmentation lecture to take away: PyTorch lines, the command line, and the drawn numbers as JSON and CSV."""

from __future__ import annotations

import json
from dataclasses import fields

from cnnviz.augment import Drawn, Step
from cnnviz.ui.augmenting.controls import SIDE, Shown
from cnnviz.ui.augmenting.grid import Grid

HEAD = """import numpy as np
import torch
import torchvision.transforms.v2.functional as F
from cnnviz.data.images import thumbnail
"""


def code(shown: Shown, records: tuple[Drawn, ...]) -> str:
    """The lines that give a tile as ``x`` uint8 ``(3, H, W)``, runnable as they stand."""
    parts = [HEAD + _picture(shown), "x = torch.from_numpy(picture).permute(2, 0, 1)  # 3 × rows × columns, uint8"]
    for drawn in records:
        lines = drawn.augmentation.code(drawn.record)
        parts.append(f"# {drawn.augmentation.title}: {drawn.words()}" + (f"\n{lines}" if lines else ""))
    parts.append("print(x.shape, x.float().mean(dim=(1, 2)))")
    return "\n".join(parts) + "\n"


def _picture(shown: Shown) -> str:
    if shown.chosen.key.startswith("sample "):
        name = shown.chosen.key.removeprefix("sample ")
        return f'from cnnviz.data.samples import sample\n\npicture = thumbnail(sample("{name}"), {SIDE})'
    return (
        "from pathlib import Path\n\nfrom cnnviz.data.images import read_image\n\n"
        f'picture = thumbnail(read_image(Path("your-photo.jpg")), {SIDE})'
    )


def command(shown: Shown) -> str:
    """The command that does to a whole picture what the tile in view shows; nothing for a tile without a draw."""
    if shown.deck or shown.tile == 0 or not shown.steps:
        return ""
    parts = ["cnnviz augment picture.png"]
    for step in shown.steps:
        parts.append(f"--with {step.name}")
        parts += [f"--set {step.name}.{name}={value}" for name, value in changed(step).items()]
    return " ".join([*parts, f"--seed {shown.seed + shown.tile - 1}", "-o augmented.png"])


def changed(step: Step) -> dict[str, object]:
    """The settings that are not the default."""
    found = {field.name: (getattr(step.settings, field.name), field.default) for field in fields(step.settings)}
    return {name: value for name, (value, default) in found.items() if value != default}


def as_json(shown: Shown, grid: Grid) -> bytes:
    """Every tile with what was drawn for it."""
    height, width = shown.pixels.shape[:2]
    tiles = [
        {"tile": k, "seed": None if shown.deck or k == 0 else shown.seed + k - 1, "draws": [d.row() for d in records]}
        for k, records in enumerate(grid.records)
    ]
    return json.dumps({"size": [height, width], "tiles": tiles}, ensure_ascii=False, indent=1).encode()


def as_csv(grid: Grid) -> bytes:
    """A line per drawn number: tile, step, augmentation, name, value."""
    lines = ["tile,step,augmentation,name,value"]
    for k, records in enumerate(grid.records):
        for place, drawn in enumerate(records):
            row = drawn.row()
            values = {name: value for name, value in row.items() if name not in {"name", "words"}}
            lines += [f'{k},{place},{drawn.name},{name},"{value}"' for name, value in values.items()]
    return ("\n".join(lines) + "\n").encode()
