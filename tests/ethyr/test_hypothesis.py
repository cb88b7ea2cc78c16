"""Hypothetical observers see what the engine shows those who are really there, byte by byte."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade import Chaos, Config, World
from forge.blade.recording.scene import Scene, someone
from forge.ethyr.experience.rollout import Rollout
from forge.ethyr.insight.hypothesis import Sight, look
from tests.blade.worlds import configs, patchwork, wanderer


def played(config: Config, ticks: int, seed: int) -> World:
    """A world after some ticks of random play."""
    world = World(config, seed=seed, threads=1, maps=[patchwork(config.terrain, seed)])
    observation, rng, play = world.reset(), np.random.default_rng(seed), wanderer(0.9)
    for _ in range(ticks):
        observation, *_ = world.step(play(rng, observation, config))
    return world


def assert_seen_as_shown(sight: Sight, row: int, world: World, slot: int) -> None:
    """One observer's sample is that of the agent in a slot."""
    rollout = Rollout(world.config, 1, 0)
    shown = rollout.gather(world.observe(), 0)
    p, sample = slot // world.config.quota, rollout.sample_of[0, 0, slot]
    size = 2 * world.config.sight.radius + 1
    ours = sight.samples
    assert (ours.windows[p, row, :, :size] == shown.windows[p, sample, :, :size]).all()
    entities = ours.entities[p, ours.first[p, row] : ours.first[p, row + 1]]
    assert entities.tolist() == shown.entities[p, shown.first[p, sample] : shown.first[p, sample + 1]].tolist()
    assert ours.moves[p, row] == rollout.moves[p, sample]


@settings(max_examples=60, deadline=None)
@given(config=configs(), ticks=st.integers(0, 60), seed=st.integers(0, 99))
def test_whoever_stands_there_sees_the_same(config: Config, ticks: int, seed: int) -> None:
    world = played(config, ticks, seed)
    scene = Scene.of_world(world)
    for place, slot in enumerate(scene.slots):
        sight = look(scene.without(place), scene.agents[place])
        assert sight.samples.count.sum() == 1
        sight.samples.check(config.populations, config.sight.radius)
        assert_seen_as_shown(sight, 0, world, int(slot))


@settings(max_examples=60, deadline=None)
@given(config=configs(sight__agents=9), ticks=st.integers(20, 60), seed=st.integers(0, 99), data=st.data())
def test_a_companion_is_seen_like_anybody_else(config: Config, ticks: int, seed: int, data: st.DataObject) -> None:
    """One of two living agents becomes the companion of the other. With room for all, only the order differs."""
    world = played(config, ticks, seed)
    scene = Scene.of_world(world)
    if not 2 <= len(scene.agents) <= 9:
        return
    one, other = data.draw(st.permutations(range(len(scene.agents))))[:2]
    alone = scene.without(max(one, other)).without(min(one, other))
    sight = look(alone, scene.agents[[one]], scene.agents[[other]])
    shown = look(scene.without(one), scene.agents[one])
    p = int(scene.agents["population"][one])
    assert (sight.samples.windows[p] == shown.samples.windows[p]).all()
    assert sight.samples.moves[p] == shown.samples.moves[p]
    assert sorted(sight.samples.entities[p].tolist()) == sorted(shown.samples.entities[p].tolist())
    gap = [abs(int(scene.agents[axis][one]) - int(scene.agents[axis][other])) for axis in ("row", "col")]
    in_view = max(gap) <= config.sight.radius
    assert (sight.entry[0] > 0) == in_view
    if in_view:
        assert sight.samples.entities[p, sight.entry[0], 4:6].tolist() == [
            scene.agents["row"][other],
            scene.agents["col"][other],
        ]


CONFIG = Chaos(**{"spawn.cap": 24, "spawn.populations": 3, "terrain.side": 32, "terrain.border": 9, "sight.agents": 4})


def test_observers_do_not_see_one_another() -> None:
    """Three in one place, each alone with what was there before: nobody."""
    here = np.stack([someone(CONFIG, 1, row=12, col=12)] * 3)
    sight = look(Scene.flat(CONFIG), here)
    assert sight.samples.count.tolist() == [0, 3, 0]
    assert sight.samples.first[1].tolist() == [0, 1, 2, 3]
    assert (sight.samples.windows[1, :, 7, 7] == 2 + 8).all()  # grass with one agent
    assert (sight.samples.windows[1, :, :, :15] >= 8).sum() == 3


def test_the_nearest_are_seen_where_there_is_no_room_for_all() -> None:
    """Room for the observer and three others: of five at distances 1, 2, 3, 4, 5 the last two are left out."""
    crowd = np.stack([someone(CONFIG, 0, row=12, col=12 + gap) for gap in (5, 4, 3, 2, 1)])
    scene = Scene(CONFIG, 7, Scene.flat(CONFIG).materials, crowd, np.arange(5))
    sight = look(scene, someone(CONFIG, 2, row=12, col=12), someone(CONFIG, 1, row=12, col=12 + 2)[None])
    assert sight.samples.entities[2, :, 7].tolist() == [0, 2, 1, 2]  # the observer, then by row and slot
    assert sight.entry.tolist() == [3]
    assert sight.samples.windows[2, 0, 7, 8:13].tolist() == [10, 18, 10, 10, 10]  # the window counts them all


def test_a_tile_byte_counts_no_more_than_31_agents() -> None:
    crowd = np.stack([someone(CONFIG, 0, row=12, col=12)] * 31)
    scene = Scene(CONFIG, 7, Scene.flat(CONFIG).materials, crowd, np.arange(31))
    sight = look(scene, someone(CONFIG, 2, row=12, col=12))
    assert sight.samples.windows[2, 0, 7, 7] == 2 + 8 * 31
    sight = look(scene, someone(CONFIG, 2, row=12, col=13), someone(CONFIG, 2, row=12, col=13)[None])
    assert sight.samples.windows[2, 0, 7, 6:8].tolist() == [2 + 8 * 31, 2 + 8 * 2]


def test_mixed_populations_and_missing_companions_are_refused() -> None:
    two = np.stack([someone(CONFIG, 0), someone(CONFIG, 1)])
    with pytest.raises(ValueError, match="several populations"):
        look(Scene.flat(CONFIG), two)
    with pytest.raises(ValueError, match="2 observers with 1 companions"):
        look(Scene.flat(CONFIG), two[[0, 0]], two[:1])
