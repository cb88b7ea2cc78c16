"""What a world gives out is the user's own or cannot be written to: nothing done with it reaches the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge.blade import Chaos, ConfigError, Law, Recording, World
from forge.blade.recording.frame import FrameSource
from forge.blade.recording.replay import Replay, ReplayWriter
from tests.blade.worlds import patchwork, wanderer

CONFIG = Chaos(**{"terrain.side": 24, "terrain.border": 5, "spawn.cap": 16, "combat.targeting": "learned"})
EVERYTHING = Recording(events=True, lives=True, visits=True)


def lively(record: Recording = EVERYTHING) -> World:
    """Two worlds that have been played for a while."""
    world = World(CONFIG, 2, seed=3, threads=1, maps=[patchwork(CONFIG.terrain, i) for i in range(2)], record=record)
    world.reset()
    for _ in range(40):
        world.step(some_actions(world))
    return world


def some_actions(world: World) -> Any:
    return wanderer(care=1.0)(np.random.default_rng(int(world.state.tick[0])), world.observe(), CONFIG)


def given_out(world: World) -> Iterator[tuple[str, np.ndarray]]:
    """Everything that a step and the methods give out, by name."""
    seen, reward, terminated, info = world.step(some_actions(world))
    yield from {"reward": reward, "terminated": terminated, **info}.items()
    yield from seen.arrays.items()
    for name in ("alive", "window", "materials", "counts", "move_mask", "style_mask", "target_mask"):
        yield f"observation.{name}", getattr(seen, name)
    yield "one field", seen.agents["health"]
    for name in ("events", "lives", "visits", "materials", "occupancy"):
        yield f"{name}()", getattr(world, name)()
    yield "seeds", world.seeds


def test_nothing_that_is_done_with_what_is_given_out_reaches_the_engine() -> None:
    world = lively()
    twin = world.clone(threads=1)
    for name, array in given_out(world):
        try:
            array.flags.writeable = True
        except ValueError:
            assert not array.flags.writeable, name
            with pytest.raises(ValueError, match="read-only"):
                array[...] = np.zeros((), array.dtype)
        else:
            array[...] = np.frombuffer(b"\x7f" * array.dtype.itemsize, array.dtype)[0] if array.size else 0
    twin.step(some_actions(twin))
    for _ in range(20):
        assert world.hash() == twin.hash()
        assert np.array_equal(world.visits(), twin.visits())
        assert np.array_equal(world.events(), twin.events())
        world.step(some_actions(world))
        twin.step(some_actions(twin))
    world.reset()
    twin.reset()
    assert world.hash() == twin.hash()


def test_observations_visits_and_seeds_cannot_be_made_writeable() -> None:
    world = lively()
    seen = world.observe()
    views = [
        *seen.arrays.values(),
        seen.alive,
        seen.window,
        seen.agents["id"],
        seen.agents[0],
        seen.seen[0, 0],
        world.visits(),
    ]
    for view in [*views, world.seeds]:
        assert not view.flags.writeable
        with pytest.raises(ValueError, match="WRITEABLE"):
            view.flags.writeable = True


def test_what_is_kept_stays_what_it_was() -> None:
    world = lively()
    kept, copied = [], []
    for _ in range(30):
        _, reward, terminated, info = world.step(some_actions(world))
        kept.append([reward, terminated, *info.values()])
        copied.append([array.copy() for array in kept[-1]])
    arrays = [array for row in kept for array in row]
    assert len({array.ctypes.data for array in arrays}) == len(arrays)
    assert not any(np.shares_memory(array, mine) for array in arrays for mine in world.state)
    assert all(np.array_equal(a, b) for one, other in zip(kept, copied) for a, b in zip(one, other))
    assert [int(row[2][0]) for row in kept] == list(range(41, 71))


def test_an_observation_shows_the_tick_it_is_looked_at_in() -> None:
    world = lively()
    seen = world.observe()
    kept = seen.copy()
    world.step(some_actions(world))
    assert np.array_equal(seen.agents, world.observe().agents)
    assert not np.array_equal(kept.agents, seen.agents)
    kept.agents["health"] = 0  # the user's own
    assert world.observe().agents["health"].any()


def test_the_list_of_configurations_is_the_users_own() -> None:
    world = lively()
    before = world.snapshot()
    world.configs.clear()
    assert world.configs == [CONFIG, CONFIG]
    assert world.snapshot() == before


def test_a_reset_may_be_given_other_seeds() -> None:
    world = lively(Recording())
    kept = world.seeds.copy()
    world.reset(seed=9)
    other = World(CONFIG, 2, seed=9, threads=1, maps=[patchwork(CONFIG.terrain, i) for i in range(2)])
    other.reset()
    assert world.hash() == other.hash()
    world.reset(seed=kept.tolist())
    assert world.seeds.tolist() == kept.tolist()
    before = world.hash()
    with pytest.raises(ConfigError, match="3 seeds given for 2 worlds"):
        world.reset(seed=[1, 2, 3])
    with pytest.raises(ConfigError, match="seed = -1 must be an integer that is not negative"):
        world.reset(seed=-1)
    assert world.hash() == before


def test_frames_and_maps_of_a_replay_are_read_only_or_a_copy(tmp_path: Path) -> None:
    world = World(Law(**{"spawn.cap": 8, "terrain.side": 32}), record=Recording(events=True), threads=1)
    world.reset()
    with ReplayWriter(tmp_path / "a.replay", world, metadata={"by": "me"}) as writer:
        for _ in range(5):
            writer.append()
            world.step(np.zeros((1, 8, 2), int))
    replay = Replay(tmp_path / "a.replay")
    with pytest.raises(ValueError, match="WRITEABLE"):
        replay.frame(2).agents["row"].flags.writeable = True
    replay.header["config"]["spawn"]["cap"] = 1
    replay.metadata.clear()
    replay.materials(2)[:] = 0
    again = Replay(tmp_path / "a.replay")
    assert replay.header == again.header
    assert replay.metadata == {"by": "me"}
    assert np.array_equal(replay.materials(2), again.materials(2))


def test_the_map_that_a_source_of_frames_remembers_is_read_only() -> None:
    world = lively()
    source = FrameSource(world)
    source.frame()
    assert source.materials is not None
    with pytest.raises(ValueError, match="WRITEABLE"):
        source.materials.flags.writeable = True
    assert np.array_equal(source.materials, world.materials()[0])
