"""Food, water, health, death and birth on tiny worlds, with the arithmetic beside them.

Unless a test says otherwise an agent has health 10, food 32 and water 32, which are the maxima, and uses 1 food and 1
water a tick; healing needs both above 16.
"""

import pytest

from forge.blade import Cause, EventKind, Material, Move, Style
from tests.blade.arena import Arena, field

NORTH, SOUTH, EAST, WEST, PASS = Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST, Move.PASS
MELEE, RANGE, MAGE, HOLD = Style

#: A can drink.
SHORE = """
    #####
    #...#
    #A~.#
    #...#
    #####"""


# -- food and water


@pytest.mark.parametrize(("tick", "first"), [(0, "A"), (1, "B"), (2, "A")])
def test_of_two_on_one_forest_tile_the_first_in_rotating_order_eats(tick: int, first: str) -> None:
    arena = Arena(field("A"), {"A": {"on": "f", "food": 20}, "B": {"at": "A", "food": 20}}, tick=tick)
    arena.step()
    # 20 + 5 − 1 for the first, 20 − 1 for the other; the tile is scrub now.
    assert {letter: arena.vitals(letter)[1] for letter in "AB"} == {"A": 19, "B": 19, first: 24}
    assert arena.material((2, 2)) == Material.SCRUB


def test_the_order_rotates_from_tick_to_tick() -> None:
    agents = {"A": {"on": "f", "food": 20}, "B": {"at": "A", "food": 20}}
    arena = Arena(field("A"), agents, **{"foraging.regrowth": 1})
    food = []
    for _ in range(4):
        arena.step()
        food.append((arena.vitals("A")[1], arena.vitals("B")[1]))
    # A eats at ticks 0 and 2, B at 1 and 3.
    assert food == [(24, 19), (23, 23), (27, 22), (26, 26)]


def test_a_harvested_tile_feeds_nobody_until_it_has_regrown() -> None:
    arena = Arena(field("A"), {"A": {"on": "f", "food": 10}})
    arena.step()
    arena.step()
    assert arena.vitals("A")[1] == 10 + 5 - 1 - 1
    assert arena.world.state.harvested_count[0] == 1


@pytest.mark.parametrize("place", [(1, 2), (2, 1), (2, 3), (3, 2)])
def test_water_is_drunk_from_the_four_sides(place: tuple[int, int]) -> None:
    arena = _by_a_pond(place)
    assert arena.vitals("A")[2] == 20 + 5 - 1


@pytest.mark.parametrize("place", [(1, 1), (1, 3), (3, 1), (3, 3)])
def test_water_is_not_drunk_from_a_corner(place: tuple[int, int]) -> None:
    arena = _by_a_pond(place)
    assert arena.vitals("A")[2] == 20 - 1


def _by_a_pond(place: tuple[int, int]) -> Arena:
    rows = [list("#####"), list("#...#"), list("#.~.#"), list("#...#"), list("#####")]
    rows[place[0]][place[1]] = "A"
    arena = Arena("\n".join(map("".join, rows)), {"A": {"water": 20}})
    arena.step()
    return arena


def test_two_ponds_give_no_more_than_one_and_no_more_than_the_maximum() -> None:
    arena = Arena(field("~A~"), {"A": {"water": 20}})
    arena.step()
    assert arena.vitals("A")[2] == 24
    arena = Arena(field("~A~"), {"A": {"water": 30}})
    arena.step()
    assert arena.vitals("A")[2] == 32 - 1  # clipped before it is used


@pytest.mark.parametrize(
    ("fields", "health"),
    [
        ({"food": 17, "water": 17}, 6),
        ({"food": 16, "water": 32}, 5),  # exactly half is not above half
        ({"food": 32, "water": 16}, 5),
        ({"food": 12, "water": 17, "on": "f"}, 6),  # 12 + 5 = 17: what is eaten counts
        ({"food": 11, "water": 17, "on": "f"}, 5),
        ({"food": 32, "water": 32, "health": 10}, 10),
    ],
)
def test_healing_needs_food_and_water_above_half(fields: dict, health: int) -> None:
    arena = Arena(field("A"), {"A": {"health": 5, **fields}})
    arena.step()
    assert arena.vitals("A")[0] == health


# -- deaths


def test_thirst_and_hunger_kill_at_their_exact_tick() -> None:
    # Food reaches 0 in the 32nd tick, and health falls from then on: 10 − 1 in the 32nd, 0 in the 41st.
    arena = Arena(SHORE, {"A": {"age": 0}})
    for _ in range(31):
        arena.step()
    assert arena.vitals("A")[:2] == (10, 1)
    for health in range(9, 0, -1):
        arena.step()
        assert arena.vitals("A")[:2] == (health, 0)
    arena.step()
    assert arena.deaths() == {"A": Cause.HUNGER}
    assert arena.rewards[0] == 0
    assert arena.world.lives()["lifetime"].tolist() == [40]
    assert arena.world.lives()["reward"].tolist() == [40]

    arena = Arena(field("A"), {"A": {"age": 0, "food": 90}}, **{"vitals.food": 90})
    for _ in range(40):
        arena.step()
    assert arena.vitals("A") == (1, 50, 0)
    arena.step()
    assert arena.deaths() == {"A": Cause.THIRST}


def test_hunger_and_thirst_together_kill_twice_as_fast_and_hunger_is_named() -> None:
    # 2 a tick from the 32nd on: 8, 6, 4, 2 and 0 in the 36th.
    arena = Arena(field("A"), {"A": {"age": 0}})
    for _ in range(35):
        arena.step()
    assert arena.vitals("A") == (2, 0, 0)
    arena.step()
    assert arena.deaths() == {"A": Cause.HUNGER}


def test_food_on_the_last_tick_saves_a_life() -> None:
    arena = Arena(field("A"), {"A": {"on": "f", "health": 1, "food": 0}})
    arena.step()  # 0 + 5 − 1 = 4: no hunger
    assert arena.vitals("A")[:2] == (1, 4)


def test_the_killed_do_not_eat_drink_or_age() -> None:
    arena = Arena(field("~AB"), {"A": {"on": "f"}})
    arena.step(B=(PASS, MELEE))
    assert arena.deaths() == {"A": Cause.ATTACK}
    assert arena.material((3, 3)) == Material.FOREST
    kinds = arena.world.events()["kind"].tolist()
    assert kinds == [EventKind.ATTACK, EventKind.DEATH]
    assert arena.world.events()["value"].tolist() == [10, 100]  # damage; ticks lived


def test_a_death_leaves_its_tile_empty() -> None:
    arena = Arena(field("AB"))
    arena.step(A=(PASS, MELEE))
    assert arena.world.occupancy()[0].sum() == 1
    assert arena.world.observe().counts[0, 0].sum() == 1
    assert arena["B"].item()[:-1] == (0,) * (len(arena["B"].item()) - 1)


# -- regrowth


@pytest.mark.parametrize(("chance", "forests"), [(0, 0), (1, 3)])
def test_regrowth_never_and_always(chance: int, forests: int) -> None:
    arena = Arena(field("A.,,f"), {"A": {"on": "f"}}, **{"foraging.regrowth": chance})
    arena.step()
    # Scrub that a map comes with regrows too; A's own tile was harvested in the same tick.
    assert (arena.world.materials()[0] == Material.FOREST).sum() == 1 + forests


# -- births


def test_one_agent_a_tick_enters_on_the_ring_up_to_the_own_cap() -> None:
    arena = Arena("######\n#AB..#\n#....#\n#....#\n#C.D.#\n######", cap=3)
    arena.step(A=(NORTH, HOLD), B=(NORTH, HOLD), D=(SOUTH, HOLD))
    living = [int(arena.world.state.living_count[0])]
    for _ in range(3):
        arena.step()
        living.append(int(arena.world.state.living_count[0]))
    assert living == [2, 3, 3, 3]  # 4 − 3 + 1, then one more; the fourth slot stays free
    for agent in arena.agents[arena.agents["id"] > 4]:
        assert {agent["row"], agent["col"]} & {1, 4}


def test_a_slot_passes_from_the_dead_to_the_newborn_within_a_tick() -> None:
    arena = Arena("#####\n#A..#\n#...#\n#...#\n#####", cap=1)
    arena.step(A=(NORTH, HOLD))
    assert arena.deaths() == {"A": Cause.LAVA}
    assert arena.rewards.tolist() == [0]
    assert arena.terminated.tolist() == [True]
    newborn = arena["A"]
    assert (newborn["alive"], newborn["id"], newborn["age"]) == (1, 2, 0)
    assert arena.vitals("A") == (10, 32, 32)
    assert arena.place("A") != (2, 2)
    arena.step()
    assert arena.rewards.tolist() == [1]


def test_a_full_population_gets_no_newborn() -> None:
    # Four slots, two populations of two. One agent walks into lava; the newborn is of its population, in its slot.
    drawing = "######\n#A.B.#\n#....#\n#....#\n#C.D.#\n######"
    for letter, move, slot in [("A", NORTH, 0), ("D", SOUTH, 3)]:
        arena = Arena(drawing, cap=4, **{"spawn.populations": 2})
        assert [int(agent["population"]) for agent in arena.agents] == [0, 0, 1, 1]
        arena.step(**{letter: (move, HOLD)})
        assert arena.agents["id"].tolist() == [5 if s == slot else s + 1 for s in range(4)]
        assert [int(agent["population"]) for agent in arena.agents] == [0, 0, 1, 1]


def test_a_newborn_takes_the_lowest_free_slot() -> None:
    arena = Arena("######\n#AB..#\n#....#\n#....#\n#C.D.#\n######", cap=4)
    arena.step(A=(NORTH, HOLD), B=(NORTH, HOLD), D=(SOUTH, HOLD))
    assert arena.agents["alive"].tolist() == [1, 0, 1, 0]
    arena.step()
    assert arena.agents["id"].tolist() == [5, 6, 3, 0]
    arena.step()
    assert arena.agents["id"].tolist() == [5, 6, 3, 7]
