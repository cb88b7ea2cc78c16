"""The forager on maps drawn by hand. Vitals are 32 at most; a portion is 5, so 28 is full enough."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge.agents import Forager
from forge.blade import Move, Style
from tests.agents.scenes import decider, decision, drawn, grass
from tests.blade.arena import Arena

HUNGRY = {"A": {"food": 10}}
THIRSTY = {"A": {"water": 10}}


def move(drawing: str, agents: dict[str, dict[str, Any]] | None = None, **changes: Any) -> int:
    return decision("forager", drawn(drawing, agents, **changes))[0]


def style(drawing: str, agents: dict[str, dict[str, Any]] | None = None, **changes: Any) -> int:
    return decision("forager", drawn(drawing, agents, **{"combat.hold": False, **changes}))[1]


AROUND_STONE = """
    ...s...
    ..As.f.
    ...s...
    ...s...
    ...s...
    ...s...
    ...s...
"""

PAST_LAVA = """
    ...#...
    ..A#.f.
    ...#...
    ...#...
    ...#...
    ...#...
    ...#...
"""


def test_walks_around_stone_the_shorter_way() -> None:
    assert move(AROUND_STONE, HUNGRY) == Move.NORTH  # 7 steps around its north end, 15 around its south end


def test_walks_around_lava_the_shorter_way() -> None:
    assert move(PAST_LAVA, HUNGRY) == Move.NORTH


def test_would_rather_starve_than_cross_lava() -> None:
    walled_in = """
        .....
        .s#s.
        .#A#f
        .s#s.
        .....
    """
    assert move(walled_in, {"A": {"food": 0, "water": 0}}) == Move.PASS


TWO_WAYS = """
    .......
    .......
    .......
    f.A...~
    .......
    .......
    .......
"""


@pytest.mark.parametrize(
    ("food", "water", "expected"),
    [
        (10, 11, Move.WEST),  # food is scarcer, and forest lies west
        (11, 10, Move.EAST),  # water is scarcer, and lies east
        (28, 28, Move.PASS),  # a portion of 5 would be wasted in part
        (27, 28, Move.WEST),
        (28, 27, Move.EAST),
    ],
)
def test_goes_for_what_is_scarcer(food: int, water: int, expected: Move) -> None:
    assert move(TWO_WAYS, {"A": {"food": food, "water": water}}) == expected


def test_compares_shares_of_the_maximum() -> None:
    numbers = {"vitals.food": 100, "vitals.water": 20}
    fed = {"food": 40, "water": 9}  # 40 % of food, 45 % of water
    assert move(TWO_WAYS, {"A": fed}, **numbers) == Move.WEST
    assert move(TWO_WAYS, {"A": {**fed, "water": 7}}, **numbers) == Move.EAST  # 35 % of water


def test_where_one_is_out_of_sight_it_goes_for_the_other() -> None:
    assert move(TWO_WAYS.replace("f", "."), {"A": {"food": 5, "water": 20}}) == Move.EAST
    assert move(TWO_WAYS.replace("~", "."), {"A": {"food": 20, "water": 5}}) == Move.WEST


LAKE = """
    .......
    .......
    .......
    f....A~
    .......
    .......
    .......
"""


def test_drinks_its_fill_before_it_goes_to_eat() -> None:
    arena = drawn(LAKE, {"A": {"food": 12, "water": 18}})
    forager = Forager(arena.config)
    moves = []
    for _ in range(4):
        moves.append(int(forager.act(arena.world.observe())[0, 0, 0]))
        arena.step(A=(moves[-1], Style.HOLD))
    # water 18, 22, 26, 30: it gains 5 and uses 1; with 30 there is no room for another 5
    assert moves == [Move.PASS, Move.PASS, Move.PASS, Move.WEST]


def test_leaves_the_water_early_if_it_starves() -> None:
    assert move(LAKE, {"A": {"food": 5, "water": 18}}) == Move.PASS
    assert move(LAKE, {"A": {"food": 4, "water": 18}}) == Move.WEST  # an eighth of 32 is left


def test_eats_on_the_way_to_the_water() -> None:
    two_equal_ways = """
        .....
        .Af..
        ....~
        .....
        .....
    """
    scene = drawn(two_equal_ways, {"A": {"food": 20, "water": 10}})
    assert {decision("forager", scene, seed=seed)[0] for seed in range(8)} == {Move.EAST}
    scene = drawn(two_equal_ways.replace("f", "."), {"A": {"food": 20, "water": 10}})
    assert {decision("forager", scene, seed=seed)[0] for seed in range(8)} == {Move.EAST, Move.SOUTH}


def test_waits_on_a_tile_that_has_regrown() -> None:
    assert move(TWO_WAYS, {"A": {"food": 10, "on": "f"}}) == Move.PASS


CONTESTED = """
    .........
    .........
    .........
    .........
    f....A.fB
    .........
    .........
    .........
    .........
"""


def test_leaves_food_to_whoever_is_nearer() -> None:
    assert move(CONTESTED, HUNGRY) == Move.WEST  # B takes one step to the forest in the east, A two
    assert move(CONTESTED.replace("B", "."), HUNGRY) == Move.EAST


def test_takes_food_that_it_reaches_as_soon_as_the_other() -> None:
    assert move(CONTESTED.replace(".fB", "f.B"), HUNGRY) == Move.EAST


def test_a_frozen_forager_stays() -> None:
    assert move(AROUND_STONE, {"A": {"food": 10, "freeze": 1}}) == Move.PASS


def test_small_stomachs_are_filled_too() -> None:
    """With at most 4 food no portion of 5 ever fits: it eats when half of the 4 is gone."""
    assert move(TWO_WAYS, {"A": {"food": 3}}, **{"vitals.food": 4}) == Move.PASS
    assert move(TWO_WAYS, {"A": {"food": 2}}, **{"vitals.food": 4}) == Move.WEST


def test_what_gives_nothing_is_no_goal() -> None:
    numbers = {"foraging.harvest": 0}
    assert move(TWO_WAYS, {"A": {"food": 2, "water": 20}}, **numbers) == Move.EAST


@pytest.mark.parametrize("heading", [Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST])
def test_an_explorer_keeps_its_heading(heading: Move) -> None:
    assert decision("forager", drawn(grass(17, A=(8, 8)), HUNGRY), heading=heading)[0] == heading


def test_an_explorer_turns_at_the_edge_and_goes_on_that_way() -> None:
    arena = drawn(grass(17, A=(0, 8)), HUNGRY)
    forager = decider("forager", arena, heading=Move.NORTH)
    moves = []
    for _ in range(7):
        moves.append(int(forager.act(arena.world.observe())[0, 0, 0]))
        arena.step(A=(moves[-1], Style.HOLD))
    assert moves[0] == Move.NORTH  # onto the ring: beyond is lava
    assert moves[1] in (Move.SOUTH, Move.EAST, Move.WEST)
    assert set(moves[1:]) == {moves[1]}


def test_an_explorer_finds_the_gap_in_a_wall() -> None:
    wall = grass(13, A=(5, 0)).split()
    wall = [row[:2] + ("." if k == 12 else "s") + row[3:] for k, row in enumerate(wall)]
    arena = drawn("\n".join(wall), {"A": {"food": 27}})
    forager = decider("forager", arena, heading=Move.EAST)
    for _ in range(20):
        arena.step(A=(int(forager.act(arena.world.observe())[0, 0, 0]), Style.HOLD))
    assert arena.place("A")[1] > 4  # the wall is in column 4 of the map


def test_newborn_explorers_turn_inward_from_the_edge() -> None:
    """On the north ring of a map of 21 it is 18 tiles to the southern edge and 9 to each side: odds 2 to 1 to 1."""
    rows = ["#" * 21, "#.........A.........#", *["#" + "." * 19 + "#"] * 18, "#" * 21]
    arena = Arena("\n".join(rows), {"A": {"food": 10, "age": 0}}, **{"sight.radius": 7})
    forager = Forager(arena.config)
    moves = np.array([forager.act(arena.world.observe())[0, 0, 0] for _ in range(4000)])
    shares = np.bincount(moves, minlength=5) / len(moves)
    assert shares[[Move.PASS, Move.NORTH]].tolist() == [0, 0]
    # the standard deviation of a share is at most sqrt(0.25 / 4000) = 0.008
    assert np.abs(shares - [0, 0, 0.5, 0.25, 0.25]).max() < 0.04


@pytest.mark.parametrize(
    ("rows", "cols", "other", "expected"),
    [
        (0, 3, {}, Style.MELEE),  # after its step B is 2 away: out of reach of melee
        (0, 2, {}, Style.RANGE),  # after its step B may be 1 away
        (1, 1, {}, Style.RANGE),
        (0, 2, {"freeze": 2}, Style.MELEE),  # B cannot come near
        (0, 1, {"age": 14}, Style.MELEE),  # B is immune
        (0, 1, {"age": 15}, Style.RANGE),
    ],
)
def test_attacks_with_the_gentlest_style(rows: int, cols: int, other: dict[str, Any], expected: Style) -> None:
    assert style(beside(rows, cols), {"B": other}) == expected


def beside(rows: int, cols: int) -> str:
    """Open grass with A in the middle, and B so many rows below and columns to the right of it."""
    return grass(11, A=(5, 5), B=(5 + rows, 5 + cols))


def test_gentleness_counts_its_own_step() -> None:
    """B is 3 away, but A goes for the forest towards it, and then B may come to be next to A."""
    scene = beside(0, 3).replace("A..B", "A.fB")
    assert style(scene, {"A": {"food": 10}, "B": {"freeze": 1}}) == Style.MELEE  # then B is 2 away and stays
    assert style(scene, {"A": {"food": 10}}) == Style.MELEE  # B is nearer to the forest: A stays away
    toward = beside(0, 3).replace("A..B", "Af.B")
    assert style(toward, {"A": {"food": 10}}) == Style.RANGE


def test_mage_is_gentlest_where_it_does_not_freeze() -> None:
    assert style(beside(0, 1), **{"combat.mage_freeze": 0}) == Style.MAGE  # 1 health point against 2 and 10


def test_holds_where_it_may() -> None:
    assert decision("forager", drawn(beside(0, 1)))[1] == Style.HOLD
    assert decision("forager", drawn(grass(5, A=(2, 2)), **{"combat.melee_damage": 0}))[1] == Style.HOLD


@pytest.mark.parametrize("hold", [False, True])
def test_names_nobody(hold: bool) -> None:
    scene = drawn(beside(0, 1), **{"combat.targeting": "learned", "combat.hold": hold})
    assert decision("forager", scene)[2] == 0


@pytest.mark.parametrize("radius", [1, 3, 6, 9, 15])
def test_looks_no_farther_than_it_sees_nor_than_7_tiles(radius: int) -> None:
    """Forest 1, 3, 6 and 9 tiles away, each alone on the map: it goes for what is within both limits."""
    for away in (1, 3, 6, 9):
        row = f"{'.' * 12}A{'.' * (away - 1)}f{'.' * (12 - away)}"
        lines = ["#" * 27, *["#" + "." * 25 + "#"] * 12, f"#{row}#", *["#" + "." * 25 + "#"] * 12, "#" * 27]
        arena = Arena("\n".join(lines), HUNGRY, **{"sight.radius": radius})
        expected = Move.EAST if away <= min(radius, 7) else Move.NORTH
        assert decision("forager", arena, heading=Move.NORTH)[0] == expected


def test_blind_it_stays() -> None:
    assert move(TWO_WAYS, {"A": {"food": 1, "water": 1}}, **{"sight.radius": 0}) == Move.PASS
