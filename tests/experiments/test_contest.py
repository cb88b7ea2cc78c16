"""Contests: arithmetic by hand, and scripted players who meet half and half."""

import numpy as np
import pytest

from forge.blade import Chaos, Config, ConfigError, Law
from forge.experiments.evaluation.contest import Contest, arranged, compete, opponents
from forge.experiments.evaluation.entrants import scripted_entrant
from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.reports.contests import cells, estimates, values
from forge.experiments.statistics.estimate import ratio

SETTINGS = Settings(worlds=2, ticks=30, warmup=10, horizon=40)
WORLD = Law(**{"terrain.side": 32, "spawn.cap": 16})


Numbers = list[list[int]]


def meeting(lives: Numbers, lifetime: Numbers, reached: Numbers, won: Numbers) -> Evaluation:
    """Two worlds, two sides; `won` has the doubled bouts that each side has won in each world."""
    zero = np.zeros((2, 2), np.int64)
    bouts = np.zeros((2, 2, 2), np.int64)
    bouts[:, 0, 1], bouts[:, 1, 0] = np.array(won).T
    deaths = np.zeros((2, 2, 4), np.int64)
    return Evaluation(SETTINGS, 16, Counts(*map(np.array, (lives, lifetime, reached)), zero, zero, deaths), bouts)


#: In the first world 2 lives of 20 ticks in all against 4 of 20, in the second 2 of 40 against 4 of 60.
ONE = meeting([[2, 4], [2, 4]], [[20, 20], [40, 60]], [[0, 0], [1, 2]], [[12, 4], [8, 8]])
#: The same worlds, in which another run lives half as long and wins a quarter of the bouts.
OTHER = meeting([[2, 4], [2, 4]], [[10, 20], [20, 60]], [[0, 0], [0, 0]], [[4, 12], [4, 12]])


def test_a_contest_by_hand() -> None:
    # Means of 60 / 4 = 15 and 80 / 8 = 10 ticks; 20 bouts won and 12 lost, counted twice; 3 of 12 lives at the horizon.
    found = Contest("forager", (ONE,))
    assert found.lifetime == ratio(np.array([20, 40]), np.array([2, 2]), 1, (0, 40))
    assert (found.lifetime.value, found.theirs.value, found.ratio.value) == (15, 10, 1.5)
    assert found.odds.value == 20 / 12
    assert found.outlived.value == 3 / 12
    assert found.horizon == 40
    # Without either world: 20 / 15 and 10 / 5 times as long. Two worlds, so ± t(1) · √((2 − 1) / 2 · 2 · (1 / 3)²).
    assert found.ratio.high == pytest.approx(1.5 + 12.7062047 / 3, rel=1e-6)
    assert found.ratio.low == 0


def test_several_runs_are_one_estimate() -> None:
    found = Contest("forager", (ONE, OTHER))
    assert found.ratio.value == (1.5 + 0.75) / 2
    assert found.odds.value == (20 / 12 + 8 / 24) / 2
    assert found.theirs.value == 10
    assert found.lifetime.value == (15 + 7.5) / 2


def test_who_never_loses_has_no_finite_odds() -> None:
    odds = Contest("random", (meeting([[1, 1]] * 2, [[9, 1]] * 2, [[0, 0]] * 2, [[2, 0]] * 2),)).odds
    assert odds.value == np.inf
    assert np.isnan(odds.low)


def test_a_contest_in_words_and_columns() -> None:
    found = Contest("forager", (ONE,))
    assert cells(found)["opponent"] == "forager"
    assert cells(found)["reach the horizon [%]"] == "25.0 (40 ticks)"
    assert cells(found)["odds to outlive it [: 1]"].startswith("1.67 (0.00 to ")
    assert values(found)["odds"] == 1.6667
    assert estimates(found)["reach_horizon_against_forager"].value == 25


@pytest.mark.parametrize(
    ("world", "kinds"),
    [
        (Chaos(), ("forager", "fighter")),
        (Law(), ("forager",)),  # a fighter whose attacks harm nobody forages
        (Law(**{"combat.mage_damage": 1}), ("forager", "fighter")),
    ],
)
def test_opponents(world: Config, kinds: tuple[str, ...]) -> None:
    assert opponents(world) == kinds


def test_a_world_is_shared_half_and_half() -> None:
    shared = arranged(WORLD.replace(**{"spawn.cap": 19, "spawn.populations": 1}), 2)
    assert (shared.spawn.cap, shared.spawn.populations, shared.quota) == (16, 4, 4)
    with pytest.raises(ConfigError, match="has no room for 40 populations"):
        arranged(WORLD, 20)


def test_foragers_outlive_random_players_and_not_one_another() -> None:
    settings = Settings(worlds=8, ticks=100, warmup=20, horizon=150)
    world = WORLD.replace(**{"spawn.cap": 64, "spawn.populations": 4})
    random, forager = (
        Contest("forager", (compete(scripted_entrant(kind), "forager", world, settings, 3),))
        for kind in ("random", "forager")
    )
    assert random.ratio.high < 1
    assert random.odds.high < 0.5
    assert forager.ratio.low < 1 < forager.ratio.high
    assert forager.odds.low < 1 < forager.odds.high
