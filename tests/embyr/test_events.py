"""Births, deaths and attacks of ticks that a viewer has no frame of: each comes later, or is counted."""

from __future__ import annotations

import functools
import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade import EventKind, World
from forge.blade.mechanics.ids import UNKNOWN
from forge.blade.recording.frame import Frame, FrameSource, decode
from forge.embyr import Source, Viewer
from forge.embyr.streaming.event_log import EventLog, Mark
from forge.embyr.streaming.stream import FrameStream, Seen
from tests.blade.watching import SMALL, play, world_of
from tests.blade.worlds import patchwork
from tests.embyr.client import Client, still

TICK_SECONDS, LATE_SECONDS = 0.6, 2.5


def births_of(tick: int, table: Any) -> list[tuple[int, ...]]:
    """Births of a frame or a message: tick and all that is told of each."""
    return [(tick, *map(int, row)) for row in zip(*(table[name] for name in ("id", "row", "col", "population")))]


def deaths_of(frame: Frame) -> list[tuple[int, ...]]:
    """Deaths of a frame, each with its tick and, from the frame's attacks, its killer."""
    rows = []
    for row in zip(*(frame.deaths[name].tolist() for name in ("id", "row", "col", "population", "age", "cause"))):
        blows = np.flatnonzero(frame.attacks["target"] == row[0])
        by_attack = row[-1] == 0 and len(blows)
        rows.append((frame.tick, *row, int(frame.attacks["attacker"][blows[-1]]) if by_attack else -1))
    return rows


class Told:
    """What one viewer was told of births, deaths and attacks."""

    def __init__(self) -> None:
        self.births: list[tuple[int, ...]] = []
        self.deaths: list[tuple[int, ...]] = []
        self.attacks = self.damage = 0
        self.untold = Counter[str]()

    def add(self, message: dict[str, Any]) -> None:
        """Takes a message `events`."""
        births, deaths = message["births"], message["deaths"]
        self.births += zip(*(births[name] for name in ("tick", "id", "row", "col", "population")))
        columns = ("tick", "id", "row", "col", "population", "age", "cause", "killer")
        self.deaths += zip(*(deaths[name] for name in columns))
        self.attacks += message.get("attacks", {"count": 0})["count"]
        self.damage += message.get("attacks", {"damage": 0})["damage"]
        self.untold.update(message.get("untold", {}))

    def see(self, frame: Frame) -> None:
        """Takes a frame."""
        self.births += births_of(frame.tick, frame.births)
        self.deaths += deaths_of(frame)
        self.attacks += len(frame.attacks["target"])
        self.damage += int(frame.attacks["damage"].sum())

    def same(self, other: Told) -> bool:
        """Whether both were told the same, in the same order."""
        return vars(self) == vars(other)


@pytest.mark.parametrize("speed", [1, 10, 100])
def test_a_viewer_that_acknowledges_late_ends_with_the_births_and_deaths_of_the_log(speed: int) -> None:
    late = int(LATE_SECONDS / TICK_SECONDS * speed)  # ticks
    told, logged = Told(), {EventKind.BIRTH: [], EventKind.DEATH: [], EventKind.ATTACK: []}
    with still() as (viewer, world), Client.greeted(viewer) as client:
        told.see(client.frame(ack=False))
        source, ticks = viewer._shown, max(60, 3 * late)
        assert source is not None
        for tick in play(world, ticks):
            if tick == 0:
                continue
            for event in world.events():
                if event["kind"] in logged:
                    logged[EventKind(event["kind"])].append((int(event["tick"]) + 1, int(event["agent"])))
            viewer.put(source.frame())
            if tick == 1:
                told.see(client.frame(ack=False))
            elif tick % late == 0 or tick == ticks:
                client.told.clear()
                client.say(type="ack", tick=client.ticks[-2])  # so that one frame more may come
                frame = client.frame(ack=False)
                for message in client.told:
                    if message["type"] == "events":
                        told.add(message)
                told.see(frame)
        assert client.ticks[-1] == ticks
    assert [row[:2] for row in told.births if row[0] > 0] == logged[EventKind.BIRTH]
    assert [row[:2] for row in told.deaths] == logged[EventKind.DEATH]
    assert told.attacks == len(logged[EventKind.ATTACK])
    assert min(map(len, logged.values())) > 10
    assert max(row[-1] for row in told.deaths) >= 0  # killers are known
    assert not +told.untold


@functools.cache
def played() -> list[Frame]:
    """Key frames of 50 ticks of random play."""
    world = world_of()
    source = FrameSource(world)
    return [source.frame(key=True) for _ in play(world, 50)]


@settings(max_examples=60)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.sets(st.integers(0, 59)))
def test_whatever_is_missed_of_a_replay_that_is_sought_and_looped_is_told(order: list[int], looks: set[int]) -> None:
    """`order` are the ticks that are shown; where one does not follow the one before, the replay was sought."""
    stream, seen, told, all_of_it = FrameStream(), Seen(), Told(), Told()
    for number, tick in enumerate(order):
        key = number == 0 or tick != order[number - 1] + 1
        stream.put(played()[tick] if key else played()[tick].with_plane(None), resumes=number > 0)
        all_of_it.see(played()[tick])
        if number == 0 or number in looks or number == len(order) - 1:
            news = stream.news(seen)
            assert news is not None
            for text in news.earlier:
                told.add(json.loads(text))
            told.see(decode(news.frame))
            seen = news.seen
    assert told.same(all_of_it)


def test_of_another_world_nobody_is_told_more() -> None:
    stream, told = FrameStream(), Told()
    stream.put(played()[30])
    begun = stream.news(Seen())
    assert begun is not None
    for tick in range(31, 40):
        stream.put(played()[tick].with_plane(None))
    for tick in range(40, 51):  # stands for another world
        stream.put(played()[tick] if tick == 40 else played()[tick].with_plane(None))
    news = stream.news(begun.seen)
    assert news is not None
    for text in news.earlier:
        told.add(json.loads(text))
    assert {row[0] for row in told.births} <= set(range(40, 50))
    newcomer = stream.news(Seen())
    assert newcomer is not None
    assert newcomer.earlier == ()


def test_more_than_is_kept_is_counted_and_no_message_is_without_bound() -> None:
    # 3 a tick are born and 1 dies, which makes 40,000 rows in 10,000 ticks; of 32 rows, 24 are births and 8 deaths.
    log = EventLog(kept=32)
    births = {name: np.arange(3) for name in ("id", "row", "col", "population")}
    deaths = {name: np.arange(1) for name in ("id", "row", "col", "population", "age", "cause")}
    attacks = {name: np.array([5, 5]) for name in ("attacker", "target", "damage")}
    for tick in range(10_000):
        log.count(1, 0)
        log.add(tick, births, deaths, attacks)
    (message,) = log.messages(Mark(), log.mark)
    assert message["births"]["tick"].tolist() == sorted(list(range(9_992, 10_000)) * 3)
    assert len(message["deaths"]["id"]) == 8
    assert message["untold"] == {"births": 40_000 - 24, "deaths": 10_000 - 8}
    assert message["attacks"] == {"count": 20_000, "damage": 100_000}
    whole = EventLog()
    crowd = {name: np.arange(5000) for name in ("id", "row", "col", "population")}
    whole.add(0, crowd, {**deaths, "cause": np.array([0])}, {**attacks, "target": np.array([0, 0])})
    parts = list(whole.messages(Mark(), whole.mark))
    assert [len(part["births"]["id"]) + len(part["deaths"]["id"]) for part in parts] == [4096, 905]
    assert [part.get("untold") for part in parts] == [{"births": 0, "deaths": 0}, None]
    assert parts[0]["deaths"]["killer"].tolist() == [5]
    assert list(whole.messages(whole.mark, whole.mark)) == []


@pytest.mark.parametrize("records", [True, False])
def test_a_loop_that_shows_few_of_its_ticks_tells_or_counts_what_happened_in_the_others(records: bool) -> None:
    world = world_of() if records else World(SMALL, maps=[patchwork(SMALL.terrain, 0)])
    world.reset()
    told, first = Told(), int(world.state.births[0])
    with Viewer(Source.of(SMALL), port=0) as viewer:
        viewer.show(world)
        with Client.greeted(viewer) as client:
            client.frame()
            for tick in play(world, 60):
                if tick in (30, 60):
                    viewer.show(world, frames_a_second=1e-3)
                    viewer._next_show = 0.0  # the time of a frame has come
                if tick > 0:
                    viewer.show(world, frames_a_second=1e-3)
                    viewer.show(world, frames_a_second=1e-3)  # twice in a tick tells nothing twice
            while (frame := client.frame()).tick < 60:
                told.see(frame)
            told.see(frame)
            for message in client.told:
                if message["type"] == "events":
                    told.add(message)
    tally = world.state.tally[0]
    assert (sum(told.untold.values()) == 0) == records
    assert len(told.births) + told.untold["births"] == int(tally["births"].sum()) - first
    assert len(told.deaths) + told.untold["deaths"] == int(tally["deaths"].sum()) > 10
    assert len({row[1] for row in told.deaths}) == len(told.deaths)
    if not records:
        assert {row[-2] for row in told.deaths} == {UNKNOWN}
