"""Filter statistics: equal to numpy over all answers at once; sheets keep the numbers they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.features import FeatureError, Source, statistics
from cnnviz.features.sheets import laid_out, levels, limits, quantized, shrunk
from cnnviz.models import Network
from tests.features.conftest import hooked


@pytest.mark.parametrize("layer", ["last", "act"])
@pytest.mark.parametrize("target", [None, "beech"])
def test_wins_are_those_of_numpy(
    network: Network, source: Source, pictures: np.ndarray, *, layer: str, target: str | None
) -> None:
    chosen = pictures if target is None else pictures[source.labels == 1]
    answers = hooked(network, layer, chosen)
    *_, found = statistics(network, layer, source, target=target)
    assert found.seen == found.total == len(chosen)
    best = np.where(answers.max(1) > 0, answers.argmax(1), -1)
    for unit in range(answers.shape[1]):
        np.testing.assert_array_equal(found.wins[unit], (best == unit).sum(0))
    np.testing.assert_array_equal(found.silent, (best == -1).sum(0))
    assert (found.wins.sum(0) + found.silent == len(chosen)).all()
    np.testing.assert_allclose(found.means, answers.mean(0), atol=1e-5)
    np.testing.assert_allclose(found.shares(), [(best == unit).mean() for unit in range(answers.shape[1])])
    for row, column in np.ndindex(*best.shape[1:]):
        counts = np.bincount(best[:, row, column] + 1, minlength=answers.shape[1] + 1)
        assert counts[found.winners()[row, column] + 1] == counts.max()
        assert found.sureness()[row, column] == pytest.approx(counts.max() / len(chosen))


def test_on_its_own_scale_no_filter_wins_by_large_weights(
    network: Network, source: Source, pictures: np.ndarray
) -> None:
    raw, plain = (list(statistics(network, "last", source, standard=own))[-1] for own in (False, True))
    answers = hooked(network, "last", pictures)
    mean, deviation = (f(answers, axis=(0, 2, 3), keepdims=True) for f in (np.mean, np.std))
    scores = (answers - mean) / deviation
    best = np.where(scores.max(1) > 0, scores.argmax(1), -1)
    np.testing.assert_array_equal(plain.wins[2], (best == 2).sum(0))
    network.model.last.weight[2] *= 50  # type: ignore[union-attr, operator]
    network.model.last.bias[2] *= 50  # type: ignore[union-attr, operator]
    scaled = list(statistics(network, "last", source, standard=True))[-1]
    assert np.abs(scaled.shares() - plain.shares()).max() < 0.02
    assert list(statistics(network, "last", source))[-1].shares()[2] > raw.shares()[2] + 0.02


def test_where_nobody_answers_nobody_wins(network: Network, source: Source) -> None:
    network.model.norm.bias.fill_(-1e3)  # type: ignore[union-attr, operator]
    *_, found = statistics(network, "act", source)
    assert found.wins.sum() == 0 and (found.winners() == -1).all() and (found.sureness() == 1).all()


def test_every_event_is_whole_and_a_class_that_is_not_there_is_told(
    network: Network, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.features.winning.BATCH_PIXELS", 5 * network.spec.side**2)
    events = list(statistics(network, "last", source))
    assert [event.seen for event in events] == [5, 10, 15, 20, 25, 30, 35, 37]
    assert all((event.wins.sum(0) + event.silent == event.seen).all() for event in events)
    for target in ("oak", 3):
        with pytest.raises(FeatureError) as told:
            next(iter(statistics(network, "last", source, target=target)))
        assert len(str(told.value)) <= 140


def test_bytes_stand_for_the_numbers_they_came_from() -> None:
    values = np.random.default_rng(2).normal(size=(7, 5, 6)).astype(np.float32)
    values[3] = 0.25  # a constant map has no range
    small, low, high = quantized(values)
    back = low[:, None, None] + (high - low)[:, None, None] * small / 255
    assert np.abs(back - values).max() <= (high - low).max() / 500


def test_large_layers_are_shrunk_by_means_and_small_ones_left_alone() -> None:
    values = np.arange(2 * 10 * 10, dtype=np.float32).reshape(2, 10, 10)
    assert shrunk(values) is values
    small = shrunk(values, 50)
    assert small.shape == (2, 5, 5) and small[1, 0, 0] == values[1, :2, :2].mean()
    assert shrunk(values[:, :, :9], 50).shape == (2, 5, 5)


def test_three_scales_say_what_one_colour_means() -> None:
    values = np.array([[[0.0, 1.0]], [[0.0, 4.0]]], np.float32)
    assert limits(values, "unit").tolist() == [[0, 1], [0, 4]]
    assert limits(values, "layer").tolist() == [[0, 4], [0, 4]]
    assert limits(values, "network", span=(-3.0, 8.0)).tolist() == [[0, 8], [0, 8]]
    signed = values - 2
    assert limits(signed, "unit").tolist() == [[-2, 2], [-2, 2]]
    assert limits(signed, "network", span=(-9.0, 8.0)).tolist() == [[-9, 9], [-9, 9]]
    assert levels(values, limits(values, "layer")).tolist() == [[[0, 64]], [[0, 255]]]
    assert levels(np.zeros((1, 1, 1), np.float32), limits(np.zeros((1, 1, 1), np.float32))).item() == 0


def test_tiles_lie_row_by_row() -> None:
    tiles = np.stack([np.full((2, 3, 3), k, np.uint8) for k in range(5)])
    sheet = laid_out(tiles, columns=2, enlarge=4)
    assert sheet.shape == (3 * (8 + 2) + 2, 2 * (12 + 2) + 2, 3)
    assert [int(sheet[3 + 10 * (k // 2), 3 + 14 * (k % 2), 0]) for k in range(5)] == [0, 1, 2, 3, 4]
    assert (sheet[22:, 16:] == 255).all()
