"""Deck D2's table of ready networks: the file agrees with the deck, the checks with a calculation by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnviz.ledger import ARCHITECTURES, BatchNorm, keras, ledger

ROWS = {row.model: row for row in keras.table()}


def test_every_row_of_the_deck_is_there_as_it_stands(shared: Path) -> None:
    deck = (shared / "seeds" / "002_e7b2e8738bc471b8.txt").read_text(encoding="utf-8").splitlines()
    start = next(k for k, line in enumerate(deck) if line.startswith("Model\tSize (MB)"))
    lines = [line.split("\t") for line in deck[start + 1 : start + 36] if line.strip()]
    assert len(lines) == 33 and len(ROWS) == 33
    for model, size, top1, top5, parameters, depth, cpu, gpu in lines:
        row = ROWS[model]
        assert (row.size_mb, row.top1_percent, row.top5_percent) == (float(size), float(top1[:-1]), float(top5[:-1]))
        assert row.parameters_millions == float(parameters[:-1])
        told = [None if text.strip() == "-" else float(text) for text in (depth, cpu, gpu)]
        assert [row.depth, row.cpu_ms, row.gpu_ms] == told


@pytest.mark.parametrize(
    ("model", "mebibytes"), [("VGG16", 528.0), ("ResNet50", 97.7), ("EfficientNetB7", 254.4), ("EfficientNetB0", 20.2)]
)
def test_the_weights_in_mebibytes(model: str, mebibytes: float) -> None:
    assert ROWS[model].mebibytes == pytest.approx(mebibytes, abs=0.06)


def test_the_column_headed_mb_is_in_mib() -> None:
    usual = [row for row in ROWS.values() if row not in keras.outliers(ROWS.values())]
    assert len(usual) == 23
    assert keras.nearer_to_mebibytes(usual) == 18
    vgg = ROWS["VGG16"]
    assert vgg.size_mb == round(vgg.mebibytes) and vgg.size_mb != round(vgg.megabytes)


def test_the_files_that_are_too_large() -> None:
    found = {row.model: row.excess for row in keras.outliers(ROWS.values())}
    assert next(iter(found)) == "EfficientNetB0"
    assert found["EfficientNetB0"] == pytest.approx(0.43, abs=0.005)
    assert found["NASNetMobile"] == pytest.approx(0.14, abs=0.005)
    second = [found[row.model] for row in ROWS.values() if row.family == "EfficientNetV2"]
    assert len(second) == 7 and all(0.05 < excess < 0.09 for excess in second)


def test_depth_counts_different_things() -> None:
    wrong = {row.model for row in keras.inconsistent_depths(ROWS.values())}
    assert not wrong & {"VGG16", "VGG19"}
    assert wrong == {name for name in ROWS if name.startswith(("ResNet", "DenseNet"))}
    assert ROWS["ResNet50"].named_depth == 50 and ROWS["ResNet152V2"].named_depth == 152


def test_what_a_gpu_brings() -> None:
    timed = keras.speedups(ROWS.values())
    assert len(timed) == 26
    assert (timed[0].model, round(timed[0].speedup or 0, 1)) == ("NASNetMobile", 4.0)
    assert (timed[-1].model, round(timed[-1].speedup or 0, 1)) == ("EfficientNetB7", 25.6)


def test_every_column_has_a_number_or_a_dash_for_every_row() -> None:
    for column in keras.COLUMNS:
        found = [keras.value(row, column) for row in ROWS.values()]
        assert sum(number is None for number in found) in {0, 7}


@pytest.mark.parametrize(
    ("model", "name", "biases"),
    [("VGG16", "vgg16", False), ("ResNet50", "resnet50", True), ("ResNet152", "resnet152", True),
     ("DenseNet121", "densenet121", False), ("MobileNetV2", "mobilenet_v2", False)],
)  # fmt: skip
def test_keras_counts_running_statistics_and_biases_as_well(model: str, name: str, *, biases: bool) -> None:
    """Mean and variance of every normalized channel, and in its ResNets a bias before each."""
    made = ledger(ARCHITECTURES[name])
    normalized = sum(row.output[0] for row in made.rows if isinstance(row.layer, BatchNorm))
    total = made.params + (3 if biases else 2) * normalized
    assert round(total / 1e6, 1) == ROWS[model].parameters_millions
