"""Fights by levels, by hand: in each test a small world and the numbers that the rules give for it."""

from __future__ import annotations

import numpy as np
import pytest

from forge.blade import ConfigError, Law, Move, Style
from forge.blade.grown.experience import BEGINS
from tests.blade.grown.pit import Pit

PASS, NORTH, SOUTH, EAST, WEST = (int(move) for move in Move)
MELEE, RANGE, MAGE, HOLD = (int(style) for style in Style)

FACING = """
    ##########
    #........#
    #.F......#
    #........#
    #........#
    #....AB..#
    #........#
    #........#
    #........#
    ##########
"""
#: Four around one: B north of A, C east, D south, E west.
MELEE_OF_FIVE = """
    ##########
    #........#
    #.F......#
    #........#
    #....B...#
    #...EAC..#
    #....D...#
    #........#
    #........#
    ##########
"""
MASTER = {"levels": {"melee": 90, "range": 90, "mage": 90}}
#: A master on level 1: 90 · 64 against 64, for at most ⌊0.5 + 98 · 64 / 640⌋.
STRONG = (5760, 64, 10)
#: What a master has learned in melee before.
MASTERY = int(BEGINS[90])


def drawn(pit: Pit, blows: list[tuple[int, int, int]]) -> list[int]:
    """The damage of blows as the world will draw it: for each the attack roll, the defence roll and the most damage."""
    stream, found = pit.stream, []
    for attack, defence, most in blows:
        if attack > defence:
            hit = stream.below(2 * (attack + 1)) < 2 * attack - defence
        else:
            hit = stream.below(2 * (defence + 1)) < attack
        found.append(1 + stream.below(most) if hit else 0)
    return found


def test_both_strike_and_what_they_draw_is_what_they_suffer_and_learn() -> None:
    """Both at level 1: 64 against 64, at most 1. Each point is 3 · 10 in melee or defense, and 10 in constitution."""
    hits = set()
    for tick in range(12):
        pit = Pit(FACING, tick=tick)
        pit.state.stream[0] = tick
        by_a, by_b = drawn(pit, [(64, 64, 1)] * 2)
        pit.step(A=(PASS, MELEE), B=(PASS, MELEE))
        assert pit.health("A", "B") == [10 - by_b, 10 - by_a]
        assert [int(pit[who]["damage"]) for who in "AB"] == [by_b, by_a]
        assert [int(pit[who]["hurt"]) for who in "AB"] == [4 * by_b, 4 * by_a], "5, less this tick"
        wanted = {"melee": 30 * by_a, "defense": 30 * by_b, "constitution": 10 * (by_a + by_b)}
        assert pit.experience("A") == {skill: points for skill, points in wanted.items() if points}
        assert pit.events("attack") == [(1, 2, MELEE, by_a), (2, 1, MELEE, by_b)]
        hits.add((by_a, by_b))
    assert hits == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_arms_count_where_they_are_carried_and_may_be_used() -> None:
    """A wears an iron sword at level 10: 10 · 83 and at most 2. B wears iron armour, at level 10: 10 · 169.

    At level 1 the sword of iron is not used, but the one of copper is: 1 · 74, and ⌊0.5 + 9 · 73 / 640⌋ = 1.
    """
    for stream in range(8):
        for levels, attack, most in (({"melee": 10}, 830, 2), ({}, 74, 1)):
            a = {"levels": levels, "pack": {"copper_sword": 1, "iron_sword": 1}}
            pit = Pit(FACING, {"A": a, "B": {"levels": {"defense": 10}, "pack": {"iron_armour": 1}}})
            pit.state.stream[0] = stream
            wanted = drawn(pit, [(attack, 1690, most)])
            pit.step(A=(PASS, MELEE))
            assert [10 - health for health in pit.health("B")] == wanted


def test_nobody_strikes_from_or_into_a_camp() -> None:
    """The fire is at row 2, column 2 and the camp reaches to column 3. Nor does the truce hold where there is none."""
    drawing = """
        ########
        #......#
        #.F.BA.#
        #......#
        #......#
        #......#
        #......#
        ########
    """
    pit = Pit(drawing)
    pit.step(A=(PASS, MELEE), B=(PASS, MELEE))
    assert len(pit.events("attack")) == 2, "neither is in the camp"
    for way in (WEST, PASS):  # B comes into the camp in the first tick, and is there in the second
        pit.step(A=(way, RANGE), B=(way, RANGE))
        assert (pit["B"]["in_camp"], pit.events("attack")) == (1, []), "neither into it nor from it"
    pit.step(A=(EAST, RANGE), B=(EAST, RANGE))
    assert len(pit.events("attack")) == 2, "after the moves B is outside again"
    war = Pit(drawing, **{"camps.truce": False})
    war.step(A=(WEST, MELEE), B=(WEST, MELEE))
    assert (war["B"]["in_camp"], len(war.events("attack"))) == (1, 2)


def test_of_those_who_may_be_struck_the_weakest_is() -> None:
    """E has least health, but is immune; B is in the camp; of C and D, D has less. Then C, which has no more, is first
    in rotating order, or D is, by the tick: the order of tick 3 begins with slot 3, which is D's.
    """
    drawing = """
        ##########
        #........#
        #...F....#
        #...B....#
        #........#
        #...EAC..#
        #....D...#
        #........#
        #........#
        ##########
    """
    others = {"E": {"health": 1, "age": 3}, "B": {"health": 1}, "C": {"health": 5}, "D": {"health": 4}}
    pit = Pit(drawing, others, **{"combat.range_reach": 2})
    pit.step(A=(PASS, RANGE))
    assert [event[1] for event in pit.events("attack")] == [4]
    for tick, wanted in ((0, 3), (2, 3), (3, 4), (4, 3), (5, 3)):
        pit = Pit(drawing, {**others, "D": {"health": 5}}, tick=tick)
        pit.step(A=(PASS, RANGE))
        assert [event[1] for event in pit.events("attack")] == [wanted], tick


def test_mage_freezes_only_where_it_hits() -> None:
    """Freeze is 3, of which the tick of the blow takes 1."""
    found = set()
    for stream in range(10):
        pit = Pit(FACING)
        pit.state.stream[0] = stream
        (damage,) = drawn(pit, [(64, 64, 1)])
        pit.step(A=(PASS, MAGE))
        assert pit["B"]["freeze"] == 2 * damage
        assert pit.experience("A") == ({"mage": 30, "constitution": 10} if damage else {})
        found.add(damage)
    assert found == {0, 1}


def test_a_knife_is_used_up_by_each_range_attack_with_a_target() -> None:
    """At level 5 those of tin are used: 5 · 72 against 64, ⌊0.5 + 13 · 71 / 640⌋ = 1; when none is left, copper."""
    pit = Pit(FACING, {"A": {"levels": {"range": 5}, "pack": {"copper_knives": 3, "tin_knives": 1, "iron_knives": 2}}})
    assert (pit.state.in_use[0, 0, RANGE], pit.state.load[0, 0]) == (2, 3)
    wanted = drawn(pit, [(360, 64, 1)])
    pit.step(A=(PASS, RANGE))
    assert [10 - health for health in pit.health("B")] == wanted
    assert pit.pack("A") == {"copper_knives": 3, "iron_knives": 2}
    assert (pit.state.in_use[0, 0, RANGE], pit.state.load[0, 0]) == (1, 2)
    assert pit.events("use") == [(1, -1, 17, 1)]
    pit.step(A=(WEST, MELEE))
    pit.step(A=(WEST, RANGE))
    assert pit.pack("A")["copper_knives"] == 3, "B is three tiles away: no target, no knife"
    pit.step(A=(EAST, RANGE))
    assert pit.pack("A")["copper_knives"] == 2
    pit.step(A=(PASS, MAGE))
    assert pit.pack("A")["copper_knives"] == 2
    assert pit.state.ledger[0, 3, 16:19].tolist() == [1, 1, 0]


def test_who_was_damaged_in_the_last_five_ticks_does_not_heal() -> None:
    """B, at 5 of 10, is struck in tick 0; food and water are full, and 1 is regained a tick from tick 5 on."""
    pit = Pit(FACING, {"A": MASTER, "B": {"health": 7}}, **{"vitals.heal": 1})
    pit.state.stream[0] = next(s for s in range(99) if drawn_from(pit, s, STRONG) == 2)
    pit.step(A=(PASS, MELEE))
    found = pit.health("B")
    for _ in range(7):
        pit.step()
        found += pit.health("B")
    assert found == [5, 5, 5, 5, 5, 6, 7, 8]


def drawn_from(pit: Pit, stream: int, blow: tuple[int, int, int]) -> int:
    """The damage of one blow, if the stream begins there."""
    pit.state.stream[0] = stream
    return drawn(pit, [blow])[0]


def test_a_blow_counts_as_far_as_there_is_health() -> None:
    """A has 5 left. B, C, D and E strike in this order of the index: B, then, in A's row, C and E by slot, then D.

    Credit goes by rotating order, which begins with slot 3, D, in tick 3: D, E, B, C.
    """
    pit = Pit(MELEE_OF_FIVE, {"A": {"health": 5}, **dict.fromkeys("BCDE", MASTER)}, tick=3)
    pit.state.stream[0] = next(s for s in range(9999) if four(pit, s) == [2, 4, 2, 2])
    pit.step(**dict.fromkeys("BCDE", (PASS, MELEE)))
    assert pit.terminated.tolist() == [True, False, False, False, False]
    # D takes 2, E 2, B min(2, 1) = 1, and C nothing; the kill is D's, before E, which took as much
    assert [pit.experience(who).get("melee", 0) - MASTERY for who in "BCDE"] == [30, 0, 60, 60]
    assert pit.state.killer[0, 0] == pit.slot("D")


def four(pit: Pit, stream: int) -> list[int]:
    """The damage by B, C, E and D, in the order of the index, as B, C, E, D."""
    pit.state.stream[0] = stream
    return drawn(pit, [STRONG] * 4)


@pytest.mark.parametrize(("tick", "killer"), [(3, "D"), (4, "E"), (1, "B")])
def test_spoils_go_to_who_did_most_and_ties_rotate(tick: int, killer: str) -> None:
    """A has 6 left; B, E and D do 2 each and C misses: of these, the first in rotating order has killed."""
    victim = {"health": 6, "pack": {"shrimp": 2, "iron_armour": 1}, "gold": 7}
    pit = Pit(MELEE_OF_FIVE, {"A": victim, **dict.fromkeys("BCDE", MASTER)}, tick=tick)
    pit.state.stream[0] = next(s for s in range(99999) if four(pit, s) == [2, 0, 2, 2])
    pit.step(**dict.fromkeys("BCDE", (PASS, MELEE)))
    took = {"shrimp": 2, "iron_armour": 1, "gold": 7}
    assert {who: pit.pack(who) for who in "BCDE"} == {who: took if who == killer else {} for who in "BCDE"}
    assert pit.events("take") == [(pit[killer]["id"], 1, kind, count) for kind, count in ((0, 2), (24, 1), (25, 7))]
    assert pit.state.ledger[0, 6, [0, 24, 25]].tolist() == [2, 1, 7]
    assert pit.state.tally["kills"].tolist() == [[1]]
    assert not pit.state.ledger[0, 5].any()


def test_what_finds_no_room_is_lost() -> None:
    """B carries 18 of 20: two shrimps of five find room, and no knife then. All the gold does."""
    victim = {"health": 1, "pack": {"shrimp": 5, "copper_knives": 10}, "gold": 3}
    pit = Pit(FACING, {"A": victim, "B": {**MASTER, "pack": {"goblin": 18}}})
    pit.state.stream[0] = next(s for s in range(99) if drawn_from(pit, s, STRONG))
    pit.step(B=(PASS, MELEE))
    assert pit.pack("B") == {"shrimp": 2, "goblin": 18, "gold": 3}
    assert pit.state.load[0, 1] == 20
    assert pit.state.ledger[0, 6, [0, 16, 25]].tolist() == [2, 0, 3]
    assert pit.state.ledger[0, 5, [0, 16, 25]].tolist() == [3, 10, 0]
    assert sorted(pit.events("lose")) == [(1, -1, 0, 3), (1, -1, 16, 10)]


def test_who_kills_and_dies_takes_nothing() -> None:
    """Both have 1 left and hit: the packs of both are lost."""
    one = {"health": 1, "pack": {"shrimp": 1}, "gold": 2, **MASTER}
    pit = Pit(FACING, {"A": one, "B": one})
    pit.state.stream[0] = next(s for s in range(99) if all(both(pit, s)))
    pit.step(A=(PASS, MELEE), B=(PASS, MELEE))
    assert pit.terminated.all()
    assert pit.state.ledger[0, 5, [0, 25]].tolist() == [2, 4]
    assert not pit.state.ledger[0, 6].any()


def both(pit: Pit, stream: int) -> list[int]:
    pit.state.stream[0] = stream
    return drawn(pit, [STRONG] * 2)


def test_who_starves_leaves_nothing_to_who_struck_it_last() -> None:
    """A takes 1 of B's 2, and B dies of hunger in the same tick: nobody has killed it."""
    pit = Pit(FACING, {"B": {"health": 2, "food": 0, "pack": {"shrimp": 1}}})
    pit.state.stream[0] = next(s for s in range(99) if drawn_from(pit, s, (64, 64, 1)))
    pit.step(A=(PASS, MELEE))
    assert pit.terminated.tolist() == [False, True]
    assert pit.pack("A") == {}
    assert pit.state.ledger[0, 5, 0] == 1


def test_agents_may_be_kept_from_striking_one_another() -> None:
    pit = Pit(FACING, {"A": MASTER}, **{"levels.agents": False})
    pit.step(A=(PASS, MELEE))
    assert pit.events("attack") == []


def test_rewards_of_fights() -> None:
    """B takes 1 from A's 1: 0.5 for the point, 8 for the kill and 1 for survival; A pays 0.25."""
    rewards = {"reward.damage_dealt": 0.5, "reward.damage_taken": -0.25, "reward.kill": 8, "reward.survival": 1}
    pit = Pit(FACING, {"A": {"health": 1}, "B": MASTER}, **rewards)
    pit.state.stream[0] = next(s for s in range(99) if drawn_from(pit, s, STRONG) > 3)
    pit.step(B=(PASS, MELEE))
    assert pit.rewards.tolist() == [-0.25, 9.5]


def test_named_targets_are_struck_if_they_may_be() -> None:
    """Masks ask immunity and reach after the moves. E is immune; entries are by row and slot."""
    pit = Pit(MELEE_OF_FIVE, {"E": {"age": 3}}, **{"combat.targeting": "learned"})
    seen = pit.world.observe().seen[0, 0, : pit.world.observe().seen_count[0, 0]].tolist()
    assert seen == [0, 1, 2, 4, 3]
    assert pit.world.observe().target_mask[0, 0, MELEE, :5].tolist() == [True, True, True, False, True]
    for entry, wanted in ((2, [3]), (3, []), (0, []), (4, [4])):
        pit.step(A=(PASS, MELEE, entry))
        assert [event[1] for event in pit.events("attack")] == wanted
    peace = Pit(MELEE_OF_FIVE, **{"combat.targeting": "learned", "levels.agents": False})
    assert peace.world.observe().target_mask[0, 0, MELEE, :5].tolist() == [True] + [False] * 4


def test_what_levels_need() -> None:
    with pytest.raises(ConfigError, match="'levels' needs 'skills'"):
        Law(systems=["levels"])
    with pytest.raises(ConfigError, match=r"levels\.agents"):
        Law(systems=["skills", "levels"], **{"levels.agents": 3})
    assert np.isin(["hurt"], Law(systems=["levels", "skills"]).schema.agent.names).all()


def test_fights_need_neither_items_nor_camps() -> None:
    """A kills a chicken with bare hands, and no draw follows the two of the blow: it leaves nothing."""
    drawing = FACING.replace("F", ".").replace("AB", "Ac")
    pit = Pit(drawing, {"A": MASTER}, systems=("skills", "levels", "creatures"))
    pit["0"]["health"], pit["0"]["freeze"] = 1, 2
    pit.state.stream[0] = next(s for s in range(99) if drawn_from(pit, s, STRONG))
    draws = pit.stream
    for n in (2 * 5761, 10):
        draws.below(n)
    pit.step(A=(PASS, MELEE))
    assert pit.events("slay") == [(1, -1, 1, 0)]
    assert int(pit.state.stream[0]) == draws.state
