"""Creatures in whole worlds: where they are; threads and snapshots change nothing; and how long fights last."""

from __future__ import annotations

import numpy as np
import pytest

from forge.blade import Config, ConfigError, Law, Material, Style, World
from forge.blade.creatures.kinds import CHICKEN, creatures
from tests.blade.grown.pit import ALL, Pit

CROWD = {"spawn.cap": 32, "spawn.populations": 2, "combat.immunity": 3}


def alive(world: World, w: int = 0) -> np.ndarray:
    """The records of the creatures of a world."""
    found = world.state.agents[w, world.config.spawn.cap :]
    return found[found["creature"] > 0]


def played(world: World, ticks: int, seed: int = 0) -> World:
    """After so many ticks of steps and strikes at random, none onto lava."""
    rng = np.random.default_rng(seed)
    for _ in range(ticks):
        world.step(careful(world, rng))
    return world


def careful(world: World, rng: np.random.Generator) -> np.ndarray:
    """Actions at random, but for steps onto lava."""
    seen, centre = world.observe(), world.config.sight.radius
    shape = seen.alive.shape
    moves = rng.integers(0, 5, shape)
    down, right = np.array([0, -1, 1, 0, 0])[moves], np.array([0, 0, 0, 1, -1])[moves]
    w, slot = np.indices(shape)
    moves[seen.materials[w, slot, centre + down, centre + right] == Material.LAVA] = 0
    return np.stack([moves, rng.integers(0, 3, shape)], -1)


def test_how_many_there_are_and_where() -> None:
    """32 and 8 on 62 × 62 tiles; on 110 × 110 as many for as much land: 32 · 12100 / 3844 = 100.7, 8 · … = 25.2."""
    assert creatures(Law(systems=ALL)) == 40
    assert creatures(Law(systems=ALL, **{"terrain.side": 128})) == 101 + 25
    world = World(Law(systems=ALL), 3, threads=1)
    world.reset()
    for w in range(3):
        found = alive(world, w)
        chickens, goblins = np.bincount(found["creature"]).tolist()[1:]
        assert chickens == 32
        assert goblins in (7, 8), "one may find no forest in 32 tries"
        assert found["id"].tolist() == [-1 - k for k in range(len(found))]
        assert (found["population"] == 255).all()
        ground = world.materials()[w][found["row"], found["col"]]
        camp = world.state.camp_steps[w].reshape(80, 80)[found["row"], found["col"]] <= 5
        chicken = found["creature"] == CHICKEN
        assert not camp.any()
        assert (ground[chicken] == Material.GRASS).all()
        assert np.isin(ground[~chicken], (Material.FOREST, Material.SCRUB)).all()
        assert found["row"][~chicken].min() >= 9 + 62 // 4
        assert found["row"][~chicken].max() <= 70 - 62 // 4
        assert (found["health"][chicken] == 5).all()
        assert (found["health"][~chicken] == 15).all()
    # a goblin: ⌊(10 (5 + 15) + 26 · 5) / 40⌋ = ⌊330 / 40⌋ = 8; a chicken: ⌊(10 (1 + 5) + 26) / 40⌋ = 2
    assert np.unique(alive(world)["combat_level"]).tolist() == [2, 8]


def test_creatures_stay_where_they_may_be_and_in_no_count_of_tiles() -> None:
    config = Law(systems=ALL, **CROWD)
    world, rng = World(config, threads=1), np.random.default_rng(1)
    world.reset()
    moved = 0
    for _ in range(300):
        before = {int(one["id"]): (int(one["row"]), int(one["col"])) for one in alive(world)}
        world.step(careful(world, rng))
        found = alive(world)
        ground = world.materials()[0][found["row"], found["col"]]
        assert np.isin(ground, (Material.GRASS, Material.SCRUB, Material.FOREST)).all()
        assert (world.state.camp_steps[0].reshape(80, 80)[found["row"], found["col"]] > 5).all()
        assert world.occupancy()[0].sum() == world.observe().alive.sum()
        for one in found:
            here = int(one["row"]), int(one["col"])
            row, col = before.get(int(one["id"]), here)
            gap = abs(row - here[0]) + abs(col - here[1])
            assert gap <= 1
            moved += gap
    assert moved > 300
    assert world.state.creature_births[0] > 40, "some were killed and replaced"
    seen = world.observe()
    assert seen.seen[0, seen.alive[0]].max() >= config.spawn.cap, "somebody sees a creature"


def test_snapshots_and_threads_change_nothing() -> None:
    config = Law(systems=ALL, **CROWD)
    one = played(_begun(config, 1), 60)
    two = played(_begun(config, 2), 60)
    assert one.hash() == two.hash()
    again = World.restore(one.snapshot(), threads=2)
    assert (again.state.beasts == one.state.beasts)[:, : one.state.beasts_count.min()].all()
    assert played(again, 40, 3).hash() == played(one, 40, 3).hash()


def _begun(config: Config, threads: int) -> World:
    world = World(config, 3, 7, threads=threads)
    world.reset()
    return world


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("creature", 2, r"agents.creature of world 0, slot 32, is 2"),
        ("health", 6, r"agents.health of world 0, slot 32, is 6"),
        ("row", 5, r"agents.row of world 0, slot 32, is 5"),
        ("id", -2, r"agents.id of world 0: two creatures have the same"),
        ("grudge_left", 6, r"agents.grudge_left of world 0, slot 32, is 6"),
    ],
)
def test_a_snapshot_of_what_cannot_be_is_refused(field: str, value: int, told: str) -> None:
    world = World(Law(systems=ALL, **CROWD), threads=1)
    world.reset()
    world.state.agents[field][0, 32] = value
    with pytest.raises(ConfigError, match=told):
        World.restore(world.snapshot())


FACING = """
    ########
    #......#
    #.F....#
    #......#
    #......#
    #..AB..#
    #......#
    ########
"""


def durations(levels: dict[str, int], pack: dict[str, int], fights: int = 400) -> np.ndarray:
    """How many ticks it takes until one of two equal agents, whose levels stay as they are, is dead."""
    both = {"levels": levels, "pack": pack}
    pit = Pit(FACING, {"A": both, "B": both}, **{"skills.rate": 0})
    world = World(pit.config, fights, threads=1, maps=[pit.world.materials()[0]] * fights, record=pit.world.recording)
    world.reset()
    for name, array in zip(pit.state._fields, world.state, strict=True):
        if name not in ("stream", "rules"):
            array[:] = getattr(pit.state, name)[0]
    world.refresh()
    actions, found = np.zeros((fights, 2, 2), int), np.zeros(fights, int)
    actions[..., 1] = Style.MELEE
    for tick in range(1, 400):
        terminated = world.step(actions)[2]
        found[(found == 0) & terminated.any(1)] = tick
    assert (found > 0).all()
    return found


@pytest.mark.parametrize(
    ("level", "pack", "low", "high"),
    [(1, {}, 15, 30), (10, {"iron_sword": 1}, 8, 20), (10, {"iron_sword": 1, "iron_armour": 1}, 16, 60)],
)
def test_equal_agents_fight_for_as_long_as_they_should(level: int, pack: dict[str, int], low: int, high: int) -> None:
    """The mean of 400 fights; a standard deviation of the mean is about a quarter of a tick."""
    found = durations({"melee": level, "defense": level}, pack)
    assert low <= found.mean() <= high, f"{found.mean():.2f} ± {found.std() / len(found) ** 0.5:.2f}"
