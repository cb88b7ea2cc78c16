"""What a line of metrics tells of a society, by hand."""

import numpy as np
import pytest

from forge.blade.grown.kinds import COUNT
from forge.blade.society.census import Census, of_all
from forge.ethyr.learning.society import SOCIETY, society

#: Two worlds of two populations.
MEMBERS = np.array([[3, 1], [0, 4]])
PRICES = np.full((2, COUNT), np.nan)
PRICES[0, 0], PRICES[1, 0], PRICES[1, 5] = 2, 5, 13
TRADED = np.zeros((2, COUNT), int)
TRADED[0, 0], TRADED[1, 0], TRADED[1, 5] = 6, 2, 4
LEVELS = np.ones((2, 2, 9), int) * MEMBERS[..., None]
LEVELS[0, 0, 5] = 3 + 6  # its three have 9 levels of fishing together
FOUND = Census(
    members=MEMBERS,
    levels=LEVELS,
    goods=np.array([[[30, 6, 48.5], [5, 0, 5]], [[0, 0, 0], [9, 2, 12]]]),
    gini=np.array([[0.5], [0.25]]),
    median=np.array([[11.0], [2.0]]),
    prices=PRICES,
    families=np.array([[[2, 3], [0, 0]], [[0, 0], [1, 1]]]),
    crafts=np.array([[[8, 0, 0, 0], [0, 2, 0, 0]], [[0, 0, 0, 0], [0, 6, 0, 0]]]),
    children=np.array([[[4], [1]], [[0], [2]]]),
    traded=TRADED,
)


def test_a_line_by_hand() -> None:
    line = society(FOUND, steps=np.array([400, 1600]), deaths=np.array([8, 0]))
    # 44 gold of 8 agents; 30 of the 3 of population 0, 14 of the 5 of population 1
    assert (line["gold"], line["gold_by_population"]) == (5.5, [10.0, 2.8])
    assert (line["items"], line["items_by_population"]) == (1.0, [2.0, 0.4])
    assert line["wealth"] == pytest.approx(65.5 / 8, abs=6e-4)
    assert (line["wealth_median"], line["wealth_gini"]) == (6.5, 0.375)
    assert (line["price_shrimp"], line["price_cooked_shrimp"], line["price_iron_armour"]) == (3.5, 13.0, None)
    # 12 units in 2,000 agent steps, 8 of them shrimp
    assert (line["volume"], line["volume_shrimp"], line["volume_iron_armour"]) == (6.0, 4.0, 0.0)
    # 8 works of 400 agent steps, all fishing; 8 of 1,600, all cooking
    assert (line["crafts"], line["crafts_by_population"]) == (8.0, [20.0, 5.0])
    assert (line["crafts_cooking"], line["crafts_cooking_by_population"]) == (4.0, [0.0, 5.0])
    assert line["specialisation"] == 1.0  # two trades, equally often, each of one population
    assert (line["level_fishing"], line["level_fishing_by_population"]) == (14 / 8, [3.0, 1.0])
    # 7 children, 8 lives ended: all of population 0
    assert (line["children"], line["children_by_population"]) == (0.875, [0.5, None])
    assert (line["family"], line["family_by_population"]) == (1.333, [1.5, 1.0])
    known = [name for metric in SOCIETY for name in (metric.name, metric.each) if name.islower()]
    assert set(known) < set(line)
    assert all(isinstance(value, list | float | None) for value in line.values())


def test_worlds_without_such_systems_tell_nothing() -> None:
    empty = Census(
        *(np.zeros((2, 2, 0), int) for _ in range(3)),
        *(np.zeros((2, 0)) for _ in range(3)),
        *(np.zeros((2, 2, 0), int) for _ in range(3)),
        np.zeros((2, 0), int),
    )
    assert society(empty, np.array([400, 1600]), np.array([8, 0])) == {}


def test_times_and_worlds_add_up() -> None:
    later = FOUND._replace(members=MEMBERS + 1, traded=TRADED * 3)
    assert later.since(FOUND).traded.tolist() == (2 * TRADED).tolist()
    both = FOUND.and_then(later)
    assert both.traded.tolist() == (4 * TRADED).tolist()
    assert both.members.tolist() == (MEMBERS + 1).tolist()  # how things are is not added up
    assert of_all([FOUND, later]).members.tolist() == [*MEMBERS.tolist(), *(MEMBERS + 1).tolist()]
    assert FOUND.only(slice(0, 1)).crafts.shape == (2, 1, 4)
    assert FOUND.only(slice(0, 1)).traded.shape == (2, COUNT)
