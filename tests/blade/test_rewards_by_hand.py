"""What is rewarded, on tiny worlds, with the arithmetic beside it.

A tick survived is worth 1 unless a test says otherwise. Health is 10 and food and water 32 at most; a forest tile
offers 5 food and water nearby 5 water a tick. Melee takes 10 within 1 tile, range 2 within 2, mage 1 within 3.
"""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from forge.blade import Cause, Chaos, Law, Move, Reward, RewardTerm, Style, World
from tests.blade.arena import Arena, field

NORTH, SOUTH, EAST, WEST, PASS = Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST, Move.PASS
MELEE, RANGE, MAGE, HOLD = Style
#: Each blow and its consequences can be told apart in a sum.
BLOWS = {"reward.survival": 0, "reward.damage_dealt": 1, "reward.damage_taken": -100, "reward.kill": 10_000}


def test_the_terms_are_the_fields_of_the_configuration_in_their_order() -> None:
    of_systems = ["level", "gold", "birth"]  # which not every world has
    assert [f.name for f in dataclasses.fields(Reward)] == [*(term.name.lower() for term in RewardTerm), *of_systems]


def test_death_is_paid_on_its_tick_whatever_it_was() -> None:
    arena = Arena(field("ABC.D"), {"A": {"health": 1, "food": 1}}, **{"reward.death": -3})
    # A starves, B and C kill one another, D goes on.
    arena.step(B=(PASS, HOLD), C=(PASS, HOLD))
    assert arena.deaths() == {"A": Cause.HUNGER}
    assert arena.rewards.tolist() == [-3, 1, 1, 1]
    arena.step(B=(PASS, MELEE), C=(PASS, MELEE))
    assert arena.deaths() == {"B": Cause.ATTACK, "C": Cause.ATTACK}
    assert arena.rewards.tolist() == [0, -3, -3, 1]


@pytest.mark.parametrize(("food", "gained"), [(20, 5), (29, 3), (32, 0)])
def test_a_harvest_counts_by_the_food_that_there_was_room_for(food: int, gained: int) -> None:
    arena = Arena(field("A"), {"A": {"food": food, "on": "f"}}, **{"reward.harvest": 0.5})
    arena.step()
    assert arena.rewards.tolist() == [1 + 0.5 * gained]
    arena.step()  # on scrub
    assert arena.rewards.tolist() == [1]


def test_of_two_on_a_tile_the_first_in_rotating_order_is_paid_for_the_harvest() -> None:
    arena = Arena(field("A"), {"A": {"food": 9, "on": "f"}, "B": {"food": 9, "at": "A"}}, 1, **{"reward.harvest": 1})
    arena.step()  # at tick 1 the order is BA
    assert arena.rewards.tolist() == [1, 1 + 5]


def test_drinking_counts_by_the_water_that_there_was_room_for() -> None:
    arena = Arena(field("A~B~C"), {"A": {"water": 7}, "B": {"water": 28}}, **{"reward.drink": 2})
    # A 7 + 5; B, between two, 28 + 5 cut to 32: 4; C is full.
    arena.step()
    assert arena.rewards.tolist() == [1 + 2 * 5, 1 + 2 * 4, 1]
    # One was used since: each full one drinks that back.
    arena.step()
    assert arena.rewards.tolist() == [1 + 2 * 5, 1 + 2, 1 + 2]


def test_food_and_water_drained_from_others_are_neither_harvest_nor_drink() -> None:
    arena = Arena(field("AB"), {"A": {"food": 5, "water": 5}}, **{"reward.harvest": 1, "reward.drink": 1})
    arena.step(A=(PASS, RANGE))
    assert arena.vitals("A")[1:] == (5 + 2 - 1, 5 + 2 - 1)
    assert arena.rewards.tolist() == [1, 1]


def test_who_dies_is_paid_for_what_it_did_in_that_tick_but_not_for_surviving_it() -> None:
    terms = {"reward.death": -8, "reward.harvest": 1, "reward.explore": 100}
    arena = Arena(field("A."), {"A": {"health": 1, "water": 1, "food": 9}}, **terms)
    arena.world.state.tiles[0, arena.world.state.tiles[0] & 7 == 2] += 2  # all grass is forest now
    arena.game.materials = {place: type(m)(4 if m == 2 else m) for place, m in arena.game.materials.items()}
    # A steps onto a new forest tile, eats 5, and dies of thirst.
    arena.step(A=(EAST, HOLD))
    assert arena.deaths() == {"A": Cause.THIRST}
    assert arena.rewards.tolist() == [-8 + 5 + 100]


def test_who_was_killed_neither_eats_nor_explores() -> None:
    arena = Arena(field("AB"), {"A": {"food": 9, "on": "f"}}, **{"reward.harvest": 1, "reward.explore": 1})
    arena.step(B=(PASS, MELEE), A=(NORTH, HOLD))
    assert arena.rewards.tolist() == [0, 1]


def test_damage_is_counted_for_both_sides() -> None:
    arena = Arena(field("AB."), **BLOWS)
    arena.step(A=(PASS, RANGE), B=(PASS, MAGE))
    assert arena.rewards.tolist() == [2 - 100, 1 - 200]  # A took 2 and lost 1, B took 1 and lost 2


def test_damage_counts_as_far_as_there_was_health() -> None:
    arena = Arena(field("AB."), {"B": {"health": 4}}, **BLOWS)
    arena.step(A=(PASS, MELEE))
    assert arena.rewards.tolist() == [4 + 10_000, -400]


@pytest.mark.parametrize(("tick", "first", "second"), [(0, "A", "C"), (1, "C", "A"), (2, "C", "A"), (3, "A", "C")])
def test_equal_blows_come_in_rotating_order_and_the_first_has_the_kill(tick: int, first: str, second: str) -> None:
    # Three slots: the order is ABC at ticks 0 and 3, BCA at 1, CAB at 2. B has 3 health: 2 for one and 1 for the other.
    arena = Arena(field("ABC"), {"B": {"health": 3}}, tick=tick, **BLOWS)
    arena.step(A=(PASS, RANGE), C=(PASS, RANGE))
    paid = dict(zip("ABC", arena.rewards.tolist(), strict=True))
    assert paid == {first: 2 + 10_000, second: 1, "B": -300}


def test_a_stronger_blow_comes_before_a_weaker_one_and_has_the_kill() -> None:
    for tick in range(3):
        arena = Arena(field("ABC"), {"B": {"health": 11}}, tick=tick, **BLOWS, **{"vitals.health": 12})
        arena.step(A=(PASS, RANGE), C=(PASS, MELEE))
        assert arena.rewards.tolist() == [1, -1100, 10 + 10_000]  # 10 of the 11 for melee; 1 is left


def test_styles_of_one_damage_are_equal_blows() -> None:
    arena = Arena(field("ABC"), {"B": {"health": 3}}, tick=1, **BLOWS, **{"combat.mage_damage": 2})
    arena.step(A=(PASS, RANGE), C=(PASS, MAGE))
    assert arena.rewards.tolist() == [1, -300, 2 + 10_000]


def test_both_killers_of_a_tick_are_paid_though_they_died() -> None:
    arena = Arena(field("AB"), **BLOWS)
    arena.step(A=(PASS, MELEE), B=(PASS, MELEE))
    assert arena.deaths() == {"A": Cause.ATTACK, "B": Cause.ATTACK}
    assert arena.rewards.tolist() == [10 + 10_000 - 1000] * 2


def test_who_starves_of_what_an_attack_left_is_nobodys_kill() -> None:
    arena = Arena(field("AB"), {"B": {"health": 3, "food": 1}}, **BLOWS)
    arena.step(A=(PASS, RANGE))  # 3 − 2 = 1; food 1 − 2 is 0, hunger takes the last one
    assert arena.deaths() == {"B": Cause.HUNGER}
    assert arena.rewards.tolist() == [2, -200]


def test_who_is_struck_dead_on_lava_is_a_kill() -> None:
    arena = Arena("#####\n#A..#\n#B..#\n#...#\n#####", {"A": {"health": 2}}, **BLOWS)
    arena.step(A=(NORTH, HOLD), B=(PASS, RANGE))
    assert arena.rewards.tolist() == [-200, 2 + 10_000]


def test_attacks_that_have_no_effect_earn_nothing() -> None:
    arena = Arena(field("AB...C"), {"B": {"age": 3}}, **BLOWS, **{"combat.mage_damage": 0})
    # B is immune, C out of reach; a blow of no damage freezes and is no damage.
    arena.step(A=(PASS, MELEE), C=(PASS, MELEE), B=(PASS, MAGE))
    assert arena["A"]["freeze"] == 2
    assert arena.rewards.tolist() == [0, 0, 0]


def test_named_targets_are_credited_too() -> None:
    arena = Arena(field("BAC"), {"C": {"health": 1}}, **BLOWS, **{"combat.targeting": "learned"})
    arena.step(A=(PASS, RANGE, "B"), B=(PASS, RANGE, "C"), C=(PASS, MELEE, 0))
    assert arena.rewards.tolist() == [2, 1 + 10_000 - 200, -100]


def test_a_tile_is_new_once_in_a_life_and_where_one_is_at_first_never() -> None:
    arena = Arena(field("A.~"), **{"reward.explore": 0.5})
    steps = [(PASS, 0), (EAST, 1), (EAST, 0), (WEST, 0), (NORTH, 1), (SOUTH, 0), (WEST, 1)]  # the second east is water
    for move, new in steps:
        arena.step(A=(move, HOLD))
        assert arena.rewards.tolist() == [1 + 0.5 * new]


def test_lava_is_nothing_new() -> None:
    arena = Arena("####\n#A.#\n#..#\n####", **{"reward.explore": 1, "reward.death": -5})
    arena.step(A=(NORTH, HOLD))
    assert arena.rewards.tolist() == [-5]


def newborns() -> World:
    """Four grass tiles, one agent, whose reward is the number of tiles new to it."""
    config = Law(**{
        "terrain.side": 4, "terrain.border": 1, "spawn.cap": 1, "sight.radius": 1, "sight.agents": 1,
        "reward.survival": 0, "reward.explore": 1, "reward.death": -1,
    })  # fmt: skip
    world = World(config, maps=[np.array([[0, 0, 0, 0], [0, 2, 2, 0], [0, 2, 2, 0], [0, 0, 0, 0]], np.uint8)])
    world.reset()
    return world


def around(world: World) -> list[float]:
    """What it earns on a walk around the four tiles, east or west first."""
    there = EAST if world.observe().agents["col"][0, 0] == 1 else WEST
    back = WEST if there == EAST else EAST
    down = SOUTH if world.observe().agents["row"][0, 0] == 1 else NORTH
    up = NORTH if down == SOUTH else SOUTH
    return [float(world.step(np.array([[[move, 0]]]))[1][0, 0]) for move in (PASS, there, down, back, up, there)]


def test_every_life_explores_anew() -> None:
    world = newborns()
    for ident in range(3):
        assert world.observe().agents["id"][0, 0] == ident
        assert around(world) == [0, 1, 1, 1, 0, 0]
        out = NORTH if world.observe().agents["row"][0, 0] == 1 else SOUTH
        assert world.step(np.array([[[out, 0]]]))[1].tolist() == [[-1]]


def test_who_is_culled_leaves_no_tiles_behind_and_earns_nothing() -> None:
    world = newborns()
    around(world)
    assert world.cull(np.array([[True]])) == 1
    assert not world.state.explored.any()
    assert world.step(np.array([[[PASS, 0]]]))[1].tolist() == [[0]]  # nobody acted; one is born
    assert around(world) == [0, 1, 1, 1, 0, 0]


def test_lives_are_recorded_with_the_rewards_they_got() -> None:
    arena = Arena(field("AB"), {"A": {"food": 20, "on": "f"}}, **{"reward.harvest": 0.5, "reward.death": -4})
    arena.step()
    arena.step(B=(PASS, MELEE))
    # A ate 5 and survived, then it was killed.
    assert arena.world.lives()["reward"].tolist() == [1 + 2.5 - 4]


def test_a_reward_can_be_taken_apart() -> None:
    arena = Arena(field("AB"), {"A": {"food": 20, "on": "f"}}, **BLOWS, **{"reward.harvest": 0.5})
    arena.step(A=(PASS, RANGE))
    of = {term.name.lower(): arena.world.reward_terms()[0, :, term].tolist() for term in RewardTerm}
    assert {name: amounts for name, amounts in of.items() if any(amounts)} == {
        "harvest": [2.5, 0], "damage_dealt": [2, 0], "damage_taken": [0, -200],
    }  # fmt: skip
    arena = Arena(field("AB"), **{"reward.survival": 3})
    arena.step(A=(PASS, MELEE))
    assert arena.world.reward_terms()[0].tolist() == [[3, *[0] * 7], [0] * 8]


def test_the_rules_say_what_the_configuration_says() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text("utf-8")
    rows = [f"| `reward.{f.name}` | {f.default:g} | {f.metadata['doc']} |" for f in dataclasses.fields(Reward)]
    assert "\n".join(rows) in page


def test_what_is_not_rewarded_is_not_kept() -> None:
    def kept(**terms: float) -> set[str]:
        state = World(Chaos(**{"spawn.cap": 16, "terrain.side": 32, **terms})).state
        return {name for name in ("explored", "deeds", "struck", "deed_totals") if getattr(state, name).size}

    assert kept() == kept(**{"reward.survival": -2}) == set()
    assert kept(**{"reward.harvest": 1}) == {"deeds", "struck", "deed_totals"}
    assert kept(**{"reward.explore": -1}) == {"explored", "deeds", "struck", "deed_totals"}
