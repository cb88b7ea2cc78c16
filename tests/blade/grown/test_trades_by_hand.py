"""The trades on tiny worlds, with the arithmetic beside them.

An agent has level 1 in every trade and gift 100 unless told otherwise, so that what needs level 1 succeeds with
probability (50 + 5 · 0) · 100 = 5,000 of 10,000. What the world will draw is known from its stream.
"""

from typing import Any

import pytest

from forge.blade.grown.experience import BEGINS
from forge.blade.grown.items import Reason
from forge.blade.grown.kinds import NAMES, Skill
from forge.blade.mechanics.ids import Move
from tests.blade.grown.village import Village

FISHING, COOKING, MINING, SMITHING = Skill.FISHING, Skill.COOKING, Skill.MINING, Skill.SMITHING
SURE = 200  # gift with which work of one's own level succeeds for certain: 50 · 200 = 10,000
SHORE = """
    #########
    #.......#
    #.......#
    #..A~...#
    #.....*.#
    #.......#
    #.......#
    #.......#
    #########"""
QUARRY = SHORE.replace("~", "o")
CAMP = SHORE.replace("A~", "..").replace("..*.", ".A*.")


def village(drawing: str, seed: int = 1, changes: dict[str, Any] | None = None, **agent: Any) -> Village:
    return Village(drawing, {"A": agent}, seed=seed, **(changes or {}))


def draws(place: Village, chances: list[int]) -> list[bool]:
    """Which of some tries, each of so many in ten thousand, will succeed."""
    stream = place.stream()
    return [stream.below(10_000) < chance for chance in chances]


# -- fish


def test_half_of_what_a_beginner_fishes_for_is_caught() -> None:
    place = village(SHORE, changes={"skills.rate": 0, "items.capacity": 1000, "vitals.food_loss": 0})
    wanted = draws(place, [5_000] * 200)
    caught = []
    for _ in wanted:
        before = place.pack("A").get("shrimp", 0)
        place.step(A="fish")
        caught.append(place.pack("A").get("shrimp", 0) > before)
    assert caught == wanted
    assert 80 < sum(caught) < 120
    assert place.pack("A") == {"shrimp": sum(caught)}


def test_the_best_fish_is_tried_for_first() -> None:
    """At level 7: sardine, of level 5, with 50 + 5 · 2 = 60 %; where that fails shrimp with 50 + 5 · 6 = 80 %."""
    for seed in range(12):
        place = village(SHORE, seed=seed, level={"fishing": 7})
        sardine, shrimp = draws(place, [6_000, 8_000])
        after = place.stream()
        after.draw()
        if not sardine:
            after.draw()
        place.step(A="fish")
        assert place.pack("A") == ({"sardine": 1} if sardine else {"shrimp": 1} if shrimp else {})
        assert place.world.state.stream[0] == after.state  # the second is drawn only where the first fails


def test_nobody_fishes_above_its_level_or_away_from_water() -> None:
    place = village(SHORE, gifts=SURE, level={"fishing": 9}, changes={"skills.rate": 0})  # herring takes 10
    place.step(A="fish")
    assert place.pack("A") == {"sardine": 1}
    before = place.stream().state
    place.step(A={"work": "fish", "move": Move.WEST})  # at its turn it stands away from the water
    assert place.pack("A") == {"sardine": 1}
    assert place.stream().state == before
    place.step(A={"work": "fish", "move": Move.EAST})  # and now it has come to it
    assert place.pack("A") == {"sardine": 2}


def test_with_a_full_pack_nothing_is_tried() -> None:
    place = village(SHORE, gifts=SURE, pack={"copper_ore": 18, "copper_knives": 11})  # 18 + 2 = 20
    before = place.stream().state
    assert "fish" not in place.may("A")
    place.step(A="fish")
    assert place.pack("A") == {"copper_ore": 18, "copper_knives": 11}
    assert place.stream().state == before


# -- experience


def test_fishing_brings_experience_by_rate_and_gift() -> None:
    """Shrimp brings 10: times rate 10 and gift 123 / 100 that is 123, and level 2 begins at 83, level 3 at 174.

    123 is 40 of the 91 from level 2 to 3: 43 percent. With the next at chance (50 + 5) · 123 = 67.65 %, and one more
    catch, 246: level 3, and 72 of the 101 to level 4: 71 percent.
    """
    place = village(SHORE, gifts=123)
    catches = 0
    while catches < 2:
        before = place.pack("A").get("shrimp", 0)
        level = int(place.of("A", "level")[FISHING])
        (wanted,) = draws(place, [(50 + 5 * (level - 1)) * 123])
        place.step(A="fish")
        assert (place.pack("A").get("shrimp", 0) > before) == wanted
        if wanted:
            catches += 1
            found = [place.experience("A", FISHING), *(int(place.of("A", a)[FISHING]) for a in ("level", "progress"))]
            assert found == [[123, 2, 43], [246, 3, 71]][catches - 1]
            assert place.events() == [("make", 0, 1), ("level_up", FISHING, catches + 1)]
        else:
            assert place.experience("A", FISHING) == [0, 123][catches]  # failed work brings none
            assert place.events() == []


# -- mine


def test_ore_turns_to_stone_and_back() -> None:
    place = village(QUARRY, gifts=SURE, level={"mining": 10}, changes={"trades.ore_regrowth": 1})
    assert "mine" in place.may("A")
    place.step(A="mine")
    assert place.pack("A") == {"iron_ore": 1}
    assert place.material(3, 4) == "orerock"  # regrown in the same tick, after all have worked, for certain
    place = village(QUARRY, gifts=SURE, level={"mining": 10})
    place.step(A="mine")
    assert place.pack("A") == {"iron_ore": 1}
    assert place.material(3, 4) == "stone"
    assert "mine" not in place.may("A")
    before = place.stream().state
    place.step(A="mine")
    assert place.pack("A") == {"iron_ore": 1}
    assert place.stream().state == before


def test_ore_comes_back_with_its_probability() -> None:
    """One place of stone: a geometric draw says in how many ticks it is ore again, skipping what a tick draws."""
    place = village(QUARRY, gifts=SURE, changes={"trades.ore_regrowth": 0.1})
    place.step(A="mine")
    ticks = [int(place.material(3, 4) == "stone")]
    while place.material(3, 4) == "stone" and len(ticks) < 500:
        place.step()
        ticks.append(1)
    assert place.material(3, 4) == "orerock"
    assert place.world.state.mined_count[0] == 0
    assert "mine" in place.may("A")


def test_the_first_ore_of_north_south_east_and_west_is_taken() -> None:
    drawing = QUARRY.replace("#.......#\n    #..Ao", "#..o....#\n    #.oAo")
    place = village(drawing, gifts=SURE, changes={"skills.rate": 0})
    taken = []
    for _ in range(3):
        place.step(A="mine")
        taken.append([at for at in ((2, 3), (3, 4), (3, 2)) if place.material(*at) == "stone"])
    assert taken == [[(2, 3)], [(2, 3), (3, 4)], [(2, 3), (3, 4), (3, 2)]]
    assert place.pack("A") == {"copper_ore": 3}


@pytest.mark.parametrize(("tick", "first"), [(0, "A"), (1, "B")])
def test_two_on_one_ore_go_in_rotating_order(tick: int, first: str) -> None:
    place = Village(QUARRY.replace("o...", "oB.."), {c: {"gifts": SURE} for c in "AB"})
    place.world.state.tick[0] = tick
    place.step(A="mine", B="mine")
    assert {c for c in "AB" if place.pack(c)} == {first}


# -- cook


def test_a_failed_cooking_spoils_what_was_raw() -> None:
    seen = set()
    for seed in range(10):
        place = village(CAMP, seed=seed, pack={"shrimp": 2})
        (wanted,) = draws(place, [5_000])
        place.step(A="cook cooked_shrimp")
        ledger = place.world.state.ledger[0]
        assert place.pack("A") == {"shrimp": 1, **({"cooked_shrimp": 1} if wanted else {})}
        assert ledger[Reason.SPOILED, 0] == (not wanted)
        assert place.experience("A", COOKING) == (100 if wanted else 0)
        assert place.events() == (
            [("use", 0, 1), ("make", 5, 1), ("level_up", COOKING, 2)] if wanted else [("spoil", 0, 1)]
        )
        assert place.books_agree()
        seen.add(wanted)
    assert seen == {False, True}


@pytest.mark.parametrize(
    ("knives", "capacity", "left", "meals"),
    [
        ({"copper_knives": 12, "iron_knives": 3}, 20, {"copper_knives": 11, "iron_knives": 3}, 2),
        ({"iron_knives": 3}, 20, {"iron_knives": 2}, 2),
        ({"tin_knives": 2}, 2, {"tin_knives": 2}, 1),  # 1 raw + 1 of knives: full, so the second meal finds no room
        ({"tin_knives": 1}, 2, {}, 2),  # the last knife leaves its room to the second meal
        ({"tin_knives": 11}, 3, {"tin_knives": 10}, 2),  # as the eleventh does
        ({}, 20, {}, 1),
    ],
)
def test_knives_in_cooking_make_two_meals(
    knives: dict[str, int], capacity: int, left: dict[str, int], meals: int
) -> None:
    place = village(CAMP, gifts=SURE, pack={"shrimp": 1, **knives}, changes={"items.capacity": capacity})
    place.step(A="cook cooked_shrimp")
    assert place.pack("A") == {"cooked_shrimp": meals, **left}
    assert place.experience("A", COOKING) == 10 * 10 * 2  # of one shrimp at rate 10 and gift 200, however many meals
    assert place.books_agree()


def test_cooking_takes_a_camp_what_is_raw_and_a_level() -> None:
    place = village(CAMP, gifts=SURE, pack={"shrimp": 1, "sardine": 1, "goblin": 1}, level={"cooking": 4})
    assert place.may("A")["cook"] == ["cooked_shrimp"]
    before = place.stream().state
    for kind in ("cooked_sardine", "cooked_goblin", "cooked_chicken", "shrimp", "copper_sword"):
        place.step(A=f"cook {kind}")
    for _ in range(3):
        place.step(A={"work": "cook", "kind": "cooked_shrimp", "move": Move.WEST})
        if not place["A"]["in_camp"]:
            break
        before = place.stream().state
    assert not place["A"]["in_camp"]
    assert "cook" not in place.may("A")
    have = place.pack("A")
    before = place.stream().state
    place.step(A="cook cooked_shrimp")
    assert place.pack("A") == have
    assert place.stream().state == before


# -- smith


@pytest.mark.parametrize(
    ("kind", "ore", "takes", "made", "level", "experience"),
    [
        ("copper_sword", "copper_ore", 2, 1, 1, 10),
        ("tin_knives", "tin_ore", 1, 10, 5, 20),
        ("iron_staff", "iron_ore", 2, 1, 10, 30),
        ("tin_armour", "tin_ore", 4, 1, 5, 80),
    ],
)
def test_what_is_smithed(kind: str, ore: str, takes: int, made: int, level: int, experience: int) -> None:
    place = village(CAMP, pack={ore: takes + 1}, level={"smithing": level})
    start = place.experience("A", SMITHING)
    place.step(A=f"smith {kind}")  # with gift 100 it never fails
    assert place.pack("A") == {ore: 1, kind: made}
    assert place.experience("A", SMITHING) == start + 10 * experience
    assert place.books_agree()
    for short in ({"pack": {ore: takes - 1}, "level": {"smithing": level}}, {"pack": {ore: 9}, "level": {}}):
        if level == 1 and short["level"] == {}:
            continue
        place = village(CAMP, **short)
        place.step(A=f"smith {kind}")
        assert place.pack("A") == ({ore: takes - 1} if takes > 1 and short["level"] else place.pack("A"))
        assert kind not in place.pack("A")


def test_a_full_pack_can_be_smithed_from() -> None:
    place = village(CAMP, pack={"copper_ore": 20})
    place.step(A="smith copper_knives")
    assert place.pack("A") == {"copper_ore": 19, "copper_knives": 10}
    place.step(A="smith copper_knives")
    assert place.pack("A") == {"copper_ore": 18, "copper_knives": 20}
    assert place.of("A", "load") == 20


def test_refresh_looks_at_levels_that_were_written_to() -> None:
    place = village(CAMP, pack={"tin_ore": 4}, level={"smithing": 4})
    place.step(A="rest")  # from now on it is known what it can smith: nothing of tin, which takes level 5
    assert "smith" not in place.may("A")
    state = place.world.state
    state.level[0, 0, SMITHING], state.experience[0, 0, SMITHING] = 5, BEGINS[5]
    place.world.refresh()
    assert place.may("A")["smith"] == [f"tin_{thing}" for thing in ("sword", "knives", "staff", "armour")]


def test_smithing_that_fails_keeps_its_ore() -> None:
    seen = set()
    for seed in range(10):
        place = village(CAMP, seed=seed, pack={"copper_ore": 2}, gifts=30)
        (wanted,) = draws(place, [3_000])
        place.step(A="smith copper_sword")
        assert place.pack("A") == ({"copper_sword": 1} if wanted else {"copper_ore": 2})
        assert place.experience("A", SMITHING) == (10 * 10 * 30 // 100 if wanted else 0)
        seen.add(wanted)
    assert seen == {False, True}


# -- eat


@pytest.mark.parametrize(
    ("meal", "health", "food"),
    [("cooked_shrimp", 2, 8), ("cooked_sardine", 3, 12), ("cooked_herring", 5, 20), ("cooked_goblin", 5, 20)],
)
def test_a_meal_brings_health_and_food(meal: str, health: int, food: int) -> None:
    place = village(CAMP, pack={meal: 1}, health=2, food=5, water=5)
    assert place.may("A")["eat"] == [meal]
    place.step(A=f"eat {meal}")
    # 1 food is used afterwards; water of 5 is not enough to heal
    assert (place["A"]["health"], place["A"]["food"]) == (2 + health, 5 + food - 1)
    assert place.pack("A") == {}
    assert place.events() == [("eat", NAMES.index(meal), food)]
    assert place.books_agree()


def test_nobody_eats_more_than_it_can_hold_or_what_is_raw() -> None:
    place = village(CAMP, pack={"cooked_herring": 1, "herring": 1}, health=9, food=30)
    place.step(A="eat herring")
    assert place.pack("A") == {"cooked_herring": 1, "herring": 1}
    place.step(A="eat cooked_herring")
    assert (place["A"]["health"], place["A"]["food"]) == (10, 32 - 1)
    assert place.pack("A") == {"herring": 1}
