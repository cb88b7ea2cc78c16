"""The same seed, maps and actions give the same bits: with any threads, in any batch, after any break, on any day."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forge.blade import Chaos, Config, Law, Recording, World
from forge.blade.world.fork import fork
from tests.blade.cases import REWARDS
from tests.blade.worlds import patchwork, wanderer

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "hashes.json"
PRESETS: dict[str, Callable[[], Config]] = {"law": Law, "chaos": Chaos}
PLAYER = wanderer(care=0.97)

NOTHING = Recording()
CONFIG = Chaos(**{"terrain.side": 22, "terrain.border": 3, "spawn.cap": 32, "spawn.random_cap": True})
LEARNED = CONFIG.replace(**{"combat.targeting": "learned", "combat.hold": True})
REWARDED = LEARNED.replace(**REWARDS)
CONFIGS = pytest.mark.parametrize("config", [CONFIG, LEARNED, REWARDED], ids=["lowest health", "learned", "rewarded"])


def batch(config: Config = CONFIG, count: int = 3, threads: int = 1, record: Recording = NOTHING) -> World:
    """Worlds with a map each."""
    return World(config, count, 7, threads, [patchwork(config.terrain, i) for i in range(count)], record)


def step(world: World, rng: np.random.Generator) -> str:
    """Plays one tick at random; returns the name of the state."""
    world.step(PLAYER(rng, world.observe(), world.config))
    return world.hash()


def play(world: World, ticks: int, seed: int = 0) -> list[str]:
    """The names of the states a world goes through from here on."""
    rng = np.random.default_rng(seed)
    return [step(world, rng) for _ in range(ticks)]


def same_sight(one: World, other: World) -> bool:
    """Whether the agents of two batches observe the same; entries beyond `seen_count` mean nothing."""
    a, b = one.observe(), other.observe()
    filled = np.arange(a.seen.shape[-1]) < a.seen_count[..., None]
    return (
        all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("agents", "window", "seen_count", "moves"))
        and np.array_equal(a.seen[filled], b.seen[filled])
        and np.array_equal(a.target_mask, b.target_mask)
    )


def in_new_process(script: str, **environment: str) -> list[str]:
    """What a script prints in an interpreter of its own, word by word."""
    command = [sys.executable, "-c", f"from tests.blade.test_repeatability import *\n{script}"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@CONFIGS
def test_two_runs_are_the_same_and_two_seeds_are_not(config: Config) -> None:
    first, second = batch(config), batch(config)
    other = World(config, 3, seed=8, maps=[patchwork(config.terrain, i) for i in range(3)])
    for world in (first, second, other):
        world.reset()
    assert first.hash() == second.hash() != other.hash()
    assert play(first, 100) == play(second, 100) != play(other, 100)


def test_a_reset_starts_the_same_run_again() -> None:
    world = batch(record=Recording(True, True, True))
    world.reset()
    start, run = world.hash(), play(world, 60)
    world.reset()
    assert world.hash() == start
    assert world.visits().sum() == 0
    assert play(world, 60) == run


def test_the_number_of_threads_does_not_matter() -> None:
    script = """
world = batch(threads={threads})
world.reset()
print(*play(world, 60))
"""
    runs = [in_new_process(script.format(threads=n), NUMBA_NUM_THREADS="3") for n in (1, 2, 3)]
    assert len(runs[0]) == 60
    assert runs[0] == runs[1] == runs[2]


@CONFIGS
def test_worlds_of_a_batch_are_as_they_would_be_alone(config: Config) -> None:
    world = batch(config)
    alone = [World(config, 1, [int(world.seeds[i])], 1, [patchwork(config.terrain, i)]) for i in range(3)]
    for each in (world, *alone):
        each.reset()
    rng = np.random.default_rng(3)
    for _ in range(80):
        actions = PLAYER(rng, world.observe(), config)
        world.step(actions)
        for i, single in enumerate(alone):
            single.step(actions[i : i + 1])
            assert single.hash() == world.hash(i)


def test_worlds_of_a_batch_may_reward_different_things() -> None:
    """Each is as it would be alone, also as a copy and after a break."""
    configs = [CONFIG, CONFIG.replace(**REWARDS), CONFIG.replace(**{"reward.kill": 2})]
    maps = [patchwork(CONFIG.terrain, i) for i in range(3)]
    world = World(configs, 3, 7, 1, maps)
    alone = [World(config, 1, [int(world.seeds[i])], 1, [maps[i]]) for i, config in enumerate(configs)]
    for each in (world, *alone):
        each.reset()
    rng = np.random.default_rng(3)
    for tick in range(60):
        if tick == 30:
            world = World.restore(world.snapshot(), threads=1)
            alone = [fork(world, i) for i in range(3)]
        actions = PLAYER(rng, world.observe(), CONFIG)
        rewards = world.step(actions)[1]
        for i, single in enumerate(alone):
            assert (single.step(actions[i : i + 1])[1][0] == rewards[i]).all()
            assert single.hash() == world.hash(i)


def test_what_agents_explored_is_part_of_the_state() -> None:
    world = batch(CONFIG.replace(**{"reward.explore": 1}))
    world.reset()
    play(world, 30)
    other = world.clone()
    other.state.explored[0, np.flatnonzero(other.observe().alive[0])[0]] ^= 1
    assert other.hash() != world.hash()


def test_the_order_within_a_batch_does_not_matter() -> None:
    world = batch()
    turned = World(CONFIG, 3, world.seeds[::-1].tolist(), 1, [patchwork(CONFIG.terrain, i) for i in (2, 1, 0)])
    world.reset()
    turned.reset()
    rng = np.random.default_rng(3)
    for _ in range(50):
        actions = PLAYER(rng, world.observe(), CONFIG)
        world.step(actions)
        turned.step(actions[::-1])
    assert [world.hash(i) for i in (0, 1, 2)] == [turned.hash(i) for i in (2, 1, 0)]


@CONFIGS
@pytest.mark.parametrize("record", [Recording(events=True), Recording(lives=True), Recording(visits=True)])
def test_recording_changes_nothing(config: Config, record: Recording) -> None:
    watched, plain = batch(config, record=record), batch(config)
    watched.reset()
    plain.reset()
    assert play(watched, 60) == play(plain, 60)


@CONFIGS
def test_a_snapshot_goes_on_in_a_new_process(config: Config, tmp_path: Path) -> None:
    world = batch(config, record=Recording(True, True, True))
    world.reset()
    play(world, 70)
    world.snapshot(tmp_path / "saved")
    here, now = world.hash(), play(world, 60, seed=5)
    script = f"""
world = World.restore({str(tmp_path / "saved")!r}, threads=1)
print(world.hash(), *play(world, 60, seed=5))
print(world.visits().sum(), len(world.lives()), len(world.events()))
"""
    there = in_new_process(script)
    assert there[:61] == [here, *now]
    assert there[61:] == [str(n) for n in (world.visits().sum(), len(world.lives()), len(world.events()))]


@CONFIGS
def test_a_clone_goes_its_own_way_to_the_same_place(config: Config) -> None:
    world = batch(config, count=1)
    world.reset()
    play(world, 50)
    clone = world.clone()
    before = world.hash()
    assert clone.hash() == before
    assert same_sight(world, clone)
    run = play(clone, 1000, seed=2)
    assert world.hash() == before  # they share no memory
    assert play(world, 1000, seed=2) == run


def test_a_snapshot_of_every_tick_is_whole() -> None:
    world = batch(LEARNED)
    world.reset()
    rng = np.random.default_rng(0)
    for _ in range(40):
        restored = World.restore(world.snapshot(), threads=1)
        assert restored.hash() == world.hash()
        assert same_sight(world, restored)
        step(world, rng)


def golden(preset: str) -> list[str]:
    """States of a preset every 20 ticks of random play, on maps that no noise library makes."""
    config = PRESETS[preset]()
    world = batch(config, count=2)
    world.reset()
    return [world.hash(), *play(world, 200)[19::20]]


@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_play_as_they_always_have(preset: str) -> None:
    assert golden(preset) == json.loads(GOLDEN.read_text("utf-8"))[preset]


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({preset: golden(preset) for preset in PRESETS}, indent=2) + "\n", "utf-8")
