"""What agents observe on tiny worlds, with the arithmetic beside it."""

import pytest

from forge.blade import Material, Style
from tests.blade.arena import Arena, apart, field

MELEE, RANGE, MAGE, HOLD = Style
LAVA, WATER, GRASS, SCRUB, FOREST, STONE, OREROCK = Material


def seen_by(arena: Arena, slot: int) -> list[int]:
    """Slots of the agents in view."""
    observation = arena.world.observe()
    return observation.seen[0, slot, : observation.seen_count[0, slot]].tolist()


def test_the_view_lists_the_observer_then_the_others_by_row_and_slot() -> None:
    arena = Arena(
        """
        #######
        #..D..#
        #.B...#
        #.C.A.#
        #.....#
        #.E...#
        #######"""
    )
    assert seen_by(arena, 0) == [0, 3, 1, 2, 4]
    assert seen_by(arena, 2) == [2, 3, 1, 0, 4]


@pytest.mark.parametrize(("tick", "kept"), [(1, [0, 1, 2]), (2, [0, 1, 2]), (3, [0, 3, 2]), (4, [0, 3, 2])])
def test_a_full_view_keeps_the_nearest_and_breaks_ties_by_rotating_order(tick: int, kept: list[int]) -> None:
    # C is 1 away, B and D are 2 away: one of them is kept, by the order of the tick just stepped of 4 slots.
    # Tick 0: ABCD, 1: BCDA, 2: CDAB, 3: DABC.
    arena = Arena(
        """
        #######
        #B...D#
        #..C..#
        #..A..#
        #.....#
        #.....#
        #######""",
        tick=tick,
        **{"sight.agents": 3},
    )
    assert seen_by(arena, 0) == kept


def test_a_view_of_one_holds_the_observer_alone() -> None:
    arena = Arena(field("AB"), **{"sight.agents": 1})
    assert (seen_by(arena, 0), seen_by(arena, 1)) == ([0], [1])


def test_only_the_window_is_in_view() -> None:
    for rows, cols, seen in [(3, 3, [0, 1]), (0, 3, [0, 1]), (4, 0, [0]), (3, 4, [0])]:  # radius 3
        assert seen_by(Arena(apart(rows, cols)), 0) == seen


def test_the_window_holds_materials_and_counts_and_lava_beyond_the_map() -> None:
    # A window of 5 × 5 around A, who stands in row 1 and column 1 of the map: its first row and column lie outside.
    arena = Arena(
        """
        ######
        #AC..#
        #.~s.#
        #.fo.#
        #....#
        ######""",
        {"B": {"at": "A"}},
        **{"sight.radius": 2},
    )
    window = arena.world.observe()
    assert window.materials[0, 0].tolist() == [
        [LAVA, LAVA, LAVA, LAVA, LAVA],
        [LAVA, LAVA, LAVA, LAVA, LAVA],
        [LAVA, LAVA, GRASS, GRASS, GRASS],
        [LAVA, LAVA, GRASS, WATER, STONE],
        [LAVA, LAVA, GRASS, FOREST, OREROCK],
    ]
    counts = window.counts[0, 0]
    assert (counts[2, 2], counts[2, 3], counts.sum()) == (2, 1, 3)


def test_the_eleven_features_of_everyone_in_view() -> None:
    # A strikes B for 5 and freezes it for 5 ticks, of which one passes. Both use 1 food and 1 water; B does not heal.
    b = {"age": 6, "health": 14, "food": 9, "water": 7}
    blow = {"vitals.health": 14, "combat.mage_damage": 5, "combat.mage_freeze": 5, "combat.immunity": 0}
    arena = Arena(apart(1, 2), {"B": b}, **blow, **{"combat.vampirism": 0, "spawn.populations": 2})
    arena.step(A=(0, Style.MAGE))
    # age, health, food, water, row, col, row and column offset, damage, same population, freeze
    assert arena.world.observe().features(0, 0).tolist() == [
        [101, 14, 31, 31, 2, 2, 0, 0, 0, 1, 0],
        [7, 9, 8, 6, 3, 4, 1, 2, 5, 0, 4],
    ]


def test_an_empty_slot_observes_nothing_and_may_do_nothing() -> None:
    arena = Arena("#####\n#A..#\n#...#\n#..B#\n#####", **{"combat.targeting": "learned"})
    arena.step(A=(1, HOLD, 0))  # north, into lava
    seen = arena.world.observe()
    assert seen_by(arena, 0) == []
    assert seen_by(arena, 1) == [1]
    for mask in (seen.move_mask, seen.style_mask, seen.target_mask):
        assert not mask[0, 0].any()
        assert mask[0, 1].any()


def test_the_window_counts_to_thirty_one_and_the_state_on() -> None:
    # 33 agents on one tile: the letter A and 32 that share its place.
    crowd = {letter: {"at": "A"} for letter in map(chr, range(ord("B"), ord("B") + 32))}
    arena = Arena(field("A"), crowd, **{"sight.agents": 5})
    assert arena.world.observe().counts[0, 0, 3, 3] == 31
    assert arena.world.occupancy()[0, 2, 2] == 33
    arena.step(A=(1, HOLD))
    assert arena.world.observe().counts[0, 0, 4, 3] == 31
    assert arena.world.occupancy()[0, 2, 2] == 32
