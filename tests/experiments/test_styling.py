"""Styles that others pick, on agents placed by hand."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from forge.agents import scripted
from forge.blade import Chaos, Observation
from forge.blade.state.state import AGENT
from forge.experiments.evaluation.evaluate import evaluate
from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.measures.aggression import STYLES
from forge.experiments.measures.styling import BEST, OWN, WAYS, Fates, Restyled, lifetime, nearest, outlived, ways

CONFIG = Chaos(**{"spawn.cap": 8, "spawn.populations": 4, "terrain.side": 24})
MELEE, RANGE, MAGE = range(len(STYLES))


class Ranger:
    """Moves by number 3 and picks range, whatever it sees."""

    def act(self, observation: Observation) -> np.ndarray:
        return np.broadcast_to(np.array([3, RANGE], np.uint8), (*observation.agents.shape, 2)).copy()


def seen(columns: list[int | None], worlds: int = 1) -> Observation:
    """Agents of one row at these columns; None is an empty slot."""
    agents = np.zeros((worlds, len(columns)), AGENT)
    agents["alive"] = [column is not None for column in columns]
    agents["col"] = [column or 0 for column in columns]
    return cast(Observation, SimpleNamespace(agents=agents, alive=agents["alive"].astype(bool)))


def test_distances_to_the_nearest() -> None:
    """At columns 1, 1, 3, 6 and 20: two share a tile, the third is 2 away, the others 3 and 14; nobody is alone."""
    found = nearest(seen([1, 1, 3, None, 6, 20]))[0]
    assert found[[0, 1, 2, 4, 5]].tolist() == [0, 0, 2, 3, 14]
    assert nearest(seen([4, None]))[0, 0] > 1000


def test_each_population_is_restyled_in_its_turn() -> None:
    """Four populations of two; in world w population p goes by way (w + p) mod 4."""
    assert ways(2, 4).tolist() == [[0, 1, 2, 3], [1, 2, 3, 0]]
    observation = seen([5, 6, 8, 11, 18, 18, 30, None], worlds=2)
    found = Restyled(Ranger(), CONFIG).act(observation)
    assert found[..., 0].tolist() == [[3] * 8] * 2
    # own: range; best, at distances 2 and 3: range and mage; always melee; always mage, and nothing in an empty slot
    assert found[0, :, 1].tolist() == [RANGE, RANGE, RANGE, MAGE, MELEE, MELEE, MAGE, 0]
    # best, at 1 and 1: melee; always melee; always mage; own
    assert found[1, :, 1].tolist() == [MELEE, MELEE, MELEE, MELEE, MAGE, MAGE, RANGE, 0]


def test_lives_are_told_apart_by_way() -> None:
    """Two worlds, four populations: the lives of way k are those of population k, then of k − 1."""
    lives = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    counts = Counts(lives, 10 * lives**2, lives // 2, *[np.zeros(0)] * 3)
    fates = Fates.of_evaluation(Evaluation(Settings(2, 1, 0, 900), 8, counts))
    assert fates.lives.tolist() == [[1, 2, 3, 4], [8, 5, 6, 7]]
    assert fates.lifetime.tolist() == [[10, 40, 90, 160], [640, 250, 360, 490]]
    runs = Fates.of_runs([fates, Fates.from_dict(fates.to_dict())])
    # of the first two ways (10 + 640) / 9 = 72.22 and (40 + 250) / 7 = 41.43
    assert lifetime(runs, OWN).estimate().value == pytest.approx(650 / 9)
    assert lifetime(runs, BEST).less(lifetime(runs, OWN)).estimate().value == pytest.approx(290 / 7 - 650 / 9)
    # of them reach the horizon, halves rounded down, (0 + 4) / 9 and (1 + 2) / 7
    assert fates.outlived.tolist() == [[0, 1, 1, 2], [4, 2, 3, 3]]
    assert outlived(runs, OWN).estimate().value == pytest.approx(4 / 9)
    assert outlived(runs, BEST).estimate().value == pytest.approx(3 / 7)
    assert runs.horizon.tolist() == [[900, 900]] * 2
    assert len(WAYS) == 4


def test_who_picks_targets_cannot_be_restyled() -> None:
    learned = CONFIG.replace(**{"combat.targeting": "learned"})
    with pytest.raises(ValueError, match=r"combat\.targeting = 'learned': the world must pick"):
        Restyled(Ranger(), learned)


def test_it_plays_a_world() -> None:
    policy: Any = Restyled(scripted("forager", CONFIG), CONFIG)
    found = Fates.of_evaluation(evaluate(policy, CONFIG, worlds=4, ticks=20, warmup=5, horizon=20))
    assert found.lives.shape == (4, 4)
    assert found.lives.sum() > 0
