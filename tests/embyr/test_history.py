"""What viewers are told of the past of a world and of a replay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from forge.blade.recording.replay import Replay
from forge.embyr import Pace, Playback, Source, Viewer
from forge.embyr.past.census import Census, Sample
from tests.blade.watching import play, record, world_of
from tests.embyr.client import Client, still
from tests.embyr.loops import in_thread

TICKS = 200


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    path = tmp_path_factory.mktemp("replays") / "a.replay"
    record(path, ticks=TICKS)
    return Replay(path)


@pytest.fixture
def shown(replay: Replay) -> Iterator[Viewer]:
    """A viewer of the replay, paused."""
    source = Source.of(replay.config, "replay", "a", ticks=(0, TICKS))
    pace = Pace(0.01, paused=True, ticks=source.ticks)
    with Viewer(source, pace, port=0) as viewer, in_thread(pace, Playback(viewer, replay).run):
        yield viewer


def deaths_of(replay: Replay, cause: int | None = None) -> list[tuple[int, int]]:
    """Tick and id of those who died, of one cause or of any."""
    return [
        (frame.tick, int(id))
        for frame in replay
        for id, why in zip(frame.deaths["id"], frame.deaths["cause"])
        if cause in (None, why)
    ]


def test_whoever_opens_a_replay_is_told_how_many_lived_when_in_all_of_it(shown: Viewer, replay: Replay) -> None:
    with Client.greeted(shown) as client:
        told = client.hear("history", whole=True)
    frames = list(replay)
    assert told["tick"] == list(range(TICKS + 1))
    counts = [np.bincount(frame.agents["population"], minlength=replay.populations).tolist() for frame in frames]
    assert told["counts"] == counts
    assert told["births"][1:] == [len(frame.births["id"]) for frame in frames[1:]]
    assert told["deaths"][1:] == [len(frame.deaths["id"]) for frame in frames[1:]]
    assert told["kills"][1:] == [int((frame.deaths["cause"] == 0).sum()) for frame in frames[1:]]


def test_the_past_of_a_replay_can_be_asked_for_at_any_tick(shown: Viewer, replay: Replay) -> None:
    with Client.greeted(shown) as client:
        client.say(type="recall", tick=TICKS // 2)
        past = client.hear("past")
        died = [row for row in deaths_of(replay) if row[0] <= TICKS // 2]
        told = list(zip(past["deaths"]["tick"], past["deaths"]["id"]))
        assert told == died[-len(told) :]
        assert len(told) + len(past["births"]["id"]) == 80
        assert past["more"]
        id = int(replay.frame(150).agents["id"][0])
        client.say(type="trace", id=id, tick=150)
        trace = client.hear("trace", id=id)
        assert trace["tick"][-1] == 150
        for tick, food in zip(trace["tick"], trace["food"]):
            agents = replay.frame(tick).agents
            assert agents["food"][agents["id"] == id].tolist() == [food]
        client.say(type="recall", tick=3)
        assert not client.hear("past", tick=3)["more"]


@pytest.mark.parametrize(("what", "cause"), [("death", None), ("kill", 0)])
def test_the_next_and_the_previous_death_or_kill_are_found(
    shown: Viewer, replay: Replay, what: str, cause: int | None
) -> None:
    ticks = sorted({tick for tick, _ in deaths_of(replay, cause)})
    middle = ticks[len(ticks) // 2]
    with Client.greeted(shown) as client:

        def find(tick: int, forward: bool) -> Any:
            client.say(type="find", what=what, tick=tick, forward=forward)
            return client.hear("found", forward=forward)["tick"]

        assert find(middle, True) == ticks[len(ticks) // 2 + 1]
        assert find(middle, False) == ticks[len(ticks) // 2 - 1]
        assert find(ticks[-1], True) is None
        assert find(ticks[0], False) is None


def test_a_live_world_remembers_what_nobody_watched() -> None:
    with still() as (viewer, world):
        source = viewer._shown
        assert source is not None
        counts, vitals = {0: world.state.members[0].tolist()}, {}
        for tick in play(world, 100):
            if tick > 0:
                viewer.put(source.frame(), world)
                counts[tick] = world.state.members[0].tolist()
                slots = world.state.living[0, : world.state.living_count[0]]
                vitals[tick] = {int(a["id"]): int(a["water"]) for a in world.state.agents[0, slots]}
        tally = world.state.tally[0]
        with Client.greeted(viewer) as client:
            told = client.hear("history")
            assert dict(zip(told["tick"], told["counts"])) == counts
            assert sum(told["deaths"]) == int(tally["deaths"].sum()) > 10
            client.say(type="recall", tick=100)
            past = client.hear("past")
            assert len(past["births"]["id"]) + len(past["deaths"]["id"]) == 80
            assert past["more"]
            id = max(vitals[100], key=lambda id: sum(id in each for each in vitals.values()))
            client.say(type="trace", id=id, tick=100)
            trace = client.hear("trace")
            assert list(zip(trace["tick"], trace["water"])) == [(t, v[id]) for t, v in vitals.items() if id in v]
            client.say(type="find", what="kill", tick=5)
            assert "needs a replay" in client.hear("error")["message"]


def test_a_loop_that_nobody_watches_is_sampled_and_another_world_has_another_past() -> None:
    with still() as (viewer, world):
        for _ in play(world, 30):
            viewer.show(world)
        with Client.greeted(viewer) as client:
            assert client.hear("history")["tick"] == list(range(31))
        viewer.show(world_of(seed=1))
        with Client.greeted(viewer) as client:
            assert client.hear("history")["tick"] == [0]


def test_a_census_keeps_all_time_in_bounded_memory() -> None:
    census = Census(populations=2048)  # 16 samples
    for tick in range(10_000):
        if census.wants(tick):
            census.add(Sample(tick, np.zeros(1), tick, 0, 0))
        assert len(census.samples) <= 16
    ticks = [sample.tick for sample in census.samples]
    assert ticks[0] == 0
    assert ticks[-1] > 9000
    assert len(set(np.diff(ticks))) == 1
    census.add(Sample(5, np.zeros(1), 0, 0, 0))
    assert [sample.tick for sample in census.samples] == [5]
