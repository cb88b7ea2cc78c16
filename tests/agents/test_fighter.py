"""The fighter on maps drawn by hand. A and B are of two populations unless told otherwise, with 10 health at most."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from numba import njit

from forge.agents import striking
from forge.blade import Move, Style
from forge.blade.mechanics.ids import MOVE_COL, MOVE_ROW
from tests.agents.scenes import decision, drawn, grass

#: A stays where it is, so that only its attack is in question.
STAYS = {"freeze": 2}
FOES = {"spawn.populations": 2, "combat.hold": False}


def act(drawing: str, agents: dict[str, dict[str, Any]] | None = None, **changes: Any) -> tuple[int, ...]:
    return decision("fighter", drawn(drawing, agents, **{**FOES, **changes}))


def apart(rows: int, cols: int) -> str:
    """A in the middle of open grass, B so many rows below and columns to the right of it."""
    return grass(17, A=(8, 8), B=(8 + rows, 8 + cols))


# -- where it goes


def test_hunts_the_weaker() -> None:
    assert act(apart(0, 3), {"B": {"health": 9}})[0] == Move.EAST
    assert act(apart(-3, 0), {"B": {"health": 9}})[0] == Move.NORTH


def test_leaves_alone_what_is_farther_than_three_steps() -> None:
    """In need of nothing it stays where it is."""
    assert act(apart(0, 4), {"B": {"health": 9}})[0] == Move.PASS
    assert act(apart(2, 2), {"B": {"health": 9}})[0] == Move.PASS


def test_hunts_the_nearest_prey() -> None:
    drawing = grass(17, A=(8, 8), B=(8, 11), C=(10, 8), D=(8, 5))
    assert act(drawing, {letter: {"health": 5} for letter in "BCD"}, **{"spawn.populations": 4})[0] == Move.SOUTH
    diagonal = grass(17, A=(8, 8), B=(10, 10), C=(8, 5))
    assert (
        act(diagonal, {letter: {"health": 5} for letter in "BC"}, **{"spawn.populations": 3})[0] == Move.WEST
    )  # 3 steps, against 4


@pytest.mark.parametrize(("food", "water", "hunts"), [(17, 17, True), (16, 30, False), (30, 16, False)])
def test_hunts_only_well_fed(food: int, water: int, hunts: bool) -> None:
    """17 of 32 is just above the half that healing takes; otherwise it looks for forest and water, here to the west."""
    drawing = apart(0, 3).replace("........A..B", "f~......A..B")
    drawing = drawing.replace("f~......A..B", "...f~...A..B")
    assert (act(drawing, {"A": {"food": food, "water": water}, "B": {"health": 9}})[0] == Move.EAST) == hunts


def test_never_hunts_its_own_population() -> None:
    assert act(apart(0, 3), {"B": {"health": 1}}, **{"spawn.populations": 1})[0] == Move.PASS


def test_who_is_immune_is_no_prey_but_to_be_feared() -> None:
    assert act(apart(0, 3), {"B": {"health": 1, "age": 15}})[0] == Move.EAST
    assert act(apart(0, 3), {"B": {"health": 1, "age": 14}})[0] == Move.PASS
    assert act(apart(0, 4), {"B": {"health": 1, "age": 14}})[0] == Move.WEST


def test_keeps_out_of_reach_of_its_equals() -> None:
    """Mage reaches 3 tiles after one step of B: at a distance of 4 it withdraws, at 5 it has nothing to fear."""
    assert act(apart(0, 4))[0] == Move.WEST
    assert act(apart(0, 5))[0] == Move.PASS


def test_a_frozen_foe_is_taken_to_move_all_the_same() -> None:
    """It may be free again before the agent has gone anywhere."""
    assert act(apart(0, 4), {"B": {"freeze": 1}})[0] == Move.WEST


def test_flees_though_it_starves() -> None:
    drawing = apart(0, 4).replace("A...B", "Af..B")
    assert act(drawing, {"A": {"food": 1}})[0] == Move.WEST


def test_out_of_deadly_reach_counts_more_than_out_of_any() -> None:
    """Two tiles from B no step leads out of its reach of 3 + 1; only the one to the west leads out of melee's 1 + 1."""
    assert act(apart(0, 2))[0] == Move.WEST


@pytest.mark.parametrize(("forest", "expected"), [((8, 11), Move.EAST), ((11, 8), Move.SOUTH)])
def test_of_two_escapes_it_takes_the_one_that_leads_to_food(forest: tuple[int, int], expected: Move) -> None:
    """B, 3 rows up and 4 columns left, may come to reach A, but neither the tile below A nor the one right of it."""
    scene = drawn(grass(17, A=(8, 8), B=(5, 4), F=forest).replace("F", "f"), {"A": {"food": 10}}, **FOES)
    assert {decision("fighter", scene, seed=seed)[0] for seed in range(8)} == {expected}


def test_does_not_walk_into_reach() -> None:
    """The forest is 2 steps away, but within B's reach; the one 5 steps away is not."""
    drawing = grass(17, A=(8, 8), B=(8, 13)).replace("A....B", "A.f..B")
    rows = drawing.split()
    rows[8] = rows[8][:3] + "f" + rows[8][4:]
    assert act("\n".join(rows), {"A": {"food": 10}})[0] == Move.WEST
    assert act("\n".join(rows), {"A": {"food": 10}}, **{"spawn.populations": 1})[0] == Move.EAST


def test_forages_between_itself_and_its_kin() -> None:
    drawing = apart(0, 4).replace("A...B", "Af..B")
    assert act(drawing, {"A": {"food": 10}}, **{"spawn.populations": 1})[0] == Move.EAST


def test_while_immune_everyone_is_prey_and_nobody_feared() -> None:
    assert act(apart(0, 3), {"A": {"age": 14}})[0] == Move.EAST
    assert act(apart(0, 3), {"A": {"age": 15}})[0] == Move.PASS
    for age, expected in ((14, Move.PASS), (15, Move.WEST)):
        assert act(apart(0, 4), {"A": {"age": age}})[0] == expected
        assert act(apart(0, 4), {"A": {"age": age}, "B": {"age": 0}})[0] == expected


def test_where_attacks_do_nothing_there_is_nothing_to_fear() -> None:
    peace = {f"combat.{style}_damage": 0 for style in ("melee", "range", "mage")} | {"combat.mage_freeze": 0}
    assert act(apart(0, 2), **peace)[0] == Move.PASS


def test_a_frozen_fighter_stays() -> None:
    assert act(apart(0, 2), {"A": {"freeze": 1}})[0] == Move.PASS


# -- how it strikes, where the world picks the target


@pytest.mark.parametrize(
    ("cols", "expected"),
    [
        (1, Style.MELEE),  # kills: 2 · 10 · 4 of 5 moves, against 2 · 5 and 1 · 5
        (2, Style.MELEE),  # in reach after 1 of 5 moves: 20, against range 2 · 4, mage 1 · 5
        (3, Style.MAGE),  # range: 2 · 1; mage: 1 · 4
        (4, Style.MAGE),
    ],
)
def test_strikes_with_what_is_worth_most(cols: int, expected: Style) -> None:
    assert act(apart(0, cols), {"A": STAYS})[1] == expected


@pytest.mark.parametrize(("cols", "expected"), [(1, Style.MELEE), (2, Style.RANGE), (3, Style.MAGE)])
def test_the_frozen_are_where_they_are(cols: int, expected: Style) -> None:
    assert act(apart(0, cols), {"A": STAYS, "B": STAYS})[1] == expected


def test_strikes_from_where_it_will_be() -> None:
    """A goes for B, which is 2 away and cannot move: they will be neighbours."""
    move, style = act(apart(0, 2), {"B": {"health": 9, "freeze": 2}})
    assert (move, style) == (Move.EAST, Style.MELEE)


@pytest.mark.parametrize(
    ("food", "water", "expected"),
    [
        (32, 32, Style.RANGE),  # 2 · 5 > 2 · 4
        (20, 32, Style.MELEE),  # (2 + 10) · 4 > (2 + 2) · 5
        (32, 20, Style.MELEE),
        (31, 32, Style.RANGE),  # (2 + 1) · 4 < (2 + 1) · 5
    ],
)
def test_drains_when_hungry(food: int, water: int, expected: Style) -> None:
    """B has 1 health left, so that both kill: range in 5 of 5 moves of B, melee in 4, but melee drains 10 against 2."""
    assert act(apart(0, 1), {"A": {**STAYS, "food": food, "water": water}, "B": {"health": 1}})[1] == expected


@njit(error_model="numpy")
def chances(rows: int, cols: int, reach: int, freeze: int) -> int:
    return striking.chances(rows, cols, reach, freeze)


def test_chances_count_moves() -> None:
    for rows, cols, reach in itertools.product(range(6), range(6), range(5)):
        after = [(rows + row, cols + col) for row, col in zip(MOVE_ROW, MOVE_COL, strict=True)]
        assert chances(rows, cols, reach, 0) == sum(max(abs(row), abs(col)) <= reach for row, col in after)
        assert chances(rows, cols, reach, 1) == 5 * (max(rows, cols) <= reach)


def test_spares_its_own_population() -> None:
    """B is kin, beside A; C is a foe 3 away. Mage would take one of them, melee would kill B."""
    drawing = grass(17, A=(8, 8), B=(9, 8), C=(8, 5))
    settings = {"spawn.cap": 4, "spawn.populations": 2, "combat.hold": True}
    frozen = dict.fromkeys("ABC", STAYS)
    assert act(drawing, frozen, **settings)[1] == Style.HOLD
    away = grass(17, A=(8, 8), B=(15, 8), C=(8, 5))
    assert act(away, frozen, **settings)[1] == Style.MAGE


def test_does_not_strike_the_immune() -> None:
    settings = {"combat.hold": True}
    assert act(apart(0, 1), {"A": STAYS, "B": {"age": 15}}, **settings)[1] == Style.MELEE
    assert act(apart(0, 1), {"A": STAYS, "B": {"age": 14}}, **settings)[1] == Style.HOLD


def test_holds_with_nobody_around() -> None:
    assert act(apart(0, 7), **{"combat.hold": True})[1] == Style.HOLD


# -- whom it strikes, where the action names the target


def named(drawing: str, agents: dict[str, dict[str, Any]], **changes: Any) -> tuple[int, str]:
    """The style and the letter of the target of A, which is frozen; - for nobody."""
    settings = {"combat.hold": False, "spawn.populations": 2, "combat.targeting": "learned", **changes}
    scene = drawn(drawing, {**agents, "A": {**STAYS, **agents.get("A", {})}}, **settings)
    _, style, target = decision("fighter", scene)
    slot = scene.world.observe().seen[0, 0, target]
    return style, "-" if target == 0 else "ABCD"[slot]


def test_names_the_best_kill() -> None:
    """All frozen beside it: of two kills the one that takes more health counts more."""
    drawing = grass(17, A=(8, 8), B=(8, 9), C=(8, 7))
    settings = {"spawn.populations": 3}
    assert named(drawing, {"B": {**STAYS, "health": 7}, "C": STAYS}, **settings) == (Style.MELEE, "C")
    assert named(drawing, {"B": STAYS, "C": {**STAYS, "health": 7}}, **settings) == (Style.MELEE, "B")


def test_prefers_a_kill_to_a_wound() -> None:
    """C is out of melee's reach; range kills it at 2 health, which is worth 4, and only hurts B, which is worth 2."""
    drawing = grass(17, A=(8, 8), B=(8, 10), C=(8, 6))
    settings = {"spawn.populations": 3}
    assert named(drawing, {"B": STAYS, "C": {**STAYS, "health": 2}}, **settings) == (Style.RANGE, "C")
    assert named(drawing, {"B": {**STAYS, "health": 2}, "C": STAYS}, **settings) == (Style.RANGE, "B")


def test_names_a_foe_behind_its_own() -> None:
    drawing = grass(17, A=(8, 8), B=(8, 9), C=(8, 5))
    settings = {"spawn.cap": 4, "spawn.populations": 2}
    everyone = dict.fromkeys("BC", STAYS)
    assert named(drawing, {**everyone, "B": {**STAYS, "health": 1}}, **settings) == (Style.MAGE, "C")


def test_names_nobody_where_there_is_nobody_to_strike() -> None:
    drawing = grass(17, A=(8, 8), B=(8, 9), C=(0, 0))
    settings = {"spawn.cap": 4, "spawn.populations": 2}
    assert named(drawing, {}, **settings)[1] == "-"
    assert named(drawing, {}, **settings, **{"combat.hold": True}) == (Style.HOLD, "-")
    assert named(apart(0, 1), {"B": {"age": 14}})[1] == "-"
