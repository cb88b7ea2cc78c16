"""Chickens and goblins, by hand: where they go, whom they strike, what they leave, and when they come back."""

from __future__ import annotations

import pytest

from forge.blade import ConfigError, Law, Move, Style
from forge.blade.grown.experience import BEGINS
from tests.blade.grown.pit import Pit
from tests.reference.stream import Stream

PASS, NORTH, SOUTH, EAST, WEST = (int(move) for move in Move)
MELEE, RANGE, MAGE, HOLD = (int(style) for style in Style)
STEPS = ((-1, 0), (1, 0), (0, 1), (0, -1))
MASTER = {"levels": {"melee": 90, "range": 90, "mage": 90}}

#: A goblin three columns east of A, on open grass.
APART = """
    ##########
    #........#
    #.F......#
    #........#
    #........#
    #...A..g.#
    #........#
    #........#
    #........#
    ##########
"""
BESIDE = APART.replace("A..g", "..Ag")
HENHOUSE = BESIDE.replace("g", "c")


def begun(drawing: str, stream: int, agents: dict[str, dict[str, object]] | None = None, **changes: object) -> Pit:
    """A pit whose stream begins at a number."""
    pit = Pit(drawing, agents, **changes)
    pit.state.stream[0] = stream
    return pit


@pytest.mark.parametrize("stream", range(8))
def test_a_goblin_goes_for_who_is_near_and_strikes_beside_it(stream: int) -> None:
    """It draws one of two: 1 is a step along the longer axis. Once beside A it strikes: level 5 · 64 against 64."""
    pit, gap = begun(APART, stream, **{"skills.rate": 0}), 3
    for _ in range(12):
        draws, before = pit.stream, pit.health("A")[0]
        if draws.below(2) == 1 and gap > 0:
            gap -= 1
        wanted = []
        if gap <= 1:
            hit = draws.below(2 * 321) < 2 * 320 - 64
            wanted = [(-1, 1, MELEE, 1 + draws.below(1) if hit else 0)]
        pit.step()
        assert pit.place("0") == (5, 4 + gap)
        assert pit.events("attack") == wanted
        assert pit.health("A") == [before - (wanted[0][3] if wanted else 0)]


@pytest.mark.parametrize("who", [{"age": 5}, {"at": (5, 2)}, {"at": (3, 3)}])
def test_a_goblin_leaves_alone_who_is_immune_or_far_or_in_a_camp(who: dict[str, object]) -> None:
    """Then it wanders: draws one of four, of which 0 is a step by another such draw, north, south, east or west."""
    for stream in range(5):
        pit = begun(APART.replace("A..g.", "..g.."), stream, {"A": {"at": (5, 5), **who}}, **{"combat.immunity": 20})
        for _ in range(6):
            (row, col), (own_row, own_col) = pit.place("0"), pit.place("A")
            if who == {"at": (5, 2)} and col <= 5:
                break  # near enough
            draws = pit.stream
            if draws.below(4) == 0:
                down, right = STEPS[draws.below(4)]
                if max(row + down, col + right) > 3 and max(row + down, col + right) < 9:
                    row, col = row + down, col + right
            pit.step()
            assert pit.place("A") == (own_row, own_col)
            assert pit.place("0") == (row, col)
            assert pit.events("attack") == []


def test_a_goblin_that_is_not_hostile_goes_for_who_struck_it_for_five_ticks() -> None:
    """A strikes from three tiles away, hit or miss; for five ticks the goblin draws one of two, then one of four."""
    misses = 0
    for stream in range(6):
        pit = begun(APART, stream, **{"creatures.hostile": False})
        pit["0"]["freeze"] = 1  # it stays where it is in this tick
        pit.step(A=(PASS, MAGE))
        if pit["0"]["freeze"]:
            continue  # a hit freezes it: then it neither moves nor draws
        misses += 1
        assert (pit["0"]["grudge"], pit["0"]["grudge_left"]) == (1, 5)
        for left in (4, 3, 2, 1, 0):
            draws, (row, col) = pit.stream, pit.place("0")
            goes = draws.below(2) == 1 and col > 4
            pit.step()
            assert pit.place("0") == (row, col - goes)
            assert pit["0"]["grudge_left"] == left
        draws, place = pit.stream, pit.place("0")
        wanders = draws.below(4) == 0
        pit.step()
        assert (pit.place("0") != place) == wanders
        assert pit.events("attack") == []
    assert misses > 1


def test_the_last_in_rotating_order_is_who_it_resents() -> None:
    """A and B strike in one tick: from tick 1 on slot 1 is first, and A, the last."""
    drawing = APART.replace("A..g", "B.Ag")
    for tick, wanted in ((0, 2), (1, 1), (2, 2)):
        pit = Pit(drawing, tick=tick, **{"creatures.hostile": False, "levels.agents": False})
        pit["0"]["freeze"] = 1
        pit.step(A=(PASS, RANGE), B=(PASS, MAGE))
        assert len(pit.events("attack")) == 2
        assert pit["0"]["grudge"] == wanted, tick


def test_a_goblin_can_be_outrun() -> None:
    """A runs east for 30 tiles, two before a goblin, which is never beside A and falls back by half a tile a tick."""
    side = 40
    rows = ["#" * side, *["#" + "." * (side - 2) + "#"] * (side - 2), "#" * side]
    rows[20] = "#g.A" + rows[20][4:]
    rows[3] = rows[3][:3] + "F" + rows[3][4:]
    pit = begun("\n".join(rows), 5)
    for k in range(30):
        pit.step(A=(EAST, HOLD))
        assert pit.events("attack") == []
        assert pit.place("A") == (20, 4 + k)
    assert pit.place("A")[1] - pit.place("0")[1] > 10


def test_a_blocked_goblin_takes_the_other_axis() -> None:
    """A is 3 columns west and 1 row north of it, and stone west of it: it goes north; with water there, nowhere."""
    drawing = """
        ##########
        #........#
        #.F......#
        #........#
        #...A....#
        #.....sg.#
        #........#
        #........#
        #........#
        ##########
    """
    goes = next(s for s in range(99) if Stream(s).below(2) == 1)
    for land, wanted in ((drawing, (4, 7)), (drawing.replace("#...A....#", "#...A..~.#"), (5, 7))):
        pit = begun(land, goes)
        pit.step()
        assert pit.place("0") == wanted


def test_creatures_enter_no_camp_water_or_lava() -> None:
    """The goblin stands between the camp, water, the border and A, for whom it would have to go through the camp."""
    drawing = """
        ########
        #......#
        #.F.g..#
        #......#
        #......#
        #......#
        #......#
        ########
    """
    pit = begun(drawing, 3, {"A": {"at": (2, 1), "age": 100}}, **{"camps.truce": False, "creatures.hostile": False})
    pit["0"]["grudge"], pit["0"]["grudge_left"] = pit["A"]["id"], 5
    for _ in range(4):
        pit.step()
        assert pit.place("0") == (2, 4), "columns 1 .. 3 are the camp, and A is in the same row"
        pit["0"]["grudge_left"] = 5


def test_frozen_creatures_neither_move_nor_draw() -> None:
    """A freezes the goblin in tick 0: for the two ticks that are left of three, it strikes if A is beside it alone."""
    pit = begun(APART, 0, {"A": MASTER})
    pit.state.stream[0] = next(s for s in range(99) if _freezes(pit, s))
    pit.step(A=(PASS, MAGE))
    place = pit.place("0")
    assert pit["0"]["freeze"] == 2
    for left in (1, 0):
        before = int(pit.state.stream[0])
        pit.step()
        assert (pit.place("0"), pit["0"]["freeze"]) == (place, left)
        assert int(pit.state.stream[0]) == before


def _freezes(pit: Pit, stream: int) -> bool:
    """Whether the goblin stays where it is, and is hit for less than its health."""
    pit.state.stream[0] = stream
    draws = pit.stream
    return draws.below(2) == 0 and draws.below(2 * 5761) < 2 * 5760 - 320


def test_chickens_strike_nobody() -> None:
    pit = begun(HENHOUSE, 2)
    for _ in range(10):
        pit.step(A=(PASS, MELEE))
        assert {event[0] for event in pit.events("attack")} <= {1}


def killing(drawing: str, health: int, defence: int, fate: list[tuple[int, int]]) -> Pit:
    """A pit in which A, a master, kills the creature, which is frozen, in the first tick; and then draws are as wanted.

    Args:
        drawing: of the pit.
        health: left to the creature.
        defence: its defence roll.
        fate: what is drawn of its spoils: of how many, and which.
    """
    pit = Pit(drawing, {"A": MASTER})
    pit["0"]["health"], pit["0"]["freeze"] = health, 2
    for stream in range(1_000_000):
        pit.state.stream[0] = stream
        draws = pit.stream
        hits = draws.below(2 * 5761) < 2 * 5760 - defence and 1 + draws.below(10) >= health
        if hits and all(draws.below(n) == k for n, k in fate):
            return pit
    raise AssertionError("no stream begins like this")


def test_a_chicken_leaves_raw_chicken_to_who_killed_it() -> None:
    """1 + what is drawn of 2. The kill is 10 · 10 experience in melee, beside 3 · 10 for each of its 5 points."""
    for extra in (0, 1):
        pit = killing(HENHOUSE, 5, 64, [(2, extra)])
        before = pit.experience("A")
        pit.step(A=(PASS, MELEE))
        assert pit.pack("A") == {"chicken": 1 + extra}
        assert pit.state.ledger[0, 2, 3] == 1 + extra
        now = pit.experience("A")
        assert (now["melee"] - before["melee"], now["constitution"]) == (100 + 5 * 30, 5 * 10)
        assert pit.events("slay") == [(1, -1, 1, 0)]
        assert pit.state.tally["slain"].tolist() == [[[1, 0]]]  # chickens, goblins
        assert pit.events("take") == [(1, -1, 3, 1 + extra)]
        assert pit.state.beasts_count[0] == 0
        assert pit["0"].tobytes() == bytes(pit["0"].nbytes)


@pytest.mark.parametrize(
    ("fate", "found"),
    [
        ([(2, 0), (5, 3)], {}),
        ([(2, 1), (20, 16), (5, 4)], {"gold": 17}),
        ([(2, 0), (5, 0)], {"copper_sword": 1}),
    ],
)
def test_a_goblin_leaves_itself_and_perhaps_gold_and_a_sword(
    fate: list[tuple[int, int]], found: dict[str, int]
) -> None:
    """A strikes from two tiles away, with range and no knives. Experience: 50 for the kill and 3 for its last point."""
    pit = killing(APART.replace("A..g", ".A.g"), 1, 320, fate)
    pit.step(A=(PASS, RANGE))
    assert pit.pack("A") == {"goblin": 1, **found}
    assert pit.experience("A")["range"] == int(BEGINS[90]) + 500 + 30
    assert pit.events("slay") == [(1, -1, 2, 0)]
    assert pit.state.tally["slain"].tolist() == [[[0, 1]]]


def test_spoils_of_creatures_that_nobody_takes_are_in_no_ledger() -> None:
    """A has no room. Of a chicken's meat nothing is found; that it was drawn is seen in the stream."""
    pit = killing(HENHOUSE, 1, 64, [])
    pit.state.pack[0, 0, 0] = pit.state.load[0, 0] = 20
    draws = pit.stream
    draws.below(2 * 5761), draws.below(10), draws.below(2)
    pit.step(A=(PASS, MELEE))
    assert pit.pack("A") == {"shrimp": 20}
    assert not pit.state.ledger[0, 2].any()
    assert int(pit.state.stream[0]) == draws.state


def test_another_one_comes_after_fifty_ticks() -> None:
    """The chicken dies in tick 7; in tick 57 another one enters, on the inner 6 × 6 tiles outside the camp."""
    pit = killing(HENHOUSE, 1, 64, [])
    pit.state.tick[0] = 7
    pit.step(A=(PASS, MELEE))
    assert pit.state.creature_due[0].tolist() == [57]
    for _ in range(49):
        pit.step()
        assert pit.state.beasts_count[0] == 0
    draws = pit.stream
    while True:
        row, col = (2 + part for part in divmod(draws.below(36), 6))
        if max(abs(row - 2), abs(col - 2)) > 1:
            break
    pit.step()
    assert (pit.state.beasts_count[0], int(pit.state.tick[0])) == (1, 58)
    assert (pit.place("0"), int(pit["0"]["id"]), pit.health("0")) == ((row, col), -2, [5])


def test_what_creatures_need() -> None:
    with pytest.raises(ConfigError, match="'creatures' needs 'levels'"):
        Law(systems=["skills", "creatures"])
    many = {"terrain.side": 4096, "terrain.border": 1, "creatures.chickens": 100, "creatures.goblins": 0}
    with pytest.raises(ConfigError, match=r"make 436026 creatures on 4094² .* allowed are 65407, with the 128 agents"):
        Law(systems=["skills", "levels", "creatures"], **many)
