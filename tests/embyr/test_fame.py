"""The hall of fame: lives made by hand, the living and those that have ended."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade.interventions import Remove
from forge.blade.mechanics.ids import Cause, EventKind
from forge.embyr.society.fame import PLACES, HallOfFame
from forge.embyr.society.happenings import HAPPENING
from forge.embyr.society.lives import Lives
from forge.embyr.society.society import Society
from forge.embyr.wire.protocol import Fame
from tests.embyr.desks import HandDesk
from tests.embyr.town import TOWN, Town

EVENTS = ("birth", "death", "attack", "harvest", "drink", "bear", "slay")
ATTACK, DEATH, BEAR, SLAY = int(EventKind.ATTACK), int(EventKind.DEATH), 5, 6


class Village:
    """Lives of agents that are told of tick by tick; all are born in the tick in which they are first named."""

    def __init__(self) -> None:
        self.lives = Lives(EVENTS, True)
        self.fame = HallOfFame(self.lives)
        self.born: dict[int, int] = {}

    def see(
        self,
        tick: int,
        ids: list[int],
        *rows: tuple[int, int, int, int, int],
        levels: list[list[int]] | None = None,
        wealth: list[float] | None = None,
    ) -> None:
        happenings = np.zeros(len(rows), HAPPENING)
        for k, row in enumerate(rows):
            for name, value in zip(("kind", "agent", "other", "value", "detail"), row, strict=True):
                happenings[name][k] = value
        happenings["tick"] = tick
        ages = np.array([tick - self.born.setdefault(id, tick) for id in ids])
        ended = self.lives.see(tick, happenings, np.array(ids), ages, np.zeros(len(ids), int), None)
        told = None if levels is None else np.array(levels, np.uint8)
        self.fame.see(tick, ended, np.array(ids), told, None if wealth is None else np.array(wealth))

    def board(self, name: str) -> list[tuple[int, float]]:
        found = [board for board in self.fame.tell()["boards"] if board["name"] == name]
        return [(row["id"], row["value"]) for board in found for row in board["rows"]]


def test_the_oldest_are_those_who_live_and_those_who_have_died() -> None:
    """Agent 1 lives from tick 5 to 30, agent 2 from 10 on, agent 3 from 29 on: at tick 40 30 beats 25 and 11."""
    village = Village()
    for tick, ids in ((5, [1]), (10, [1, 2]), (29, [1, 2, 3]), (30, [2, 3]), (40, [2, 3])):
        village.see(tick, ids)
    assert village.board("oldest") == [(2, 30), (1, 25), (3, 11)]
    assert village.fame.tell()["since"] == 5
    dead = [row for board in village.fame.tell()["boards"] for row in board["rows"] if row["id"] == 1]
    assert [row["died"] for row in dead] == [30]


def test_kills_are_of_agents_and_of_creatures_and_count_for_the_dead() -> None:
    """Agent 1 slays a creature and kills 2, and dies afterwards; 3 slays one creature."""
    village = Village()
    village.see(1, [1, 2, 3])
    died = (DEATH, 2, -1, 1, int(Cause.ATTACK))
    village.see(2, [1, 3], (SLAY, 1, -1, 0, 1), (ATTACK, 1, 2, 4, 0), died, (SLAY, 3, -2, 0, 2))
    village.see(3, [3])
    assert village.board("kills") == [(1, 2), (3, 1)]


def test_children_are_counted_and_a_board_on_which_nobody_has_anything_is_left_out() -> None:
    village = Village()
    village.see(1, [1, 2])
    assert [board["name"] for board in village.fame.tell()["boards"]] == []
    village.see(2, [1, 2, 3, 4], (BEAR, 2, 3, 0, 0), (BEAR, 2, 4, 0, 0))
    assert village.board("children") == [(2, 2)]
    assert [board["name"] for board in village.fame.tell()["boards"]] == ["oldest", "children"]


def test_the_richest_had_the_most_at_any_time_and_levels_are_those_at_the_end() -> None:
    """Agent 1 had 50 and dies with 5, agent 2 has 20: 50 beats 20. Levels are added up: 9 of 1 each, one of them 12."""
    village = Village()
    low, high = [1] * 9, [1, 1, 1, 1, 1, 12, 1, 1, 1]
    village.see(1, [2, 1], levels=[low, low], wealth=[20.0, 50.0])
    village.see(2, [1, 2], levels=[high, low], wealth=[5.0, 10.0])
    village.see(3, [2, 9], levels=[low, low], wealth=[10.0, 1.0])
    assert village.board("richest") == [(1, 50.0), (2, 20.0), (9, 1.0)]
    assert village.board("levels") == [(1, 20), (2, 9), (9, 9)]
    (levels,) = [board for board in village.fame.tell()["boards"] if board["name"] == "levels"]
    assert [(row["skill"], row["level"]) for row in levels["rows"][:2]] == [("fishing", 12), ("melee", 1)]


def test_a_board_has_ten_places_also_when_many_have_died() -> None:
    """Agents 1 to 30 live as many ticks as their number, and then one more comes."""
    village = Village()
    for tick in range(31):
        village.see(tick, list(range(tick + 1, 31)) or [99])
    assert village.board("oldest") == [(id, id) for id in range(30, 30 - PLACES, -1)]


def test_a_town_tells_of_its_hall_until_nobody_asks() -> None:
    town, desk, society = Town(), HandDesk(), Society(TOWN, seconds=0.0)
    society.attach(desk)
    society.after(town.world, town.frame())
    oldest = int(np.argmax(town.world.state.agents["age"][0]))
    gone = town.id(oldest)
    town.world.apply([Remove(gone)])
    town.play()
    society.after(town.world, town.frame())
    society.receive(1, Fame(True))
    (_, told), *_ = desk.wait(1)
    society.receive(1, Fame(False))
    society.close()
    boards: dict[str, Any] = {board["name"]: board["rows"] for board in told["boards"]}
    assert list(boards) == ["oldest", "richest", "levels"]
    assert {row["value"] for row in boards["richest"]} == {20.0}  # gold of a newborn
    assert boards["oldest"][0] | {"value": 0} == {
        "id": gone, "population": boards["oldest"][0]["population"], "value": 0, "died": town.tick,
        "skill": "constitution", "level": 10,
    }  # fmt: skip
    assert {row["value"] for row in boards["levels"]} == {18}  # 8 skills at 1, constitution at 10
