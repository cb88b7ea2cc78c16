"""The reference of the grown world by itself: skills, items, work, births; tiny cases with the arithmetic shown."""

from __future__ import annotations

import pytest

from tests.reference.grown import tables
from tests.reference.grown.alone import does, put, quiet, tick

BESIDE_WATER, BESIDE_ORE, IN_CAMP = (4, 2), (4, 3), (2, 4)


def carried(agent) -> dict[str, int]:
    return {tables.KINDS[kind]: count for kind, count in enumerate(agent.pack) if count}


def test_levels_begin_at_their_thresholds() -> None:
    assert tables.THRESHOLDS[:10] == [0, 83, 174, 275, 387, 511, 648, 799, 966, 1151]
    assert len(tables.THRESHOLDS) == 99
    for level, threshold in enumerate(tables.THRESHOLDS, 1):
        assert tables.level_at(threshold) == level
        assert tables.level_at(threshold - 1) == max(level - 1, 0)


@pytest.mark.parametrize(
    ("experience", "percent"),
    [(0, 0), (82, 98), (83, 0), (128, 49), (173, 98), (174, 0), (tables.THRESHOLDS[-1], 0)],
)
def test_progress_is_the_share_of_the_way(experience: int, percent: int) -> None:
    """100 · 82 / 83 = 98.8; (128 − 83) / (174 − 83) = 45 / 91 = 49.5 %."""
    assert tables.progress_at(experience) == percent


def test_kinds_are_numbered_as_they_are_named() -> None:
    names = {
        0: "shrimp", 4: "goblin", 5: "cooked_shrimp", 9: "cooked_goblin", 10: "copper_ore", 12: "iron_ore",
        13: "copper_sword", 17: "tin_knives", 21: "iron_staff", 22: "copper_armour", 24: "iron_armour",
    }  # fmt: skip
    assert {kind: tables.KINDS[kind] for kind in names} == names
    assert len(tables.KINDS) == 25


def test_a_newborn_has_ten_health_for_its_constitution() -> None:
    newborn = put(quiet("bodies", "items", **{"bodies.gifts": "equal"}), 0, (1, 1))
    assert newborn.levels == [1, 1, 1, 1, 10, 1, 1, 1, 1]
    assert (newborn.health, newborn.gold, newborn.gifts) == (10, 10, [100] * 4)
    # (10 · (1 + 10) + max(26, 13 · (0 + 1))) / 40 = 136 / 40
    assert tables.combat_level(newborn.levels) == 3


def test_experience_is_multiplied_by_the_rate_and_the_gift() -> None:
    game = quiet("trades")
    fisher = put(game, 0, BESIDE_WATER, gifts=[35, 100, 100, 100])
    tick(game, {0: does(game, "fish")}, 1749)  # at level 1: 50 · 35 = 1750 of 10,000
    assert carried(fisher) == {"shrimp": 1}
    assert fisher.experience[tables.FISHING] == 35  # 10 · 10 · 35 / 100
    tick(game, {0: does(game, "fish")}, 1750)
    assert (carried(fisher), fisher.experience[tables.FISHING]) == ({"shrimp": 1}, 35)


def test_the_best_fish_is_tried_first() -> None:
    """At level 10, herring with 50 %, sardine with 75 %, shrimp with 95 %."""
    game = quiet("trades")
    fisher = put(game, 0, BESIDE_WATER, levels={"fishing": 10})
    tick(game, {0: does(game, "fish")}, 5000, 7499)
    assert carried(fisher) == {"sardine": 1}
    tick(game, {0: does(game, "fish")}, 5000, 7500, 9500)
    assert carried(fisher) == {"sardine": 1}
    tick(game, {0: does(game, "fish")}, 4999)
    assert carried(fisher) == {"sardine": 1, "herring": 1}


def test_nothing_is_caught_with_a_full_pack() -> None:
    """19 shrimps and 10 knives of copper take 19 + 1."""
    game = quiet("trades")
    fisher = put(game, 0, BESIDE_WATER, pack={"shrimp": 19, "copper_knives": 10})
    assert game.load(fisher) == 20
    tick(game, {0: does(game, "fish")})  # draws nothing
    assert game.work_mask(fisher)[1] is False
    assert carried(fisher) == {"shrimp": 19, "copper_knives": 10}
    game.use_up(fisher, 0)
    tick(game, {0: does(game, "fish")}, 0)
    assert carried(fisher)["shrimp"] == 19


def test_ore_that_is_mined_is_stone_until_it_is_ore_again() -> None:
    game = quiet("trades", **{"trades.ore_regrowth": 1})
    miner = put(game, 0, BESIDE_ORE)
    other = put(game, 2, (6, 3))
    tick(game, {0: does(game, "mine"), 2: does(game, "mine")}, 0, 0)  # the other finds stone, and draws nothing
    assert (carried(miner), carried(other)) == ({"copper_ore": 1}, {})
    assert (game.material((5, 3)), game.mined) == (6, [])  # regrown at the end of the tick, for certain


def test_a_meal_that_fails_is_spoiled() -> None:
    game = quiet("trades", "camps")
    cook = put(game, 0, IN_CAMP, pack={"shrimp": 2, "chicken": 1, "tin_knives": 1})
    tick(game, {0: does(game, "cook", "cooked_shrimp")}, 5000)
    assert carried(cook) == {"shrimp": 1, "chicken": 1, "tin_knives": 1}
    assert game.ledger[tables.SPOILED, 0] == 1
    assert cook.experience[tables.COOKING] == 0
    tick(game, {0: does(game, "cook", "cooked_shrimp")}, 4999)
    assert carried(cook) == {"chicken": 1, "cooked_shrimp": 2}
    assert cook.experience[tables.COOKING] == 100
    assert [game.ledger[tables.USED, kind] for kind in (0, 17)] == [1, 1]


def test_knives_of_the_lowest_metal_cook_and_only_where_there_is_room() -> None:
    """20 raw and two bundles take 22, and a meal takes the room of its raw one: the second would be the 23rd."""
    game = quiet("trades", "camps", **{"items.capacity": 22})
    cook = put(game, 0, IN_CAMP, pack={"shrimp": 20, "tin_knives": 10, "iron_knives": 2})
    tick(game, {0: does(game, "cook", "cooked_shrimp")}, 0)
    assert carried(cook) == {"shrimp": 19, "cooked_shrimp": 1, "tin_knives": 10, "iron_knives": 2}
    game.use_up(cook, 17, 9)  # the one that is left will make room itself
    tick(game, {0: does(game, "cook", "cooked_shrimp")}, 0)
    assert carried(cook) == {"shrimp": 18, "cooked_shrimp": 3, "iron_knives": 2}


def test_cooking_wants_a_camp_and_the_level() -> None:
    game = quiet("trades", "camps")
    cook = put(game, 0, (1, 4), pack={"sardine": 1, "shrimp": 1})  # 2 from the fire
    tick(game, {0: does(game, "cook", "cooked_shrimp")})
    assert game.work_mask(cook)[3] is False
    tick(game, {0: does(game, "cook", "cooked_sardine", move=2)})  # moves into the camp: but level 1 is too low
    assert [kind for kind, valid in enumerate(game.kind_mask(cook)[3]) if valid] == [5]
    assert carried(cook) == {"sardine": 1, "shrimp": 1}


@pytest.mark.parametrize(
    ("thing", "ore", "made", "experience"),
    [
        ("copper_sword", 2, 1, 100),
        ("copper_knives", 1, 10, 100),
        ("copper_staff", 2, 1, 100),
        ("copper_armour", 4, 1, 400),
    ],
)
def test_smithing_uses_ore(thing: str, ore: int, made: int, experience: int) -> None:
    game = quiet("trades", "camps")
    smith = put(game, 0, IN_CAMP, pack={"copper_ore": ore - 1}, gifts=[100, 100, 100, 40])
    tick(game, {0: does(game, "smith", thing)})
    assert carried(smith) == ({"copper_ore": ore - 1} if ore > 1 else {})
    game.make(smith, 10)
    tick(game, {0: does(game, "smith", thing)}, 4000)  # 100 · 40 of 10,000: failed, and the ore stays
    assert carried(smith) == {"copper_ore": ore}
    tick(game, {0: does(game, "smith", thing)}, 3999)
    assert carried(smith) == {thing: made}
    assert smith.experience[tables.SMITHING] == experience * 40 // 100


def test_a_meal_heals_and_feeds_up_to_the_maximum() -> None:
    game = quiet("trades")
    eater = put(game, 0, (1, 1), pack={"cooked_herring": 2, "shrimp": 1}, health=4, food=3)
    tick(game, {0: does(game, "eat", "cooked_herring")})
    assert (eater.health, eater.food) == (9, 23)
    tick(game, {0: does(game, "eat", "cooked_herring")})
    assert (eater.health, eater.food) == (10, 32)
    tick(game, {0: does(game, "eat", "shrimp")})  # raw food is not eaten
    assert carried(eater) == {"shrimp": 1}


def test_what_is_worn_is_the_best_that_may_be_used() -> None:
    game = quiet("trades")
    agent = put(game, 0, (1, 1), pack={"copper_sword": 1, "iron_sword": 1, "tin_armour": 1}, levels={"melee": 9})
    assert [game.best(agent, thing) for thing in range(4)] == [1, 0, 0, 0]  # iron wants level 10, tin armour 5
    agent.experience[tables.MELEE], agent.experience[tables.DEFENSE] = 1151, 387
    assert [game.best(agent, thing) for thing in range(4)] == [3, 0, 0, 2]


def test_a_child_costs_its_mother_and_enters_beside_her() -> None:
    game = quiet("births", "bodies", "items", **{"births.kind": "both", "bodies.gifts": "inherited"})
    game.cap = 2
    mother = put(game, 0, (1, 1), age=50, food=24, water=24, gifts=[90, 0, 200, 10])
    half = (1 << 53) // 2 << 11
    # u1 = 2^-53 · (2^52 + 1) = ½, u2 = ½: √(2 ln 2) · cos π = −1.177; times 10 and rounded, −12
    # u2 = 0 gives +1.177, +12
    tick(game, {0: does(game, "reproduce")}, *(half, half), *(half, half), *(half, 0), *(half, 0))
    child = game.agents[1]
    assert child.gifts == [78, 0, 200, 22]
    assert (child.place, child.population, child.age, child.gold) == ((1, 1), 0, 0, 10)
    assert (mother.food, mother.water, mother.age, child.mother is mother) == (8, 8, 51, True)


@pytest.mark.parametrize("why", ["quota", "cap", "age", "water"])
def test_a_birth_that_is_refused_costs_nothing(why: str) -> None:
    game = quiet("births", **{"births.kind": "both"})
    game.cap = 1 if why == "cap" else 3
    mother = put(game, 0, (1, 1), age=50 - (why == "age"), food=32, water=32 - 9 * (why == "water"))
    if why == "quota":  # 4 / 2 populations
        put(game, 1, (1, 1))
        game.cap = 2
    else:
        game.open_populations = list
    tick(game, {0: does(game, "reproduce")})
    assert (mother.food, mother.water) == (32, 32 - 9 * (why == "water"))
    assert len(game.agents) == 1 + (why == "quota")


def test_the_dead_bear_nobody() -> None:
    game = quiet("births", **{"births.kind": "both"})
    game.cap, game.open_populations = 4, list
    put(game, 0, (1, 1), age=60, health=1, food=30, water=30)
    game.config = game.config.replace(**{"vitals.food_loss": 30})
    tick(game, {0: does(game, "reproduce")})
    assert game.agents == {}


def test_founders_come_until_all_populations_were_whole() -> None:
    game = quiet("births", **{"births.kind": "parents"})
    game.cap, game.founded = 4, set()
    for slot in (0, 1, 2):
        put(game, slot, (1, 1))
    assert game.founded == {0}
    del game.agents[0]
    assert game.open_populations() == [0, 1]
    put(game, 3, (1, 1))
    assert (game.founded, game.open_populations()) == ({0, 1}, [])
