"""A person takes over an agent, plays it, and hands it back; the world is 6 x 6 tiles of grass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from forge.blade import Chaos, Config, Material, Recording, World
from forge.blade.recording.frame import Frame, FrameSource
from forge.embyr.seats.play import Play
from forge.embyr.streaming.pace import Refused
from forge.embyr.wire.protocol import Act, Join, Leave
from tests.embyr.desks import HandDesk

SHAPE = {"terrain.side": 10, "terrain.border": 2, "spawn.cap": 4, "spawn.populations": 2}
NORTH, SOUTH, EAST = 1, 2, 3


class Stage:
    """A world whose policies all pass and hold, or do melee, and the people in it."""

    def __init__(self, **changes: Any) -> None:
        self.config: Config = Chaos(**{**SHAPE, **changes})
        tiles = np.full((10, 10), Material.LAVA, np.uint8)
        tiles[2:8, 2:8] = Material.GRASS
        self.world = World(self.config, seed=3, threads=1, maps=[tiles], record=Recording(events=True))
        self.world.reset()
        self.source, self.desk, self.now = FrameSource(self.world), HandDesk(), 0.0
        self.play = Play(self.config, clock=lambda: self.now)
        self.play.attach(self.desk)
        self.actions = np.zeros(0)
        self._show()

    def _show(self) -> Frame:
        self.frame = self.source.frame()
        self.play.after(self.world, self.frame)
        return self.frame

    def tick(self, count: int = 1) -> Frame:
        for _ in range(count):
            self.actions = np.zeros((1, 4, 3 if self.config.learned_targets else 2), np.uint8)
            self.actions[..., 1] = self.config.styles - 1
            self.play.before(self.world, self.actions)
            self.world.step(self.actions)
            self._show()
        return self.frame

    def agent(self, id: int) -> Mapping[str, int]:
        agents = self.frame.agents
        at = int(np.flatnonzero(agents["id"] == id)[0])
        return {name: int(column[at]) for name, column in agents.items()}

    def put(self, id: int, **fields: int) -> None:
        """Changes an agent between two ticks."""
        agents = self.world.state.agents[0]
        for name, value in fields.items():
            agents[name][agents["id"] == id] = value


def test_what_a_person_says_is_done_in_the_coming_tick_and_recorded() -> None:
    stage = Stage(**{"combat.hold": True})
    stage.tick(2)  # three agents live: 0, 1 and 2, on the ring of grass
    stage.play.receive(7, Join(None, 1))
    assert stage.desk.take() == [(7, {"type": "joined", "id": 1, "waiting": False})]
    before = stage.agent(1)
    inward = NORTH if before["row"] > 4 else SOUTH
    stage.play.receive(7, Act(inward, 2, None))
    stage.tick()
    after = stage.agent(1)
    assert after["row"] - before["row"] == (-1 if inward == NORTH else 1)
    assert (after["move"], after["style"]) == (inward, 2)
    assert (stage.agent(0)["move"], stage.agent(0)["style"]) == (0, 3)
    stage.tick()  # told nothing: it passes, and keeps its style
    assert (stage.agent(1)["row"], stage.agent(1)["move"], stage.agent(1)["style"]) == (after["row"], 0, 2)
    stage.play.receive(7, Leave())
    assert stage.desk.take() == [(7, {"type": "left", "reason": "you handed it back"})]
    stage.tick()
    assert stage.agent(1)["style"] == 3  # its policy holds again


def test_it_rests_until_it_is_told_something() -> None:
    for hold, style in ((True, 3), (False, 0)):
        stage = Stage(**{"combat.hold": hold})
        stage.play.receive(1, Join(None, 0))
        assert (stage.tick().agents["move"][0], stage.agent(0)["style"]) == (0, style)


def test_the_last_of_several_words_before_a_tick_counts() -> None:
    stage = Stage()
    stage.play.receive(1, Join(None, 0))
    stage.play.receive(1, Act(NORTH, 1, None))
    stage.play.receive(1, Act(0, 2, None))
    stage.tick()
    assert (stage.agent(0)["move"], stage.agent(0)["style"]) == (0, 2)


def test_the_youngest_of_a_population_is_taken_and_each_by_one_person_only() -> None:
    stage = Stage()
    stage.tick(3)
    population = {p: sorted(stage.frame.agents["id"][stage.frame.agents["population"] == p].tolist()) for p in (0, 1)}
    assert [len(ids) for ids in population.values()] == [2, 2]
    for viewer, id in ((1, population[1][1]), (2, population[1][0])):
        stage.play.receive(viewer, Join(1, None))
        assert stage.desk.take() == [(viewer, {"type": "joined", "id": id, "waiting": False})]
    stage.play.receive(3, Join(None, population[1][0]))
    ((viewer, message),) = stage.desk.take()
    assert (viewer, message["id"], message["waiting"]) == (3, None, False)
    assert "somebody plays it" in message["reason"]
    stage.play.gone(2)  # closed the page: the agent is free again, and nobody is told
    stage.play.receive(3, Join(None, population[1][0]))
    assert stage.desk.take() == [(3, {"type": "joined", "id": population[1][0], "waiting": False})]


def test_a_failed_attempt_leaves_the_seat_one_has() -> None:
    stage = Stage()
    stage.tick(3)
    mine, other = stage.frame.agents["id"].tolist()[:2]
    stage.play.receive(1, Join(None, mine))
    stage.play.receive(2, Join(None, other))
    stage.desk.take()
    why = f"agent {other} cannot be taken over: it is dead or somebody plays it"
    stage.play.receive(1, Join(None, other))
    assert stage.desk.take() == [(1, {"type": "joined", "id": mine, "waiting": False, "reason": why})]
    stage.play.receive(1, Act(EAST, 0, None))
    stage.tick()
    assert stage.actions[0, :, 0].tolist().count(EAST) == 1  # it is still led
    stage.desk.take()
    stage.play.receive(3, Join(None, 10**6))  # who has no seat is told that it has none
    assert [told["id"] for _, told in stage.desk.take()] == [None]


def test_whoever_finds_nobody_gets_the_next_newborn_of_the_population() -> None:
    stage = Stage()
    first = int(stage.frame.agents["population"][0])
    wanted = 1 - first
    stage.play.receive(1, Join(wanted, None))
    ((_, message),) = stage.desk.take()
    assert (message["id"], message["waiting"]) == (None, True)
    for _ in range(3):
        births = stage.tick().births
        if wanted in births["population"]:
            break
        assert stage.desk.take() == []
    ((_, message),) = stage.desk.take()
    assert message == {"type": "joined", "id": int(births["id"][0]), "waiting": False}
    stage.play.receive(1, Act(0, 1, None))
    stage.tick()
    assert stage.agent(message["id"])["style"] == 1


def test_death_is_told_with_its_cause_and_ends_the_game() -> None:
    stage = Stage()
    stage.play.receive(1, Join(None, 0))
    stage.tick(4)
    stage.desk.take()
    stage.put(0, health=1, food=0)
    stage.tick()
    assert stage.desk.take() == [(1, {"type": "left", "reason": "it died of hunger at the age of 4 ticks"})]
    stage.play.receive(1, Act(1, 1, None))  # on its way when the news came
    stage.tick(2)
    assert stage.desk.take() == []


def test_silence_hands_an_agent_back_but_a_pause_does_not() -> None:
    stage = Stage(**{"vitals.food": 1000, "vitals.water": 1000, "combat.immunity": 1000})
    stage.play.receive(1, Join(None, 0))
    stage.tick(40)
    stage.now = 1e6  # a pause
    stage.tick()
    stage.play.receive(1, Act(0, 0, None))
    stage.tick(50)
    stage.now += 59
    stage.tick()
    assert len(stage.desk.take()) == 1
    stage.now += 2
    stage.tick()
    assert stage.desk.take() == [(1, {"type": "left", "reason": "you said nothing for 60 seconds"})]


def test_a_target_is_named_by_its_id() -> None:
    """Agent 0 strikes agent 1, 2 tiles away, by range; an id it does not see names nobody."""
    stage = Stage(**{"combat.targeting": "learned", "combat.immunity": 0, "combat.hold": True})
    stage.tick(1)
    one = stage.agent(1)
    stage.play.receive(1, Join(None, 0))
    stage.play.receive(1, Act(0, 1, 99))
    stage.tick()
    assert stage.actions[0, stage.agent(0)["slot"]].tolist() == [0, 1, 0]
    stage.play.receive(1, Act(0, 1, 1))
    entry = stage.world.observe().seen[0, stage.agent(0)["slot"]].tolist().index(one["slot"])
    stage.tick()
    assert stage.actions[0, stage.agent(0)["slot"]].tolist() == [0, 1, entry]


def test_what_cannot_be_is_refused() -> None:
    stage = Stage()
    with pytest.raises(Refused, match="there are 2 populations; 2 is none of them"):
        stage.play.receive(1, Join(2, None))
    with pytest.raises(Refused, match="there are 3 styles; 3 is none of them"):
        stage.play.receive(1, Act(0, 3, None))
    stage.play.receive(1, Join(None, 12345))
    ((_, message),) = stage.desk.take()
    assert "agent 12345 cannot be taken over" in message["reason"]
    stage.tick()
    assert not stage.actions[..., 0].any()


def test_people_change_nothing_but_the_actions_of_their_agents() -> None:
    alone, joined = Stage(), Stage()
    joined.play.receive(1, Join(None, 0))
    alone.tick(20)
    for _ in range(20):
        joined.play.receive(1, Act(0, 2, None))  # what the policies do as well
        joined.tick()
    assert alone.world.hash() == joined.world.hash()
