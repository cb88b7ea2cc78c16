"""Experience, levels, and what bodies make of them, with the arithmetic beside."""

from types import SimpleNamespace

import numpy as np
import pytest

from forge.blade import Law
from forge.blade.grown.experience import BEGINS
from forge.blade.grown.kinds import Skill
from forge.blade.interventions import Place
from forge.support.checks import ConfigError
from tests.blade.grown.village import Village

FIELD = "\n".join(["######", "#....#", "#.A..#", "#.*..#", "#....#", "######"])
FISHER = "\n".join(["######", "#....#", "#.A~.#", "#.*..#", "#....#", "######"])


def test_levels_begin_where_they_should() -> None:
    """E(L+1) = E(L) + ⌊⌊L + 300 · 2^(L/7)⌋ / 4⌋.

    By hand: ⌊1 + 300 · 1.10409⌋ = 332, a quarter is 83; ⌊2 + 300 · 1.21901⌋ = 367, 91; ⌊3 + 300 · 1.34590⌋ = 406, 101.
    """
    assert BEGINS[1:11].tolist() == [0, 83, 174, 275, 387, 511, 648, 799, 966, 1151]
    steps = [int(level + 300 * 2 ** (level / 7)) // 4 for level in range(1, 99)]
    assert np.diff(BEGINS[1:100]).tolist() == steps
    assert len(BEGINS) == 101  # and one behind the last, never reached


def test_a_newborn_has_health_10_and_level_1_in_all_but_constitution() -> None:
    place = Village(FIELD, slots=2, **{"vitals.health": 3})
    state = place.world.state
    place.step()
    assert state.agents[0, 1]["alive"]  # it has just entered
    assert state.level[0, 1].tolist() == [1, 1, 1, 1, 10, 1, 1, 1, 1]
    assert state.experience[0, 1].tolist() == [0, 0, 0, 0, 1151, 0, 0, 0, 0]
    assert state.progress[0, 1].tolist() == [0] * 9
    assert state.gifts[0, 1].tolist() == [100] * 4
    assert state.agents[0, 1]["health"] == 10
    assert state.agents[0, 1]["combat_level"] == 3  # 11/4 + 0.65 = 3.4


def test_who_is_put_into_a_world_has_the_levels_of_a_newborn() -> None:
    place = Village(FIELD, slots=3)
    place.world.apply(Place(0, 2, 3))
    assert place.world.state.level[0, 1].tolist() == [1, 1, 1, 1, 10, 1, 1, 1, 1]
    assert place.world.state.agents[0, 1]["combat_level"] == 3
    place.step()
    assert place.world.state.agents[0, 1]["health"] == 10


def test_health_comes_back_up_to_the_level_of_constitution() -> None:
    place = Village(FIELD, {"A": {"level": {"constitution": 12}, "health": 10}}, **{"vitals.heal": 5})
    place.step()
    assert place["A"]["health"] == 12


def test_without_food_it_dies_as_ever() -> None:
    place = Village(FIELD, {"A": {"food": 1, "health": 1, "level": {"mage": 30}}})
    place.step()
    assert place.terminated[0]
    assert place.of("A", "level").tolist() == [1, 1, 1, 1, 10, 1, 1, 1, 1]  # of who came after it


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        ({}, 3),  # (1 + 10) / 4 = 2.75, and 0.65
        ({"melee": 20}, 15),  # 2.75 + 13
        ({"range": 21}, 12),  # 2.75 + 0.325 · (10 + 21) = 2.75 + 10.075 = 12.825
        ({"mage": 40, "defense": 30}, 29),  # 10 + 0.325 · 60 = 29.5
        (dict.fromkeys(("melee", "range", "mage", "defense", "constitution"), 99), 113),  # 49.5 + 64.35 = 113.85
    ],
)
def test_combat_level(levels: dict[str, int], wanted: int) -> None:
    """It is told when a level rises: here that of fishing, which counts for nothing in fights."""
    place = Village(FISHER, {"A": {"level": levels, "gifts": 200}})
    place.step(A="fish")
    assert place.of("A", "level")[Skill.FISHING] == 3  # 10 · 10 · 2 = 200, of 174 and 275
    assert place["A"]["combat_level"] == wanted


def test_experience_stops_at_the_highest_level() -> None:
    place = Village(FISHER, {"A": {"level": {"fishing": 99}, "gifts": 200}})
    place.step(A="fish")
    assert place.pack("A") == {"herring": 1}
    assert (place.experience("A", Skill.FISHING), place.of("A", "level")[Skill.FISHING]) == (BEGINS[99], 99)
    assert place.of("A", "progress")[Skill.FISHING] == 0


def test_levels_gained_are_rewarded() -> None:
    place = Village(FISHER, {"A": {"gifts": 200}}, **{"reward.level": 0.5})
    place.step(A="fish")
    assert place.rewards[0] == 1 + 0.5 * 2  # from level 1 to 3, and it survived
    place.step()
    assert place.rewards[0] == 1


@pytest.mark.parametrize(("reward", "system"), [("level", "skills"), ("gold", "items"), ("birth", "births")])
def test_what_nobody_counts_is_not_rewarded(reward: str, system: str) -> None:
    with pytest.raises(ConfigError, match=f"reward.{reward} = 2.0 rewards what the system '{system}' counts"):
        Law(**{f"reward.{reward}": 2})
    assert SimpleNamespace(**Law().to_dict()["reward"]).birth == 0
