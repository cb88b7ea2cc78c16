"""Lives and what agents own, as viewers are told of them: lives made by hand, and a small town."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from forge.blade import Chaos
from forge.blade.interventions import Remove
from forge.blade.mechanics.ids import Cause, EventKind
from forge.blade.recording.frame import FrameSource
from forge.embyr.inspection.overlays import Overlays
from forge.embyr.society.happenings import HAPPENING, Rows, happened_shown
from forge.embyr.society.lives import Lives
from forge.embyr.society.society import Society
from forge.embyr.wire.protocol import Inspect, Life, Overlay
from tests.blade.watching import play, world_of
from tests.embyr.desks import HandDesk
from tests.embyr.test_overlays import grid
from tests.embyr.town import TOWN, Town, order

EVENTS = ("birth", "death", "attack", "harvest", "drink", "bear", "slay")
BEAR, SLAY = 5, 6


def happened(*rows: tuple[int, int, int, int, int]) -> np.ndarray:
    """Rows of kind, agent, other, value and detail."""
    made = np.zeros(len(rows), HAPPENING)
    for name, column in zip(("kind", "agent", "other", "value", "detail"), zip(*rows, strict=True), strict=False):
        made[name] = column
    return made


def see(
    lives: Lives,
    tick: int,
    ids: list[int],
    *rows: tuple[int, int, int, int, int],
    mothers: list[int] | None = None,
) -> list[int]:
    """A tick: everyone of population 1, and `tick` ticks old but for those with a higher number, who are newborn."""
    happenings = happened(*rows)
    happenings["tick"] = tick
    ages = np.where(np.array(ids) > 9, 0, tick)
    told = None if mothers is None else np.array(mothers)
    return [life.id for life in lives.see(tick, happenings, np.array(ids), ages, np.ones(len(ids), int), told)]


DIES = (int(EventKind.DEATH), 3, -1, 7, int(Cause.ATTACK))
BLOWS = ((int(EventKind.ATTACK), 1, 3, 5, 0), (int(EventKind.ATTACK), 2, 3, 4, 0), (int(EventKind.ATTACK), -4, 3, 0, 0))


@pytest.mark.parametrize(("by_levels", "killer"), [(True, 1), (False, 2)])
def test_who_dies_in_a_fight_has_a_killer(by_levels: bool, killer: int) -> None:
    """Agents 1 and 2 strike 3 for 5 and for 4, a creature misses it: by levels 1 has killed it, else the last one."""
    lives = Lives(EVENTS, by_levels)
    assert see(lives, 7, [1, 2, 3]) == []
    assert see(lives, 8, [1, 2], *BLOWS, DIES, (SLAY, 1, -4, 0, 2)) == [3]
    dead = lives.get(3)
    assert dead
    assert (dead.born, dead.died, dead.age(20), dead.killer, dead.cause) == (0, 8, 8, killer, Cause.ATTACK)
    known = [lives.get(id) for id in (1, 2)]
    assert [life.kills for life in known if life] == [int(killer == id) for id in (1, 2)]
    assert [life.slain for life in known if life] == [1, 0]


def test_who_is_gone_without_a_word_has_no_cause_of_death() -> None:
    lives = Lives((), False)
    see(lives, 3, [1, 2])
    assert see(lives, 6, [2]) == [1]
    gone = lives.get(1)
    assert gone
    assert (gone.died, gone.cause, gone.killer) == (6, None, None)


def test_a_family_is_told_two_generations_up_and_down() -> None:
    """1 bears 10, 10 bears 20 and 21, 20 bears 30, who bears 40; of 1 nobody knows the mother, 99."""
    lives = Lives((), True)
    see(lives, 5, [1], mothers=[100])
    see(lives, 6, [1, 10], mothers=[100, 2])
    see(lives, 7, [10, 20, 21], mothers=[2, 11, 11])
    see(lives, 8, [10, 20, 21, 30], mothers=[2, 11, 11, 21])
    see(lives, 9, [10, 20, 21, 30, 40], mothers=[2, 11, 11, 21, 31])

    def told(id: int) -> list[tuple[int, int, int | None]]:
        return [(kin["generation"], kin["id"], kin["mother"]) for kin in lives.family(id)]

    assert told(20) == [(-2, 1, 99), (-1, 10, 1), (0, 20, 10), (1, 30, 20), (2, 40, 30)]
    assert told(1) == [(-1, 99, None), (0, 1, 99), (1, 10, 1), (2, 20, 10), (2, 21, 10)]
    first, mother, *_ = lives.family(20)
    assert (first["born"], first["died"], first["population"]) == (0, 7, 1)
    assert (mother["born"], mother["died"]) == (6, None)
    assert lives.family(77) == []


def test_only_so_many_lives_that_have_ended_are_remembered() -> None:
    lives = Lives((), False, kept=2)
    for tick, ids in enumerate(([1, 2, 3, 4], [2, 3, 4], [3, 4], [4])):
        see(lives, tick, ids)
    assert [life.id for life in lives] == [2, 3, 4]


def test_rows_are_kept_as_far_as_there_is_room_for_them() -> None:
    """Two rows a tick: of 500 the last 250 ticks, but what became one part of 64 ticks goes together."""
    rows = Rows(HAPPENING, ("agent", "other"), kept=500)
    for tick in range(640):
        made = happened((0, 1, 2, tick, 0), (0, 3, 1, tick, 0))
        made["tick"] = tick
        rows.add(tick, made)
    assert rows.since == 448  # 640 − 3 · 64, for 4 · 64 · 2 rows are more than 500
    assert rows.of(3)["value"].tolist() == list(range(448, 640))
    assert len(rows.of(1)) == 2 * len(rows.of(2)) == 2 * 192
    assert len(rows.of(9)) == 0
    rows.clear()
    assert rows.since is None
    assert len(rows.of(3)) == 0


class Street:
    """A town that somebody watches."""

    def __init__(self) -> None:
        self.town, self.desk = Town(), HandDesk()
        self.society, self.overlays = Society(TOWN, seconds=0.0), Overlays(TOWN)
        for extension in (self.society, self.overlays):
            extension.attach(self.desk)
        self.show()

    def show(self) -> None:
        frame = self.town.frame()
        for extension in (self.society, self.overlays):
            extension.after(self.town.world, frame)

    def play(self, *ticks: dict[int, dict[str, str]]) -> None:
        for chosen in ticks:
            self.town.play(chosen)
            self.show()

    def ask(self, question: Life | Inspect) -> Any:
        """The first answer."""
        asked = self.society if isinstance(question, Life) else self.overlays
        self.desk.take()
        asked.receive(1, question)
        (_, answer), *_ = self.desk.wait(1)
        asked.receive(1, type(question)(None))
        return answer

    def close(self) -> None:
        for extension in (self.society, self.overlays):
            extension.close()


@pytest.fixture
def street() -> Iterator[Street]:
    made = Street()
    yield made
    made.close()


def test_the_panel_tells_what_an_agent_owns_and_what_it_offers(street: Street) -> None:
    """Of three shrimps two are offered, at 3 and at 8 gold; 20 gold less 5 that are bid for a herring."""
    town = street.town
    town.give(0, "shrimp", 3)
    began = town.tick
    street.play({0: order("sell", "shrimp", 3)}, {0: order("sell", "shrimp", 8)}, {0: order("buy", "herring", 5)})
    told = street.ask(Inspect(town.id(0)))
    names = [feature["name"] for feature in street.overlays.abilities()["own"]]
    own = dict(zip(names, told["own"], strict=True))
    assert (own["shrimp"], own["gold"], own["herring"]) == (1, 15, 0)
    assert (own["constitution_level"], own["fishing_level"], own["orders_shrimp"]) == (10, 1, 2)
    assert told["orders"] == [
        {"side": "sell", "kind": "shrimp", "price": 3, "since": began, "book": 0},
        {"side": "sell", "kind": "shrimp", "price": 8, "since": began + 1, "book": 0},
        {"side": "buy", "kind": "herring", "price": 5, "since": began + 2, "book": 0},
    ]
    assert street.ask(Inspect(town.id(1)))["orders"] == []


def test_what_the_own_numbers_are_is_said_once(street: Street) -> None:
    declared = street.overlays.abilities()["own"]
    assert {feature["system"] for feature in declared} == {"skills", "items", "camps", "exchange"}
    (gold,) = [feature for feature in declared if feature["name"] == "gold"]
    assert (gold["array"], gold["unit"], gold["low"]) == ("gold", "gold", 0)
    assert "own" not in Overlays(Chaos()).abilities()


def test_where_trades_were_made_and_where_the_rich_stand(street: Street) -> None:
    """Agent 0 sells a shrimp for 3 gold, so that it has 23, and agent 1 17 and a shrimp that is worth 3: 20 again.

    Before the trade a shrimp is worth nothing. Nobody moves, so in three frames agent 0 has 20, 20 and 23 gold.
    """
    town = street.town
    street.overlays.close()
    street.overlays = Overlays(TOWN, seconds=0.0)  # counts from now on
    street.overlays.attach(street.desk)
    town.give(0, "shrimp")
    street.overlays.after(town.world, town.source.frame(key=True))
    street.play({0: order("sell", "shrimp", 3)}, {1: order("buy", "shrimp", 5)})
    agents = town.world.state.agents[0]
    assert street.overlays.offered == ["visits", "attacks", "trades", "wealth"]
    for name, slot, value in (("trades", 0, 1), ("trades", 1, 1), ("wealth", 0, 21), ("wealth", 1, 20)):
        street.desk.take()
        street.overlays.receive(1, Overlay(name, int(agents["population"][slot]), None, None))
        (_, message), *_ = street.desk.wait(1)
        told = grid(message)
        assert told.about["name"] == name
        assert told.values[agents["row"][slot], agents["col"][slot]] == value, (name, slot)
    assert np.isnan(told.values[0, 0])


def test_a_life_is_told_with_its_path_its_trades_and_its_levels(street: Street) -> None:
    town = street.town
    seller, buyer = town.id(0), town.id(1)
    began = town.tick
    town.give(0, "cooked_shrimp", 2)
    place = [int(town.world.state.agents[axis][0, 0]) for axis in ("row", "col")]
    street.play(
        {0: order("sell", "cooked_shrimp", 3)},
        {1: order("buy", "cooked_shrimp", 8)},
        {0: {"work": "eat", "kind": "cooked_shrimp"}},
    )
    told = street.ask(Life(seller))
    assert (told["known"], told["died"], told["tick"], told["since"]) == (True, None, began + 3, began)
    assert told["age"] == town.world.state.agents["age"][0, 0] == told["tick"] - told["born"]
    counts = {(count["event"], count["did"], count["of"]): (count["count"], count["value"]) for count in told["counts"]}
    assert counts["sell", True, "cooked_shrimp"] == (1, 3)
    assert counts["trade", True, "cooked_shrimp"] == (1, 3)
    assert counts["eat", True, "cooked_shrimp"] == (1, 8)
    assert told["deeds"][-1] == {
        "tick": began + 3, "event": "eat", "did": True, "of": "cooked_shrimp", "value": 8, "other": -1,
        "creature": None, "row": place[0], "col": place[1],
    }  # fmt: skip
    assert told["path"] == [[began + k, *place] for k in range(4)]
    bought = {(count["event"], count["did"]): count["value"] for count in street.ask(Life(buyer))["counts"]}
    assert bought["trade", False] == 3
    assert ("trade", True) not in bought


def test_a_life_that_has_ended_is_still_told(street: Street) -> None:
    town = street.town
    gone = town.id(2)
    town.world.apply([Remove(gone)])
    street.play({})
    told = street.ask(Life(gone))
    assert (told["known"], told["died"], told["cause"], told["killer"]) == (True, town.tick, None, None)
    assert street.ask(Life(12345)) == {"type": "life", "id": 12345, "tick": town.tick, "known": False}


def test_ticks_without_a_frame_are_part_of_a_life(street: Street) -> None:
    """Two ticks pass unseen, in one of which a shrimp is sold."""
    town = street.town
    town.give(0, "shrimp")
    for chosen in ({0: order("sell", "shrimp", 3)}, {1: order("buy", "shrimp", 3)}):
        town.play(chosen)
        street.society.passed(town.world, 0)
    told = street.ask(Life(town.id(0)))
    assert told["tick"] == town.tick
    assert ("trade", 3) in [(count["event"], count["value"]) for count in told["counts"]]


def test_another_world_begins_anew(street: Street) -> None:
    other = Town()
    street.society.after(other.world, other.frame())
    told = street.ask(Life(other.id(0)))
    assert (told["since"], told["tick"]) == (other.tick, other.tick)


def test_only_worlds_with_people_have_a_society() -> None:
    assert Society.of(Chaos()) == ()
    assert len(Society.of(TOWN)) == 1


def test_who_bore_whom_is_told_by_births_alone() -> None:
    """As in a replay, in which frames do not tell whose child somebody is, but that it was born."""
    lives = Lives(EVENTS, True)
    see(lives, 3, [1])
    see(lives, 4, [1, 12], (BEAR, 1, 12, 0, 0))
    child, mother = lives.get(12), lives.get(1)
    assert child
    assert mother
    assert (child.mother, mother.children) == (1, [12])


def test_frames_alone_tell_the_same_of_a_life_but_for_what_is_harvested(street: Street) -> None:
    """As in a replay: what was made, eaten and traded, and where who did it stands in the frame."""
    town = street.town
    replayed, source = Society(TOWN, seconds=0.0), FrameSource(town.world)
    replayed.attach(street.desk)
    replayed.after(None, source.frame())
    town.give(0, "shrimp", 3)
    for chosen in ({0: order("sell", "shrimp", 3)}, {1: order("buy", "shrimp", 5)}):
        street.play(chosen)
        replayed.after(None, source.frame())
    for slot in (0, 1):
        told = street.ask(Life(town.id(slot)))
        street.desk.take()
        replayed.receive(2, Life(town.id(slot)))
        (_, again), *_ = street.desk.wait(1)
        replayed.receive(2, Life(None))
        counts = [[count for count in one["counts"] if count["event"] != "harvest"] for one in (told, again)]
        assert counts[0] == counts[1]
        assert [(one["event"], one["row"], one["col"]) for one in told["deeds"] if one["event"] != "harvest"] == [
            (one["event"], one["row"], one["col"]) for one in again["deeds"]
        ]
    replayed.close()


def test_a_creature_in_a_frame_is_one_in_a_life() -> None:
    """Creature 3 has the id −4 in events, and 2^32 − 4 in frames."""
    world = world_of()
    frame = FrameSource(world).frame()
    columns = {"attacker": 2**32 - 4, "target": int(frame.agents["id"][0]), "damage": 2, "style": 0}
    attacks = {name: np.array([value], frame.attacks[name].dtype) for name, value in columns.items()}
    (row,) = happened_shown(
        dataclasses.replace(frame, attacks=attacks, births={n: c[:0] for n, c in frame.births.items()})
    )
    assert (row["agent"], row["other"], row["value"]) == (-4, columns["target"], 2)


def test_a_replay_tells_of_fights_and_deaths() -> None:
    """Frames without their world: an agent that dies has been struck in them."""
    world, desk = world_of(), HandDesk()
    source, society = FrameSource(world), Society(world.config, seconds=0.0)
    society.attach(desk)
    ended: dict[int, tuple[int, int]] = {}
    struck: set[int] = set()
    for _ in play(world, 40):
        frame = source.frame()
        society.after(None, frame)
        struck |= set(frame.attacks["target"].tolist())
        ended |= {
            int(id): (frame.tick, int(age)) for id, age in zip(frame.deaths["id"], frame.deaths["age"], strict=True)
        }
    id, (tick, age) = next((id, end) for id, end in ended.items() if id in struck)
    society.receive(1, Life(id))
    (_, told), *_ = desk.wait(1)
    society.close()
    assert (told["died"], told["mother"]) == (tick, None)
    assert tick - told["born"] - age in (0, 1)
    assert "attack" in {count["event"] for count in told["counts"] if not count["did"]}
