"""Overlays and the panel of an agent, told to hand-made viewers about a hand-made world with hand-made minds."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

from forge.blade import Chaos, World
from forge.blade.recording.frame import FrameSource
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.blade.recording.scene import Scene
from forge.embyr.inspection.overlays import Overlays
from forge.embyr.streaming.pace import Refused
from forge.embyr.wire.protocol import Inspect, Overlay
from tests.blade.watching import play, world_of
from tests.embyr.desks import HandDesk

CONFIG = Chaos(
    **{
        "terrain.side": 16,
        "terrain.border": 2,
        "spawn.cap": 32,
        "spawn.populations": 2,
        "combat.immunity": 2,
        "sight.agents": 4,
        "sight.radius": 3,
    }
)


class Thought(NamedTuple):
    value: float
    move: np.ndarray
    style: np.ndarray
    attacks: np.ndarray
    more: Mapping[str, np.ndarray] = MappingProxyType({})


class HandMind:
    """Answers with its arguments."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.memory = np.arange(3.0)

    def recall(self) -> np.ndarray | None:
        return self.memory

    def think(self, scene: Scene, place: int, memory: np.ndarray | None = None) -> Thought:
        self.asked.append(("think", int(scene.agents["id"][place]), memory))
        return Thought(1.5, np.full(5, 0.2), np.full(3, 0.5), np.zeros((3, 7, 7)))

    def values(self, scene: Scene, population: int, food: float = 1.0, water: float = 1.0) -> np.ndarray:
        self.asked.append(("values", population, food, water))
        values = np.full((16, 16), np.nan, np.float32)
        values[4, 4:14] = np.arange(10)
        return values

    def dependency(
        self,
        scene: Scene,
        place: int,
        food: float | None = None,
        water: float | None = None,
        memory: np.ndarray | None = None,
    ) -> np.ndarray:
        self.asked.append(("dependency", int(scene.agents["id"][place]), food, water, memory))
        return np.linspace(-2, 1, 49, dtype=np.float32).reshape(7, 7)


class Grid(NamedTuple):
    about: dict[str, Any]
    values: np.ndarray


def grid(message: bytes) -> Grid:
    """Reads an overlay as docs/viewer.md says."""
    magic, size, text, zero = struct.unpack_from("<4I", message)
    assert (magic, size, text % 8, zero) == (int.from_bytes(b"NMO1", "little"), len(message), 0, 0)
    about = json.loads(message[16 : 16 + text])
    return Grid(about, np.frombuffer(message, "<f4", offset=16 + text).reshape(about["rows"], about["cols"]))


class Stage:
    """A world with a mind for population 0 and a script for population 1."""

    def __init__(self, world: World | None = None, replay: Replay | None = None) -> None:
        self.mind, self.desk = HandMind(), HandDesk()
        self.overlays = Overlays(CONFIG, ["Red"], [self.mind], replay)
        self.overlays.attach(self.desk)
        self.world = world_of(CONFIG) if world is None else world
        self.source = FrameSource(self.world)
        self.frames: list[Any] = []

    def play(self, ticks: int) -> None:
        for _ in play(self.world, ticks):
            if not self.frames or self.frames[-1].tick != self.world.state.tick[0]:
                self.frames.append(self.source.frame())
                self.overlays.after(self.world, self.frames[-1])

    @property
    def agents(self) -> np.ndarray:
        state = self.world.state
        return state.agents[0, state.living[0, : state.living_count[0]]]


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    stage.play(40)
    yield stage
    stage.overlays.close()


def test_the_panel_tells_what_there_is_to_know_of_an_agent(stage: Stage) -> None:
    agents = stage.agents
    known = agents[agents["population"] == 0]
    agent = known[np.argsort(-known["age"], kind="stable")[1]]
    stage.overlays.receive(5, Inspect(int(agent["id"])))
    ((viewer, message),) = stage.desk.wait(1)
    assert (viewer, message["type"], message["id"], message["tick"]) == (5, "agent", agent["id"], 40)
    assert (message["alive"], message["name"], message["population"]) == (True, f"Red #{agent['id']}", 0)
    assert message["rank"] == [1 + (known["age"] > agent["age"]).sum(), len(known)]
    assert message["lifetime_rank"] == [1 + (agents["age"] > agent["age"]).sum(), len(agents)]
    slot = int(np.flatnonzero(stage.world.state.agents["id"][0] == agent["id"])[0])
    observation = stage.world.observe()
    seen = observation.seen[0, slot, 1 : observation.seen_count[0, slot]]
    assert sorted(message["seen"]) == sorted(observation.agents["id"][0, seen].tolist())
    assert message["value"] == 1.5
    assert message["move"].tolist() == [0.2] * 5
    assert message["attacks"].shape == (3, 7, 7)
    assert message["choices"] == []
    ((_, thinker, memory),) = stage.mind.asked
    assert (thinker, memory.tolist()) == (agent["id"], [0, 1, 2])


def test_of_a_scripted_agent_no_thoughts_are_told_and_of_the_dead_nothing(stage: Stage) -> None:
    agent = stage.agents[stage.agents["population"] == 1][0]
    stage.overlays.receive(5, Inspect(int(agent["id"])))
    ((_, message),) = stage.desk.wait(1)
    assert message["name"] == f"Population 1 #{agent['id']}"
    assert [message[name] for name in ("value", "move", "style", "attacks", "choices")] == [None] * 5
    dead = int(next(frame.deaths["id"][0] for frame in stage.frames if len(frame.deaths["id"])))
    stage.overlays.receive(6, Inspect(dead))
    assert stage.desk.wait(2)[1] == (6, {"type": "agent", "id": dead, "tick": 40, "alive": False})
    assert stage.mind.asked == []


def test_whoever_inspects_is_told_after_each_frame_until_it_ends(stage: Stage) -> None:
    stage.overlays.receive(5, Inspect(0))
    stage.desk.wait(1)
    stage.play(1)
    assert [message["tick"] for _, message in stage.desk.wait(2)] == [40, 41]
    stage.overlays.receive(5, Inspect(None))
    stage.play(1)
    stage.overlays.receive(6, Inspect(0))
    assert [(viewer, message["tick"]) for viewer, message in stage.desk.wait(3)] == [(5, 40), (5, 41), (6, 42)]


def test_visits_count_the_ticks_of_a_population_on_each_tile(stage: Stage) -> None:
    stage.overlays.receive(1, Overlay("visits", 1, None, None))
    ((_, message),) = stage.desk.wait(1)
    about, values = grid(message)
    wanted = np.zeros((16, 16))
    for frame in stage.frames:
        chosen = frame.agents["population"] == 1
        np.add.at(wanted, (frame.agents["row"][chosen], frame.agents["col"][chosen]), 1)
    assert (np.nan_to_num(values) == wanted).all()
    assert np.isnan(values[wanted == 0]).all()
    told = {name: about[name] for name in ("name", "population", "tick", "origin", "low", "high", "scale")}
    high = wanted.max()
    assert told == {
        "name": "visits", "population": 1, "tick": 40, "origin": [0, 0], "low": 1, "high": high, "scale": "log"
    }  # fmt: skip
    assert about["legend"] == "Ticks spent on each tile: Population 1, ticks 0 to 40"


def test_attacks_are_counted_where_the_attacker_stood(stage: Stage) -> None:
    stage.play(60)
    stage.overlays.receive(1, Overlay("attacks", 0, None, None))
    values = grid(stage.desk.wait(1)[0][1]).values
    wanted = np.zeros((16, 16))
    for frame in stage.frames:
        who = dict(zip(frame.agents["id"], zip(*(frame.agents[n] for n in ("population", "row", "col")), strict=True)))
        who |= dict(zip(frame.deaths["id"], zip(*(frame.deaths[n] for n in ("population", "row", "col")), strict=True)))
        for attacker in frame.attacks["attacker"]:
            population, row, col = who[attacker]
            wanted[row, col] += population == 0
    assert wanted.sum() > 5
    assert (np.nan_to_num(values) == wanted).all()


def test_values_are_asked_for_the_levels_a_viewer_wants(stage: Stage) -> None:
    stage.overlays.receive(1, Overlay("value", 0, 0.25, None))
    about, values = grid(stage.desk.wait(1)[0][1])
    assert stage.mind.asked == [("values", 0, 0.25, 1.0)]
    assert values[4, 13] == 9
    assert (about["low"], about["high"]) == pytest.approx((0.09, 8.91))  # the outermost hundredths are cut off
    assert about["legend"] == "Value of standing on each tile: Red, with 25% food and 100% water"
    assert (about["unit"], about["diverging"]) == ("ticks", False)


def test_the_dependency_map_lies_around_the_agent_that_is_inspected(stage: Stage) -> None:
    members = stage.agents[stage.agents["population"] == 0]
    oldest, other = members[np.argmax(members["age"])], members[np.argmin(members["age"])]
    stage.overlays.receive(1, Overlay("dependency", 0, None, 0.5))
    about, values = grid(stage.desk.wait(1)[0][1])
    assert about["centre"] == {name: oldest[name] for name in ("id", "row", "col")}
    assert about["origin"] == [oldest["row"] - 3, oldest["col"] - 3]
    assert (about["low"], about["high"], about["diverging"]) == (-2, 2, True)
    assert values.shape == (7, 7)
    stage.desk.take()
    stage.overlays.receive(1, Inspect(int(other["id"])))
    both = stage.desk.wait(2)
    ((_, message),) = [told for told in both if isinstance(told[1], bytes)]
    assert grid(message).about["centre"]["id"] == other["id"]
    stage.desk.take()
    stranger = stage.agents[stage.agents["population"] == 1][0]  # follows a script: the oldest again
    stage.overlays.receive(1, Inspect(int(stranger["id"])))
    ((_, message),) = [told for told in stage.desk.wait(2) if isinstance(told[1], bytes)]
    assert grid(message).about["centre"]["id"] == oldest["id"]
    asked = [question for question in stage.mind.asked if question[0] == "dependency"]
    assert [question[1:4] for question in asked[:2]] == [(oldest["id"], None, 0.5), (other["id"], None, 0.5)]
    assert asked[0][4].tolist() == [0, 1, 2]


def test_what_is_not_there_is_refused(stage: Stage) -> None:
    with pytest.raises(Refused, match="no overlay 'heat' here; there are visits, value, dependency, attacks"):
        stage.overlays.receive(1, Overlay("heat", 0, None, None))
    with pytest.raises(Refused, match="there are 2 populations; 2 is none of them"):
        stage.overlays.receive(1, Overlay("visits", 2, None, None))
    with pytest.raises(Refused, match="Population 1 follows a script"):
        stage.overlays.receive(1, Overlay("value", 1, None, None))
    assert stage.desk.take() == []
    scripted = Overlays(CONFIG, ["a run", "a run"])
    assert scripted.names == ("a run 0", "a run 1")
    assert scripted.abilities() == {"overlays": ["visits", "attacks"], "inspect": True}
    assert stage.overlays.abilities()["overlays"] == ["visits", "value", "dependency", "attacks"]


def test_overlays_change_nothing_in_the_world(stage: Stage) -> None:
    plain = world_of(CONFIG)
    for _ in play(plain, 40):
        pass
    for viewer, name in enumerate(stage.overlays.offered):
        stage.overlays.receive(viewer, Overlay(name, 0, None, None))
    stage.desk.wait(4)
    assert stage.world.hash() == plain.hash()


def test_a_replay_is_counted_up_to_the_tick_that_is_shown(tmp_path: Path) -> None:
    world = world_of(CONFIG)
    with ReplayWriter(tmp_path / "a.replay", world, ticks_a_chunk=8) as writer:
        frames = [writer.append() for _ in play(world, 30)]
    replay = Replay(tmp_path / "a.replay")
    stage = Stage(world, replay)
    for number, tick in enumerate((20, 21, 5)):  # a jump, a step, and a way back
        stage.overlays.after(None, replay.frame(tick, key=True))
        stage.overlays.receive(number, Overlay("visits", 0, None, None))
        told = [grid(message) for viewer, message in stage.desk.wait(number + 1) if viewer == number]
        wanted = sum(int((frame.agents["population"] == 0).sum()) for frame in frames[: tick + 1])
        assert np.nansum(told[0].values) == wanted
        assert told[0].about["legend"].endswith(f"ticks 0 to {tick}")
        stage.overlays.gone(number)
    stage.overlays.close()
