"""The rules on tiny worlds, with the arithmetic beside them.

Unless a test says otherwise an agent has health 10, food 32 and water 32, which are the maxima, and uses 1 food and 1
water a tick; healing needs both above 16. Melee takes 10 within 1 tile, range 2 within 2, mage 1 within 3.
"""

import pytest

from forge.blade import Cause, Move, Style
from tests.blade.arena import Arena, apart, field

NORTH, SOUTH, EAST, WEST, PASS = Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST, Move.PASS
MELEE, RANGE, MAGE, HOLD = Style
LEARNED = {"combat.targeting": "learned"}

# -- moves


@pytest.mark.parametrize(
    ("move", "place"), [(PASS, (3, 3)), (NORTH, (2, 3)), (SOUTH, (4, 3)), (EAST, (3, 4)), (WEST, (3, 2))]
)
def test_each_move_goes_one_tile_its_way(move: Move, place: tuple[int, int]) -> None:
    arena = Arena(field(".A."))
    arena.step(A=(move, HOLD))
    assert arena.place("A") == place


def test_water_stone_and_orerock_cannot_be_entered_but_scrub_and_taken_tiles_can() -> None:
    arena = Arena(
        """
        #######
        #.....#
        #..~..#
        #.sAB.#
        #..o..#
        #.....#
        #######""",
        {"B": {"on": ","}},
    )
    assert arena.world.observe().move_mask[0, 0].tolist() == [True, False, False, True, False]
    for move in (NORTH, SOUTH, WEST):
        arena.step(A=(move, HOLD))
        assert arena.place("A") == (3, 3)
    arena.step(A=(EAST, HOLD))
    assert arena.place("A") == arena.place("B") == (3, 4)
    assert arena.world.occupancy()[0, 3, 4] == 2


def test_two_agents_can_trade_places() -> None:
    arena = Arena(field("AB"))
    arena.step(A=(EAST, HOLD), B=(WEST, HOLD))
    assert (arena.place("A"), arena.place("B")) == ((3, 3), (3, 2))


def test_lava_kills_on_the_tick_it_is_entered() -> None:
    arena = Arena(
        """
        #####
        #A..#
        #...#
        #.B.#
        #####"""
    )
    assert arena.world.observe().move_mask[0, 0, NORTH]
    arena.step(A=(NORTH, HOLD))
    assert arena.deaths() == {"A": Cause.LAVA}
    assert not arena["A"]["alive"]
    assert arena.rewards.tolist() == [0, 1]
    assert arena.terminated.tolist() == [True, False]
    assert arena["B"]["age"] == 101


def test_whoever_walks_into_lava_still_attacks_and_whoever_is_killed_on_lava_died_by_the_attack() -> None:
    arena = Arena(
        """
        #####
        #A..#
        #B..#
        #...#
        #####"""
    )
    # A steps to (0, 1); B, two tiles south of it, loses 2. B's health 10 − 2 = 8 heals to 9.
    arena.step(A=(NORTH, RANGE))
    assert arena.deaths() == {"A": Cause.LAVA}
    assert arena.vitals("B") == (9, 32 - 2 - 1, 32 - 2 - 1)

    arena = Arena("#####\n#A..#\n#B..#\n#...#\n#####", {"A": {"health": 2}})
    arena.step(A=(NORTH, HOLD), B=(PASS, RANGE))
    assert arena.deaths() == {"A": Cause.ATTACK}


# -- attacks


def test_simultaneous_blows_kill_both() -> None:
    arena = Arena(field("AB.."))
    arena.step(A=(PASS, MELEE), B=(PASS, MELEE))  # 10 − 10 = 0 for both
    assert arena.deaths() == {"A": Cause.ATTACK, "B": Cause.ATTACK}
    assert arena.rewards.tolist() == [0, 0]


def test_effects_of_all_attacks_add_up() -> None:
    arena = Arena(field("AB.C"), {"B": {"health": 4, "food": 9, "water": 20}})
    # A and C hit B with range: 4 − 2 − 2 = 0.
    arena.step(A=(PASS, RANGE), C=(PASS, RANGE))
    assert arena.deaths() == {"B": Cause.ATTACK}

    arena = Arena(field("AB.C"), {"B": {"health": 5, "food": 9, "water": 20}})
    # One health is left. Food 9 − 4 − 1, water 20 − 4 − 1; too little food to heal.
    arena.step(A=(PASS, RANGE), C=(PASS, RANGE))
    assert arena.vitals("B") == (1, 4, 15)
    assert arena["B"]["damage"] == 4
    arena.step()
    assert arena["B"]["damage"] == 0


def test_attacks_look_at_places_after_the_moves() -> None:
    arena = Arena(field("A..B"))
    # Three tiles apart; A comes one nearer and B too: now adjacent.
    arena.step(A=(EAST, MELEE), B=(WEST, HOLD))
    assert arena.deaths() == {"B": Cause.ATTACK}
    arena = Arena(field("AB.."))
    arena.step(A=(PASS, MELEE), B=(EAST, HOLD))  # two tiles apart after the move
    assert arena.vitals("B") == (10, 31, 31)


@pytest.mark.parametrize(("style", "reach"), [(MELEE, 1), (RANGE, 2), (MAGE, 3)])
def test_reach_is_a_square(style: Style, reach: int) -> None:
    for gap in (reach, reach + 1):
        arena = Arena(apart(gap, gap))
        arena.step(A=(PASS, style))
        assert (arena["B"]["damage"] > 0 or "B" in arena.deaths()) == (gap == reach)


def test_food_and_water_are_drained_within_zero_and_the_maximum() -> None:
    arena = Arena(field("AB.."), {"A": {"food": 31, "water": 10}, "B": {"food": 1, "water": 20, "on": "f"}})
    # A: food min(32, 31 + 2) − 1 = 31, water 10 + 2 − 1 = 11.
    # B: food max(0, 1 − 2) + 5 from the forest − 1 = 4, water 20 − 2 − 1 = 17, health 10 − 2.
    arena.step(A=(PASS, RANGE))
    assert arena.vitals("A") == (10, 31, 11)
    assert arena.vitals("B") == (8, 4, 17)


def test_what_is_drained_both_ways_is_summed_before_it_is_clipped() -> None:
    arena = Arena(field("AB.."), {"A": {"food": 1, "water": 32}, "B": {"food": 32, "water": 1}})
    # +2 − 2 leaves food and water as they were, although 1 − 2 is below 0 and 32 + 2 above 32. Then 1 is used of each.
    arena.step(A=(PASS, RANGE), B=(PASS, RANGE))
    assert arena.vitals("A")[1:] == (0, 31)
    assert arena.vitals("B")[1:] == (31, 0)


def test_the_drained_share_is_rounded_down_and_taken_from_the_nominal_damage() -> None:
    arena = Arena(
        field("AB.."),
        {"B": {"health": 1}, "A": {"food": 10, "water": 10}},
        **{"combat.vampirism": 0.5, "combat.range_damage": 3},
    )
    # 0.5 · 3 = 1.5, rounded down to 1, though B had a health of only 1: A has 10 + 1 − 1.
    arena.step(A=(PASS, RANGE))
    assert arena.deaths() == {"B": Cause.ATTACK}
    assert arena.vitals("A")[1:] == (10, 10)


def test_an_immune_agent_is_hit_from_its_fifteenth_birthday_on() -> None:
    arena = Arena(field("AB.."), {"B": {"age": 14}})
    arena.step(A=(PASS, MAGE))
    assert (arena["B"]["age"], arena["B"]["damage"], arena["B"]["freeze"]) == (15, 0, 0)
    assert arena.vitals("B") == (10, 31, 31)
    assert arena.vitals("A") == (10, 31, 31)
    # Now 15: health 10 − 1 = 9, healed to 10 again; food 31 − 1 drained − 1 used.
    arena.step(A=(PASS, MAGE))
    assert arena["B"]["damage"] == 1
    assert arena.vitals("B") == (10, 29, 29)
    assert arena["B"]["freeze"] == 2


def test_immune_agents_attack() -> None:
    arena = Arena(field("AB.."), {"A": {"age": 0}})
    arena.step(A=(PASS, MELEE))
    assert arena.deaths() == {"B": Cause.ATTACK}


@pytest.mark.parametrize(
    ("tick", "near", "far", "hit"),
    [
        (0, {"health": 5}, {"health": 4}, "far"),  # the lowest health
        (0, {"health": 5}, {"health": 5}, "near"),  # then the nearer
        (0, {"health": 4, "age": 0}, {"health": 5}, None),  # immune, but picked, so nobody is hit
    ],
)
def test_lowest_health_then_the_nearer_is_picked(tick: int, near: dict, far: dict, hit: str | None) -> None:
    arena = Arena(field("ACB"), {"C": near, "B": far}, tick=tick)
    arena.step(A=(PASS, RANGE))
    assert {"near": int(arena["C"]["damage"]), "far": int(arena["B"]["damage"])} == {
        "near": 2 * (hit == "near"),
        "far": 2 * (hit == "far"),
    }


@pytest.mark.parametrize(("tick", "hit"), [(0, "B"), (1, "B"), (2, "C"), (3, "B"), (5, "C")])
def test_ties_at_one_distance_go_by_rotating_order(tick: int, hit: str) -> None:
    # Three slots: the order is ABC at ticks 0, 3, ..., BCA at 1, 4, ... and CAB at 2, 5, ...
    arena = Arena(field("BAC"), tick=tick)
    arena.step(A=(PASS, RANGE))
    assert [arena[letter]["damage"] for letter in "BC"] == [2 * (hit == letter) for letter in "BC"]


def test_holding_and_being_alone_do_nothing() -> None:
    arena = Arena(field("AB.."))
    arena.step(A=(PASS, HOLD), B=(EAST, MELEE))  # B is two tiles away then
    assert arena.vitals("A") == arena.vitals("B") == (10, 31, 31)


def test_a_frozen_agent_loses_exactly_two_moves() -> None:
    arena = Arena(field("AB.."))
    # B moves in the tick of the hit, for moves come first: column 3 to 4. The counter becomes 3 and falls to 2.
    arena.step(A=(PASS, MAGE), B=(EAST, HOLD))
    assert (arena.place("B"), int(arena["B"]["freeze"])) == ((4, 4), 2)
    assert arena.world.observe().move_mask[0, 1].tolist() == [True, False, False, False, False]
    arena.step(B=(EAST, HOLD))
    assert (arena.place("B"), int(arena["B"]["freeze"])) == ((4, 4), 1)
    arena.step(B=(EAST, HOLD))
    assert (arena.place("B"), int(arena["B"]["freeze"])) == ((4, 4), 0)
    arena.step(B=(EAST, HOLD))
    assert arena.place("B") == (4, 5)


def test_several_mage_hits_set_the_counter_once_and_anew() -> None:
    arena = Arena(field("ABC"), {"B": {"health": 5, "food": 9}})
    arena.step(A=(PASS, MAGE), C=(PASS, MAGE))
    assert arena["B"]["freeze"] == 2
    arena.step()
    arena.step(A=(PASS, MAGE))
    assert arena["B"]["freeze"] == 2  # 1 became 3 again, then fell


# -- learned targets


def test_learned_targets_must_be_another_in_view_and_in_reach() -> None:
    arena = Arena(field("AB.C"), **LEARNED)
    seen = arena.world.observe()
    assert seen.seen[0, 0, : seen.seen_count[0, 0]].tolist() == [0, 1, 2]
    for nobody in (0, 2, 3, 7):  # oneself; C, three tiles away; entries that are not filled
        arena.step(A=(PASS, RANGE, nobody))
        assert arena.agents["damage"].tolist() == [0, 0, 0]
    arena.step(A=(PASS, RANGE, "B"))
    assert arena.agents["damage"].tolist() == [0, 2, 0]
    arena.step(A=(PASS, MAGE, "C"))
    assert arena.agents["damage"].tolist() == [0, 0, 1]


def test_the_view_that_a_target_refers_to_is_the_one_before_the_moves() -> None:
    # By row and slot A sees A, B, C. B moves below C, where it would be listed last.
    arena = Arena(
        """
        #######
        #.....#
        #.AB..#
        #..C..#
        #.....#
        #.....#
        #######""",
        **LEARNED,
    )
    arena.step(A=(PASS, RANGE, "B"), B=(SOUTH, HOLD, 0), C=(NORTH, HOLD, 0))
    assert arena.agents["damage"].tolist() == [0, 2, 0]


def test_targets_are_valid_that_moves_could_bring_into_reach() -> None:
    def valid(gap: tuple[int, int], freeze: int = 0, age: int = 100) -> list[bool]:
        arena = Arena(apart(*gap), {"B": {"freeze": freeze, "age": age}}, **LEARNED, **{"sight.radius": 5})
        mask = arena.world.observe().target_mask[0, 0]
        assert mask[:, 0].all()
        return mask[:, 1].tolist()

    # melee, range, mage, hold; two free agents can cover two steps, one of them frozen leaves one.
    assert valid((0, 1)) == [True, True, True, False]
    assert valid((0, 3)) == [True, True, True, False]  # 3 − 1 = 2 steps for melee
    assert valid((0, 4)) == [False, True, True, False]  # 3, 2, 1
    assert valid((2, 2)) == [True, True, True, False]  # 1 + 1
    assert valid((3, 2)) == [False, True, True, False]  # 2 + 1, 1 + 0, 0
    assert valid((4, 5)) == [False, False, False, False]  # 3 + 4, 2 + 3, 1 + 2
    assert valid((2, 2), freeze=1) == [False, True, True, False]
    assert valid((0, 1), age=14) == [False, False, False, False]
    assert valid((0, 1), age=15) == [True, True, True, False]
