"""Words about a map come from numbers that hold."""

import numpy as np
import pytest

from cnnviz.cam.spread import against, half_area, peak


@pytest.mark.parametrize(
    ("values", "share"),
    [
        (np.ones((4, 5)), 0.5),
        (np.eye(10)[:1], 0.1),
        (np.array([[3.0, 2.0, 1.0, -9.0]]), 0.25),
        (np.array([[2.0, 2.0, 1.0, 1.0]]), 0.5),
        (-np.ones((2, 2)), 1.0),
        (np.zeros((2, 2)), 1.0),
    ],
)
def test_half_of_the_positive_part_lies_in_this_share_of_the_cells(values: np.ndarray, share: float) -> None:
    assert half_area(values) == share


def test_the_share_against_counts_negative_cells_only() -> None:
    assert against(np.array([[-1.0, 0.0, 2.0, -3.0]])) == 0.5


@pytest.mark.parametrize(
    ("cell", "where"),
    [((0, 0), ("top", "left")), ((4, 8), ("middle", "right")), ((8, 4), ("bottom", "centre"))],
)
def test_the_peak_is_found_in_thirds(cell: tuple[int, int], where: tuple[str, str]) -> None:
    values = np.zeros((9, 9))
    values[cell] = 1
    assert peak(values) == where
