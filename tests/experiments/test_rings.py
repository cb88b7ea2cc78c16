"""Rings of a map, and how much of it groups of tiles explain."""

import numpy as np
import pytest

from forge.experiments.statistics.rings import distances, explained

CROSS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])


def test_distances_from_the_middle() -> None:
    assert distances(5).tolist() == [
        [2, 2, 2, 2, 2],
        [2, 1, 1, 1, 2],
        [2, 1, 0, 1, 2],
        [2, 1, 1, 1, 2],
        [2, 2, 2, 2, 2],
    ]
    assert distances(1).tolist() == [[0]]
    for size in (0, 4):
        with pytest.raises(ValueError, match=f"{size} tiles across has no middle"):
            distances(size)


def test_explained_by_hand() -> None:
    # Five tiles of 0, 2, 2, 2, 4 and four of 6, 8, 8, 10 (the cross). Means 2 and 8; squares within 8 and 8; the mean
    # of all is 42/9, squares in all 8 + 8 + 5 · (2 − 14/3)² + 4 · (8 − 14/3)² = 16 + 80. 1 − (16/7)/(96/8) = 17/21.
    values = np.array([[0.0, 6, 2], [8, 4, 8], [2, 10, 2]])
    assert explained(values, CROSS) == pytest.approx(17 / 21)


def test_a_map_of_groups_is_explained_whole() -> None:
    maps = np.stack([CROSS * 3.0 + 1, 7.0 - CROSS, CROSS * 1e-9])
    assert explained(maps, CROSS).tolist() == pytest.approx([1, 1, 1])


def test_tiles_without_a_number_do_not_count() -> None:
    values = np.array([[np.nan, 6, 2], [8, 4, 8], [2, np.nan, 0]])
    # 2, 4, 2, 0 around 2 and 6, 8, 8 around 22/3: within 8 + 8/3; all around 30/7: 0..8 squares 188 − 900/7.
    within, total = 8 + 8 / 3, 188 - 900 / 7
    assert explained(values, CROSS) == pytest.approx(1 - (within / 5) / (total / 6))


def test_groups_explain_nothing_of_noise_on_average() -> None:
    """2,000 maps of noise: plainly, 8 groups of 225 tiles would explain 3.1 % of the variance."""
    found = explained(np.random.default_rng(1).normal(size=(2000, 15, 15)), distances(15))
    assert abs(found.mean()) < 3 * found.std() / np.sqrt(2000)
    assert found.min() < 0 < found.max()


@pytest.mark.parametrize("values", [np.full((3, 3), 0.1), np.full((3, 3), np.nan), np.where(CROSS, np.nan, 1.0)])
def test_a_map_without_variance_says_nothing(values: np.ndarray) -> None:
    assert np.isnan(explained(values, CROSS))


def test_as_many_groups_as_tiles_say_nothing() -> None:
    assert np.isnan(explained(np.arange(9.0).reshape(3, 3), np.arange(9).reshape(3, 3)))
