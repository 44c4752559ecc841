"""The table of ready networks on deck D2 (Keras Applications): its 33 rows, and what a check of it finds.

``assets/keras_applications.csv`` has the deck's numbers as they stand there. Nothing is corrected in the file; the
properties of :class:`Published` and the functions below say where the table does not agree with itself.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType

from cnnviz.paths import ASSETS

MEGA, MEBI, FLOAT = 1e6, 2**20, 4
OUTLIER = 0.05  # a file this much larger than its weights holds something else as well


@dataclass(frozen=True)
class Published:
    """One row: size of the file, accuracies in percent, parameters in millions, depth, ms per inference step.

    ``depth``, ``cpu_ms`` and ``gpu_ms`` are None for the EfficientNetV2 family: the table has a dash.
    """

    model: str
    size_mb: float
    top1_percent: float
    top5_percent: float
    parameters_millions: float
    depth: int | None
    cpu_ms: float | None
    gpu_ms: float | None

    @property
    def family(self) -> str:
        """The name without its number: ``VGG``, ``ResNet``, ``EfficientNetV2``."""
        return _FAMILY[next(stem for stem in _FAMILY if self.model.startswith(stem))]

    @property
    def mebibytes(self) -> float:
        """Four bytes per parameter, in MiB of 2²⁰ bytes: within 1 % of most rows of the column headed "MB"."""
        return self.parameters_millions * MEGA * FLOAT / MEBI

    @property
    def megabytes(self) -> float:
        """Four bytes per parameter, in MB of 10⁶ bytes."""
        return self.parameters_millions * FLOAT

    @property
    def excess(self) -> float:
        """How much larger the file is than its weights: 0.43 for EfficientNetB0."""
        return self.size_mb / self.mebibytes - 1

    @property
    def speedup(self) -> float | None:
        """CPU time over GPU time of one step; None without times."""
        return self.cpu_ms / self.gpu_ms if self.cpu_ms and self.gpu_ms else None

    @property
    def named_depth(self) -> int | None:
        """The number in the name where it counts layers with weights: 16 for VGG16, 50 for ResNet50V2."""
        found = re.fullmatch(r"(?:VGG|ResNet|DenseNet)(\d+)(?:V2)?", self.model)
        return int(found[1]) if found else None


_FAMILY = {
    "VGG": "VGG",
    "ResNet": "ResNet",
    "DenseNet": "DenseNet",
    "Inception": "Inception, Xception",
    "Xception": "Inception, Xception",
    "MobileNet": "MobileNet",
    "NASNet": "NASNet",
    "EfficientNetV2": "EfficientNetV2",
    "EfficientNetB": "EfficientNet",
}

COLUMNS = MappingProxyType(
    {
        "parameters_millions": "Parameters, millions",
        "top1_percent": "Top-1 accuracy, %",
        "top5_percent": "Top-5 accuracy, %",
        "size_mb": "File, “MB”",
        "depth": "Depth",
        "cpu_ms": "CPU, ms per step",
        "gpu_ms": "GPU, ms per step",
        "speedup": "GPU faster, times",
        "mebibytes": "Weights, MiB",
        "excess_percent": "File over weights, %",
    }
)
"""What can be drawn against what, by name."""


def value(row: Published, column: str) -> float | None:
    """The number of ``row`` in one of :data:`COLUMNS`; None where the table has a dash."""
    if column == "excess_percent":
        return 100 * row.excess
    found: float | None = getattr(row, column)
    return found


@cache
def table() -> tuple[Published, ...]:
    """All rows, in the deck's order."""
    with (ASSETS / "keras_applications.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_row(line) for line in csv.DictReader(file))


def _row(line: dict[str, str]) -> Published:
    numbers = {field.name: _number(line[field.name]) for field in fields(Published) if field.name != "model"}
    depth = numbers.pop("depth")
    return Published(line["model"], **numbers, depth=None if depth is None else int(depth))  # type: ignore[arg-type]


def _number(text: str) -> float | None:
    return float(text) if text else None


def nearer_to_mebibytes(rows: Iterable[Published]) -> int:
    """How many rows state a size nearer to 2²⁰ than to 10⁶ bytes: if most do, the header "MB" means MiB."""
    return sum(abs(row.size_mb - row.mebibytes) < abs(row.size_mb - row.megabytes) for row in rows)


def outliers(rows: Iterable[Published]) -> tuple[Published, ...]:
    """Rows whose file is more than :data:`OUTLIER` larger than four bytes per parameter, largest excess first."""
    return tuple(sorted((row for row in rows if row.excess > OUTLIER), key=lambda row: -row.excess))


def inconsistent_depths(rows: Iterable[Published]) -> tuple[Published, ...]:
    """Rows whose "depth" is not the number of layers with weights that their name gives."""
    return tuple(row for row in rows if row.named_depth is not None and row.named_depth != row.depth)


def speedups(rows: Iterable[Published]) -> tuple[Published, ...]:
    """Rows with times, smallest gain of the GPU first."""
    timed = [(row.speedup, row) for row in rows if row.speedup is not None]
    return tuple(row for _, row in sorted(timed, key=lambda pair: pair[0]))
