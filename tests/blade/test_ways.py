"""What the systems that a configuration must name tell of ways and of others, against a search tile by tile."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from numba import njit

from forge.blade import Config, ConfigError, Material, Move, World
from forge.blade.mechanics.bitboards import look
from forge.blade.systems.paths import FAR, look_at_any

FIELDS = {"spawn.cap": 24, "spawn.populations": 2, "sight.agents": 8, "terrain.side": 40}
CONFIG = Config(systems=["paths", "reach"]).replace(**FIELDS)
STEPS = {Move.NORTH: (-1, 0), Move.SOUTH: (1, 0), Move.EAST: (0, 1), Move.WEST: (0, -1)}
NEVER = 10**6
OPEN = (Material.GRASS, Material.SCRUB, Material.FOREST)


def flood(sources: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Steps from the nearest source over the ground, NEVER where there is no way; breadth-first, tile by tile."""
    found = np.where(sources, 0, NEVER)
    queue = deque(map(tuple, np.argwhere(sources)))
    while queue:
        row, col = queue.popleft()
        for down, right in STEPS.values():
            there = row + down, col + right
            inside = min(there) >= 0 and max(there) < len(ground)
            if inside and ground[there] and found[there] == NEVER:
                found[there] = found[row, col] + 1
                queue.append(there)
    return found


def way(goals: np.ndarray, ground: np.ndarray) -> list[int]:
    """Steps to the nearest goal, FAR at most, and for each direction whether a shortest way begins there."""
    away, middle = flood(goals, ground), len(ground) // 2
    steps = away[middle, middle]
    around = [away[middle + down, middle + right] for down, right in STEPS.values()]
    return [min(steps, FAR), *(int(0 < steps < NEVER and there == steps - 1) for there in around)]


def expected(materials: np.ndarray, counts: np.ndarray) -> dict[str, list[int]]:
    """The same for each goal, of a window that is cut to 7 tiles around its middle."""
    ground, forest = np.isin(materials, OPEN), materials == Material.FOREST
    wet = np.pad(materials == Material.WATER, 1)
    shore = ground & (wet[:-2, 1:-1] | wet[2:, 1:-1] | wet[1:-1, :-2] | wet[1:-1, 2:])
    middle, others = len(ground) // 2, counts > 0
    others[middle, middle] = False
    me = np.zeros_like(ground)
    me[middle, middle] = True
    mine, theirs = flood(me, ground), flood(others & ground, ground)
    won = forest & (mine < NEVER) & (mine <= theirs)
    nearest = won & (mine == mine[won].min()) if won.any() else won
    return {"food": way(forest, ground), "free": way(nearest, ground), "water": way(shore, ground)}


@pytest.mark.parametrize("radius", [7, 4, 9])
def test_ways_are_those_of_a_search_tile_by_tile(radius: int) -> None:
    config = CONFIG.replace(**{"sight.radius": radius})
    world, rng = World(config, 2, seed=radius, threads=1), np.random.default_rng(radius)
    observation = world.reset()
    names = [feature.name for feature in config.schema.own]
    compared = 0
    cut = slice(max(0, radius - 7), 2 * radius + 1 - max(0, radius - 7))
    for _ in range(30):
        moves = rng.integers(0, 5, (2, 24))
        observation, *_ = world.step(np.stack([moves, rng.integers(0, 3, (2, 24))], -1).astype(np.uint8))
        for w, slot in np.argwhere(observation.alive):
            own = dict(zip(names, observation.own(w, slot).tolist(), strict=True))
            window = observation.materials[w, slot, cut, cut], observation.counts[w, slot, cut, cut]
            for goal, told in expected(*window).items():
                assert [own[f"{goal}_steps"], *(own[f"{goal}_{move.name.lower()}"] for move in STEPS)] == told, goal
            if observation.agents["age"][w, slot] > 0:
                assert [own[f"last_{move.name.lower()}"] for move in STEPS] == [moves[w, slot] == m for m in STEPS]
            compared += 1
    assert compared > 300


@njit(error_model="numpy")
def boards(window, rules, wide):
    return look(window, 0), look_at_any(rules, wide)


def test_tiles_of_two_bytes_are_read_as_those_of_one() -> None:
    rng, rules = np.random.default_rng(0), World(CONFIG, 1, threads=1).state.rules[0]
    for _ in range(20):
        materials, counts = rng.integers(7, size=(15, 16)), rng.integers(3, size=(15, 16))
        one, two = boards(
            (materials + 8 * counts).astype(np.uint8), rules, (materials + 256 * counts).astype(np.uint16)
        )
        assert one == two


def test_who_is_near_and_can_be_harmed_is_told() -> None:
    world = World(CONFIG, 2, seed=3, threads=1)
    observation = world.reset()
    for _ in range(40):
        observation, *_ = world.step(np.ones((2, 24, 2), np.uint8) * [2, 0])
    harmable = 0
    names = [feature.name for feature in CONFIG.schema.features]
    for w, slot in np.argwhere(observation.alive):
        seen = observation.seen[w, slot, : observation.seen_count[w, slot]]
        others, me = observation.agents[w, seen], observation.agents[w, slot]
        table = observation.features(w, slot)
        apart = np.maximum(*(abs(others[axis].astype(int) - int(me[axis])) for axis in ("row", "col")))
        assert (table[:, names.index("distance")] == apart).all()
        can = (others["age"] >= CONFIG.combat.immunity) & (seen != slot)
        assert (table[:, names.index("harmable")] == can).all()
        harmable += can.sum()
    assert harmable > 0


def test_what_is_named_is_seen_and_nothing_else_changes() -> None:
    worlds = [World(config, 1, seed=5, threads=1) for config in (CONFIG, Config().replace(**FIELDS))]
    rng = np.random.default_rng(5)
    for world in worlds:
        world.reset()
    for _ in range(30):
        actions = rng.integers(0, 3, (1, 24, 2)).astype(np.uint8)
        seen, plain = (world.step(actions)[0] for world in worlds)
        for name in plain.agents.dtype.names or ():
            if not name.startswith("filling"):
                assert (seen.agents[name] == plain.agents[name]).all(), name


def test_a_snapshot_names_them_without_being_trusted() -> None:
    world = World(CONFIG, 1, seed=0, threads=1)
    world.reset()
    world.step(np.zeros((1, 24, 2), np.uint8))
    back = World.restore(world.snapshot())
    assert (back.configs[0].systems, back.hash()) == (CONFIG.systems, world.hash())
    assert (back.observe().own(0, 0) == world.observe().own(0, 0)).all()
    with pytest.raises(ConfigError, match=r"unknown system 'path'; did you mean 'paths'.*module:NAME"):
        Config(systems=["path"])
