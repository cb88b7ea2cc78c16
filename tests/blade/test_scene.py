"""Scenes: the same from a world and from its frame, and independent of both."""

import numpy as np
import pytest

from forge.blade import Chaos, Material, World
from forge.blade.recording.frame import FrameSource
from forge.blade.recording.scene import Scene, someone
from tests.blade.watching import play, world_of

CONFIG = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 24, "terrain.border": 5})


@pytest.fixture
def watched() -> tuple[World, FrameSource]:
    world = world_of(CONFIG)
    for _ in play(world, 40):
        pass
    return world, FrameSource(world)


def test_a_world_and_its_frame_make_the_same_scene(watched: tuple[World, FrameSource]) -> None:
    world, source = watched
    frame = source.frame()
    assert source.materials is not None
    one, other = Scene.of_world(world), Scene.of_frame(CONFIG, frame, source.materials)
    assert len(one.agents) > 3
    assert one.agents.tolist() == other.agents.tolist()
    assert one.slots.tolist() == other.slots.tolist()
    assert (one.materials == other.materials).all()
    assert one.tick == other.tick == world.state.tick[0]


def test_a_scene_stays_when_the_world_goes_on(watched: tuple[World, FrameSource]) -> None:
    world, _ = watched
    scene = Scene.of_world(world)
    before = scene.agents.copy(), scene.materials.copy()
    for _ in range(5):
        world.step(np.zeros((1, 16, 2), np.int64))
    assert (scene.agents == before[0]).all()
    assert (scene.materials == before[1]).all()


def test_agents_are_found_by_their_ids_and_taken_out() -> None:
    agents = np.stack([someone(CONFIG, 0, id=2**32 + 7), someone(CONFIG, 1, id=9)])
    scene = Scene(CONFIG, 0, Scene.flat(CONFIG).materials, agents, np.array([3, 12]))
    assert (scene.find(7), scene.find(9), scene.find(8)) == (0, 1, None)
    left = scene.without(0)
    assert left.agents["id"].tolist() == [9]
    assert left.slots.tolist() == [12]
    assert len(scene.agents) == 2


def test_flat_ground_is_of_one_material_within_the_border() -> None:
    scene = Scene.flat(CONFIG, Material.FOREST)
    assert (scene.materials[5:19, 5:19] == Material.FOREST).all()
    assert (scene.materials == Material.LAVA).sum() == 24 * 24 - 14 * 14
    assert len(scene.agents) == 0


def test_someone_is_a_healthy_adult() -> None:
    agent = someone(CONFIG, 1, food=3)
    told = {name: int(agent[name]) for name in ("age", "health", "food", "water", "population", "alive", "row")}
    assert told == {"age": 50, "health": 10, "food": 3, "water": 32, "population": 1, "alive": 1, "row": 5}
    assert someone(CONFIG.replace(**{"combat.immunity": 80}))["age"] == 80


def test_what_cannot_be_is_refused(watched: tuple[World, FrameSource]) -> None:
    with pytest.raises(ValueError, match=r"population = 2 is out of range; allowed are 0 \.\. 1"):
        someone(CONFIG, 2)
    with pytest.raises(ValueError, match="no field 'hunger'; it has id, age"):
        someone(CONFIG, hunger=1)
    with pytest.raises(IndexError, match=r"w = 1 is out of range; the batch holds the worlds 0 \.\. 0"):
        Scene.of_world(watched[0], 1)
    with pytest.raises(ValueError, match=r"shape \(3, 3\); the frame's map is 24 tiles square"):
        Scene.of_frame(CONFIG, watched[1].frame(), np.zeros((3, 3), np.uint8))
